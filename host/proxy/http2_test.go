package proxy_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// Over HTTP/2 and TLS it is the same: nothing of a connection in the header,
// trailers pass, and the cookie is for TLS alone.
func TestHTTP2(t *testing.T) {
	origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		page(slotted)(w, r)
		w.Header().Set("X-Sum", "9")
	})
	m := middleware(t, proxy.Config{})
	behind, err := url.Parse(serve(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"wrap": m.Wrap(origin), "reverse": proxy.NewReverseProxy(m.Middleware, behind)} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(h)
			s.EnableHTTP2 = true
			s.StartTLS()
			defer s.Close()
			r, err := http.NewRequest("GET", s.URL+"/any", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = site
			r.Header.Set("Accept", "text/html")
			res, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(res.Body)
			if e := res.Body.Close(); err != nil || e != nil {
				t.Fatal(err, e)
			}
			cookie := res.Header.Get("Set-Cookie")
			if res.ProtoMajor != 2 || string(b) != filledIn || res.Trailer.Get("X-Sum") != "9" ||
				!strings.HasPrefix(cookie, "__Host-proffer=") || !strings.HasSuffix(cookie, "; Secure") ||
				res.Header.Get("Transfer-Encoding") != "" || res.Header.Get("Connection") != "" {
				t.Errorf("HTTP/%d %q, header %v, trailer %v", res.ProtoMajor, b, res.Header, res.Trailer)
			}
		})
	}
}

// Between two sides in HTTP/2, bodies and trailers go both ways, and bodies at the
// same time.
func TestHTTP2OnBothSides(t *testing.T) {
	start := func(h http.Handler) *httptest.Server {
		s := httptest.NewUnstartedServer(h)
		s.EnableHTTP2 = true
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	origin := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		c := http.NewResponseController(w)
		_ = c.Flush()
		b := make([]byte, 4)
		for {
			n, err := io.ReadFull(r.Body, b)
			_, _ = w.Write(b[:n])
			_ = c.Flush()
			if err != nil {
				break
			}
		}
		w.Header().Set("X-Sum", r.Proto+" "+r.Trailer.Get("X-Asked"))
	}))
	u, err := url.Parse(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	m := middleware(t, proxy.Config{Origin: proxy.Origin{Transport: origin.Client().Transport}})
	front := start(proxy.NewReverseProxy(m.Middleware, u))
	body, say := io.Pipe()
	r, err := http.NewRequest("POST", front.URL+"/any", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Trailer = http.Header{"X-Asked": nil}
	res, err := front.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for _, word := range []string{"ping", "pong"} {
		if _, err := io.WriteString(say, word); err != nil {
			t.Fatal(err)
		}
		next(t, res.Body, word)
	}
	r.Trailer.Set("X-Asked", "9")
	_ = say.Close()
	if rest, err := io.ReadAll(res.Body); len(rest) > 0 || err != nil || res.Trailer.Get("X-Sum") != "HTTP/2.0 9" {
		t.Errorf("rest %q, error %v, trailer %v", rest, err, res.Trailer)
	}
}

// secure runs a handler with TLS and HTTP/2 and gives its server.
func secure(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// An origin is spoken to in HTTP/2 where it has that, whatever the visitor speaks.
// Pages that are coded, flushed, with trailers, and broken off are the same.
func TestHTTP2Origin(t *testing.T) {
	seen := make(chan int, 8)
	origin := secure(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.ProtoMajor
		w.Header().Set("Trailer", "X-Sum")
		switch r.URL.Path {
		case "/coded":
			codedPage(t, "br", slotted)(w, r)
		case "/broken":
			w.Header().Set("Content-Length", "100000")
			page(slotted)(w, r)
		default:
			page(slotted)(w, r)
		}
		w.Header().Set("X-Sum", "9")
	}))
	behind, err := url.Parse(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(origin.Certificate())
	transport := &http.Transport{ForceAttemptHTTP2: true, DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	m := middleware(t, proxy.Config{Origin: proxy.Origin{Transport: transport}})
	h := proxy.NewReverseProxy(m.Middleware, behind)
	plain, above := httptest.NewServer(h), secure(t, h)
	defer plain.Close()
	for version, front := range map[int]*httptest.Server{1: plain, 2: above} {
		for _, path := range []string{"/any", "/coded", "/broken"} {
			r, err := http.NewRequest("GET", front.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = site
			r.Header.Set("Accept", "text/html")
			r.Header.Set("Accept-Encoding", "br")
			res, err := front.Client().Do(r)
			if path == "/broken" && err != nil {
				<-seen
				continue // before its header was out
			}
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(res.Body)
			_ = res.Body.Close() // what matters of it has been read
			a := answer{header: res.Header, body: string(b)}
			switch {
			case res.ProtoMajor != version || <-seen != 2:
				t.Errorf("%s: HTTP/%d to the visitor", path, res.ProtoMajor)
			case path == "/broken":
				if err == nil {
					t.Errorf("HTTP/%d: a broken page looks whole: %q", version, b)
				}
			case err != nil || decoded(t, a) != filledIn || res.Trailer.Get("X-Sum") != "9":
				t.Errorf("HTTP/%d %s: %q, error %v, header %v, trailer %v", version, path, b, err, res.Header, res.Trailer)
			}
		}
		front.Client().CloseIdleConnections()
	}
}

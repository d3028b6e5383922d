package proxy_test

import (
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

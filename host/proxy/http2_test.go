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

package rig

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/host/proxy"
)

// HTML is a handler that answers with HTML.
func HTML(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

// Serve serves until the test ends, and gives the URL.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// Proxied is Proffer in front of an origin, deciding in the module.
func Proxied(b *testing.B, origin string) (server string, memory func() int) {
	b.Helper()
	engine := Module(b, meter.Snapshot(b))
	u, err := url.Parse(origin)
	if err != nil {
		b.Fatal(err)
	}
	m := middleware(b, proxy.Config{Engine: engine})
	return Serve(b, proxy.NewReverseProxy(m, u)), func() int { return Memory(engine) }
}

// Measure measures a page through the edge, whose site is origin, less the same page
// through the same program without Proffer, which bare starts in front of a site.
func (s Sidecar) Measure(b *testing.B, program string, origin http.HandlerFunc, bare func(site string) string) {
	b.Helper()
	engine := Module(b, meter.Snapshot(b))
	c := beside
	c.Engine = engine
	edge := s.Start(b, Serve(b, origin), serveProffer(b, middleware(b, c)), "10s")
	without := bare(Serve(b, HTML(meter.Page(meter.Own))))
	times := meter.Pages(b, Address(b, edge), Address(b, without))
	meter.Report(b, program, Memory(engine), times)
}

// Measure measures a page with two fragments through the edge, less the same page
// without them at /plain.
func (f Fragments) Measure(b *testing.B, program string) {
	b.Helper()
	engine := Module(b, meter.Snapshot(b))
	s := f.site(b, middleware(b, proxy.Config{Engine: engine}))
	edge := Address(b, s.edge)
	times := meter.Requests(b,
		meter.Ask{Address: edge, Request: meter.Request(meter.Path), Check: meter.Filled},
		meter.Ask{Address: edge, Request: meter.Request("/plain"), Check: meter.Empty})
	meter.Report(b, program, Memory(engine), times)
}

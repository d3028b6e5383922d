package traefik_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures a page through the plugin, less the page by a server
// without it.
func BenchmarkEdge(b *testing.B) {
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, body)
		}
	}
	version := meter.Version(b, "github.com/traefik/traefik/v3")
	h, log := middleware(b, inline(meter.Snapshot(b), meter.Settings()), page(meter.Page(meter.Element)))
	edge, bare := httptest.NewServer(h), httptest.NewServer(page(meter.Page(meter.Own)))
	b.Cleanup(edge.Close)
	b.Cleanup(bare.Close)
	times := meter.Pages(b, edge.Listener.Addr().String(), bare.Listener.Addr().String())
	if log.String() != "" {
		b.Errorf("the log has %s", log)
	}
	meter.Report(b, "Traefik "+version, 0, times)
}

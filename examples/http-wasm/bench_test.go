package httpwasm_test

import (
	"net/http/httptest"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures a page through the middleware, less the page by a server
// without it.
func BenchmarkEdge(b *testing.B) {
	m := newMiddleware(b, guestConfig(b, meter.Snapshot(b), meter.Settings()), wazero.NewModuleConfig())
	edge := m.serve(b, page(meter.Page(meter.Element)))
	bare := httptest.NewServer(page(meter.Page(meter.Own)))
	b.Cleanup(bare.Close)
	times := meter.Pages(b, edge.Listener.Addr().String(), bare.Listener.Addr().String())
	memory := m.runtime.instances[len(m.runtime.instances)-1].Memory().Size()
	meter.Report(b, "http-wasm-host-go "+meter.Version(b, "github.com/http-wasm/http-wasm-host-go"), int(memory), times)
}

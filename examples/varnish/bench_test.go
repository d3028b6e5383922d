//go:build edges

package varnish_test

import (
	"net/http"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// BenchmarkEdge measures a page of the cache with two fragments.
func BenchmarkEdge(b *testing.B) {
	measured := edge
	measured.Serve = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != meter.Path {
			rig.HTML(meter.Page(meter.Own))(w, r)
			return
		}
		w.Header().Set("Surrogate-Control", `content="ESI/1.0"`)
		rig.HTML(meter.Page(func(name string) string {
			return `<esi:include src="/.proffer/fragment?page=/&amp;slot=` + name + `"/>`
		}))(w, r)
	}
	measured.Measure(b, meter.Program(b, "varnishd", "-V"))
}

//go:build edges

package nginxssi_test

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
		slot := meter.Own
		if r.URL.Path == meter.Path {
			slot = func(name string) string {
				return `<!--# include virtual="/.proffer/fragment?page=/&slot=` + name + `" set="` + name + `" -->` +
					`<!--# if expr="$` + name + `" --><!--# echo var="` + name + `" encoding="none" --><!--# else -->own<!--# endif -->`
			}
		}
		rig.HTML(meter.Page(slot))(w, r)
	}
	measured.Measure(b, meter.Program(b, "nginx", "-v"))
}

package rig_test

import (
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// BenchmarkProxy measures a page through our own proxy, less the page through the
// standard library's.
func BenchmarkProxy(b *testing.B) {
	edge, memory := rig.Proxied(b, rig.Serve(b, rig.HTML(meter.Page(meter.Element))))
	site, err := url.Parse(rig.Serve(b, rig.HTML(meter.Page(meter.Own))))
	if err != nil {
		b.Fatal(err)
	}
	bare := rig.Serve(b, httputil.NewSingleHostReverseProxy(site))
	times := meter.Pages(b, rig.Address(b, edge), rig.Address(b, bare))
	meter.Report(b, "package host/proxy, wazero "+meter.Version(b, "github.com/tetratelabs/wazero"), memory(), times)
}

//go:build edges

package cloudflare_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// BenchmarkEdge measures a page through the Worker, less the page through a Worker
// that lets it pass.
func BenchmarkEdge(b *testing.B) {
	snapshot, settings := meter.Snapshot(b), meter.Settings()
	f := startFrames(b)
	f.set(settings, snapshot)
	if _, err := f.Handle(meter.Message(meter.Hash(b, snapshot))); err != nil {
		b.Fatal(err)
	}
	memory, err := f.Memory()
	if err != nil {
		b.Fatal(err)
	}
	edge := start(b, setup{settings: settings, snapshot: snapshot, origin: rig.HTML(meter.Page(meter.Element))})
	bare := start(b, setup{entry: "bare.mjs", settings: settings, snapshot: snapshot, origin: rig.HTML(meter.Page(meter.Own))})
	times := meter.Pages(b, edge.addr, bare.addr)
	meter.Report(b, meter.Program(b, program(b), "--version"), memory, times)
}

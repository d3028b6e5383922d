package wasmtime_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures a decision.
func BenchmarkEdge(b *testing.B) {
	snapshot := meter.Snapshot(b)
	in, err := compile(b, module(b, "proffer.wasm")).Start(meter.Settings(), snapshot)
	if err != nil {
		b.Fatal(err)
	}
	times := meter.Calls(b, meter.Asks(in.Handle, meter.Message(meter.Hash(b, snapshot))))
	memory, err := in.Memory()
	if err != nil {
		b.Fatal(err)
	}
	meter.Report(b, "wasmtime-go "+meter.Version(b, "github.com/bytecodealliance/wasmtime-go/v39"), memory, times)
}

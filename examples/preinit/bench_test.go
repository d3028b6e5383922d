//go:build edges

package preinit_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures a decision with the start of the instance that makes it.
func BenchmarkEdge(b *testing.B) {
	snapshot := meter.Snapshot(b)
	i := compiled(b, made(b, meter.Settings(), snapshot))
	message := meter.Message(meter.Hash(b, snapshot))
	times := meter.Calls(b, meter.Asks(i.once, message))
	in, err := i.fresh()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := in.Handle(message); err != nil {
		b.Fatal(err)
	}
	memory, err := in.Memory()
	if err != nil {
		b.Fatal(err)
	}
	meter.Report(b, "wazero "+meter.Version(b, "github.com/tetratelabs/wazero"), memory, times)
}

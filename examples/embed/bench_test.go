package embed_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures a decision in wazero.
func BenchmarkEdge(b *testing.B) {
	snapshot := meter.Snapshot(b)
	in, err := compile(b, module(b)).Start(b.Context(), meter.Settings(), snapshot)
	if err != nil {
		b.Fatal(err)
	}
	handle := func(request []byte) ([]byte, error) { return in.Handle(b.Context(), request) }
	times := meter.Calls(b, meter.Asks(handle, meter.Message(meter.Hash(b, snapshot))))
	meter.Report(b, "wazero "+meter.Version(b, "github.com/tetratelabs/wazero"), in.Memory(), times)
}

//go:build edges

package embed_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdgeInNode measures a decision in V8, less a ping: both come and go by a
// pipe.
func BenchmarkEdgeInNode(b *testing.B) {
	snapshot := meter.Snapshot(b)
	n := start(b, module(b))
	n.set(meter.Settings(), snapshot)
	times := meter.Turns(b, meter.Asks(n.Handle, meter.Message(meter.Hash(b, snapshot))), meter.Asks(n.Handle, meter.Ping()))
	memory, err := n.Memory()
	if err != nil {
		b.Fatal(err)
	}
	meter.Report(b, meter.Program(b, "node", "--version"), memory, times)
}

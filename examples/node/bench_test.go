//go:build edges

package node_test

import (
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/plugin/abi"
)

// BenchmarkEdge measures a message and its answer: the start of an instance, which
// checks its snapshot, is in it.
func BenchmarkEdge(b *testing.B) {
	p := start(b)
	settings, request := meter.Settings(), meter.Message(meter.Snapshot(b))
	handle := func(message []byte) ([]byte, error) { return p.ask(abi.AppendCommand(nil, settings, message)) }
	times := meter.Calls(b, meter.Asks(handle, request))
	if err := p.end(); err != nil {
		b.Errorf("the process ends with %v and writes %q", err, p.stderr.Bytes())
	}
	meter.Report(b, meter.Program(b, "node", "--version"), 0, times)
}

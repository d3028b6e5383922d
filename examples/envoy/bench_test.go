package envoy_test

import (
	"errors"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
)

// BenchmarkEdge measures all callbacks for a page, which comes in parts of 4 KiB: the
// strict host has no HTTP.
func BenchmarkEdge(b *testing.B) {
	const part = 4 << 10
	h := newHost(b, object(b, meter.Snapshot(b), meter.Settings(), nil))
	request := fields{{":method", "GET"}, {":path", meter.Path}, {":authority", meter.Host}, {":scheme", "http"}, {"accept", "text/html"}, {"user-agent", "test"}}
	head := fields{{":status", "200"}, {"content-type", "text/html; charset=utf-8"}}
	body := []byte(meter.Page(meter.Element))
	var page *exchange
	times := meter.Calls(b, meter.Step{
		Do: func() error {
			clear(h.streams)
			page = h.open(request, nil, head, cut(body, func() int { return part })...).run()
			return nil
		},
		Check: func() error {
			if !page.done {
				return errors.New("the page does not arrive")
			}
			return meter.Filled(string(page.out))
		},
	})
	meter.Report(b, "the strict host of the tests, wazero "+meter.Version(b, "github.com/tetratelabs/wazero"), int(h.mod.Memory().Size()), times)
}

package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// BenchmarkEdge measures a call of the decide API, less one that a server answers
// without deciding anything.
func BenchmarkEdge(b *testing.B) {
	const call = `{"path":"/","slots":[{"space":"hero"},{"space":"side"}]}`
	request := fmt.Sprintf("POST /.proffer/decide HTTP/1.1\nHost: %s\nContent-Type: application/json\nContent-Length: %d\n\n%s", meter.Host, len(call), call)
	answer := `{"slots":[` + strings.Repeat(" ", 1000) + `]}`
	bare := rig.Serve(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	edge, memory := rig.Proxied(b, bare)
	times := meter.Requests(b,
		meter.Ask{Address: rig.Address(b, edge), Request: request, Check: func(body string) error {
			if !strings.Contains(body, "Offer ") || !strings.Contains(body, "Aside ") {
				return fmt.Errorf("the answer is %.300s", body)
			}
			return nil
		}},
		meter.Ask{Address: rig.Address(b, bare), Request: request, Check: func(body string) error {
			if body != answer {
				return fmt.Errorf("the answer is %.300s", body)
			}
			return nil
		}})
	meter.Report(b, "package host/proxy, wazero "+meter.Version(b, "github.com/tetratelabs/wazero"), memory(), times)
}

package httpwasm_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/examples/internal/callcase"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestDecide holds that pages that build themselves get their offers here as they
// do from the proxy.
func TestDecide(t *testing.T) {
	callcase.Run(t, func(t *testing.T, settings, snapshot []byte) callcase.Edge {
		m := newMiddleware(t, withEvents(t, guestConfig(t, snapshot, settings)), wazero.NewModuleConfig())
		s := m.serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the origin is asked for %s", r.URL) }))
		return callcase.Edge{
			Send: func(request string) pagecase.Response { return send(t, s, request) },
			Lines: func() (lines []string) {
				for line := range strings.Lines(m.log.String()) {
					lines = append(lines, strings.TrimSuffix(strings.TrimPrefix(line, "0 "), "\n"))
				}
				m.log.Reset()
				return lines
			},
		}
	})
}

// withEvents is a configuration whose module logs event lines.
func withEvents(t *testing.T, config []byte) []byte {
	t.Helper()
	var all map[string]string
	if err := json.Unmarshal(config, &all); err != nil {
		t.Fatal(err)
	}
	all["events"] = "log"
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

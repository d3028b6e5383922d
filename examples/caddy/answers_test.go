package caddy

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/rig"
)

// TestAnswersInJSON: answers in JSON have their offers, as pages have.
func TestAnswersInJSON(t *testing.T) {
	s := newSite(t)
	s.save("catalog.yaml", strings.Replace(shop, "render: {html:", `render: {json: '{"t": {{ title }}}', html:`, 1)+`json:
  - {page: /api/home, path: offer, slot: hero}
`)
	origin := rig.Address(t, rig.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"n": 1.50}`)
	})))
	for name, options := range engines(t) {
		s.load(options, "reverse_proxy "+origin)
		for path, want := range map[string]string{"/api/home": `{"n": 1.50,"offer":{"t": "WORD 0"}}`, "/api/other": `{"n": 1.50}`} {
			if got := s.ask(path, "Accept", "application/json"); got.body != want {
				t.Errorf("%s: %s comes as %s", name, path, got.body)
			}
		}
	}
}

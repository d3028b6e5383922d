//go:build edges

package haproxy_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// bare is HAProxy in front of a site, and nothing else.
const bare = `defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 60s
listen site
    bind LISTEN
    server site SITE
`

// BenchmarkEdge measures a page into which the site prints two offers.
func BenchmarkEdge(b *testing.B) {
	site := func(w http.ResponseWriter, r *http.Request) {
		rig.HTML(meter.Page(func(name string) string { return r.Header.Get("Proffer-Slot-" + name) }))(w, r)
	}
	edge.Measure(b, meter.Program(b, "haproxy", "-v"), site, func(site string) string {
		listen, file := rig.Free(b), filepath.Join(b.TempDir(), "bare.cfg")
		text := strings.NewReplacer("SITE", rig.Address(b, site), "LISTEN", listen).Replace(bare)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		rig.Run(b, listen, "haproxy", "-db", "-f", file)
		return "http://" + listen
	})
}

//go:build edges

package nginx_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
)

// bare is nginx in front of a site, and nothing else.
const bare = `upstream site { server SITE; keepalive 16; }
server {
    listen LISTEN;
    location / {
        proxy_pass http://site;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }
}
`

// BenchmarkEdge measures a page with two slots.
func BenchmarkEdge(b *testing.B) {
	marked := func(name string) string { return "<!-- offer:" + name + " -->own<!-- /offer -->" }
	edge.Measure(b, meter.Program(b, "nginx", "-v"), rig.HTML(meter.Page(marked)), func(site string) string {
		listen, file := rig.Free(b), filepath.Join(b.TempDir(), "bare.conf")
		text := strings.NewReplacer("SITE", rig.Address(b, site), "LISTEN", listen).Replace(bare)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		rig.Nginx(b, listen, file)
		return "http://" + listen
	})
}

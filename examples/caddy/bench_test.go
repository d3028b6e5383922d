package caddy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/examples/internal/meter"
	"github.com/profferhq/proffer/examples/internal/rig"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/hosttest"
)

// both are a site with our handler and one without it, of one Caddy.
const both = `{
	admin off
	persist_config off
	auto_https off
	storage file_system %[1]s
	log {
		output discard
	}
	servers {
		protocols h1
	}
}
http://:%[2]s {
	bind 127.0.0.1
	proffer {
		catalog %[1]s/catalog.yaml
		keys %[1]s/keys.json
		module %[3]s
	}
	reverse_proxy %[4]s
}
http://:%[5]s {
	bind 127.0.0.1
	reverse_proxy %[6]s
}
`

// BenchmarkEdge measures a page through the handler and reverse_proxy, less the page
// through reverse_proxy.
func BenchmarkEdge(b *testing.B) {
	dir := b.TempDir()
	keys, err := config.NewKeys()
	if err = errors.Join(err,
		os.WriteFile(filepath.Join(dir, "keys.json"), keys, 0o600),
		os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(meter.Catalog()), 0o600)); err != nil {
		b.Fatal(err)
	}
	site := func(body string) string { return rig.Address(b, rig.Serve(b, rig.HTML(body))) }
	port := func(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
	edge, bare := rig.Free(b), rig.Free(b)
	text := fmt.Sprintf(both, dir, port(edge), filepath.Join(hosttest.OutDir(b), "proffer.wasm"),
		site(meter.Page(meter.Element)), port(bare), site(meter.Page(meter.Own)))
	configuration, err := adapt(text)
	if err == nil {
		err = caddy.Load(configuration, true)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			b.Error(err)
		}
	})
	times := meter.Pages(b, edge, bare)
	meter.Report(b, "Caddy "+meter.Version(b, "github.com/caddyserver/caddy/v2"), 0, times)
}

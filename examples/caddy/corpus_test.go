package caddy

import (
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	nativeengine "github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// settle makes a configuration that of all cases: the published keys, and fixed time,
// seed and entropy, so that a page has one answer.
func settle(c *abi.Config, paused []abi.Paused) {
	c.Keys = config.TestKeys()
	pagecase.Fix(c, paused)
}

// fixedHandler is the handler with the configuration of a case.
type fixedHandler struct {
	Handler
	Paused []abi.Paused `json:"paused"`
}

// CaddyModule implements caddy.Module.
func (*fixedHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.proffer_fixed", New: func() caddy.Module { return new(fixedHandler) }}
}

// Provision implements caddy.Provisioner.
func (f *fixedHandler) Provision(ctx caddy.Context) error {
	f.edit = func(c *abi.Config) { settle(c, f.Paused) }
	return f.Handler.Provision(ctx)
}

func init() { caddy.RegisterModule(new(fixedHandler)) }

// TestCorpus: the page cases of http-wasm are answered by Caddy, with the module, as
// they are by our own proxy in this process, byte for byte.
func TestCorpus(t *testing.T) {
	pagecase.Run(t, runCase)
}

func runCase(t *testing.T, pages *pagecase.Case) {
	var origin pagecase.Origin
	server := httptest.NewServer(&origin)
	t.Cleanup(server.Close)
	own := proxied(t, pages.Snapshot, pages.Paused, server.URL)
	s := newSite(t)
	s.save("snapshot", string(pages.Snapshot))
	s.save("config.json", `{"peers":["127.0.0.1"]}`)
	s.loadJSON(map[string]any{
		"handler": "proffer_fixed", "snapshot": s.path("snapshot"), "keys": s.path("keys.json"), "paused": pages.Paused,
		"module": filepath.Join(hosttest.OutDir(t), "proffer.wasm"), "config": s.path("config.json"),
	}, map[string]any{"handler": "reverse_proxy", "upstreams": []any{map[string]any{"dial": server.Listener.Addr().String()}}})
	var want, got pagecase.Response
	cookie, asked := "", 0
	for _, f := range pages.Files {
		switch f.Name {
		case "origin":
			origin.Say(string(f.Data))
		case "request":
			asked++
			request := pagecase.Fill(t, string(f.Data), cookie) + "\n"
			want, got = pagecase.Send(t, own, request), pagecase.Send(t, s.addr, request)
			if got.Without(others...) != want.Without(others...) {
				t.Errorf("%s\nCaddy:\n%s\nour proxy:\n%s", request, got, want)
			}
			for _, c := range want.Cookies() {
				if strings.HasSuffix(c.Name, "proffer") { // __Host-proffer under TLS
					cookie = c.Name + "=" + c.Value
				}
			}
		case "decided":
			if _, body, _ := strings.Cut(string(f.Data), "\n\n"); got.Text != body {
				t.Errorf("the body is %q, in http-wasm %q", got.Text, body)
			}
		}
	}
	if asked == 0 {
		t.Error("the case asks for nothing")
	}
}

// others are headers that Caddy adds to any response, and our proxy does not.
var others = []string{"Server", "Via"}

// proxied is our own proxy in front of an origin.
func proxied(t *testing.T, snapshot []byte, paused []abi.Paused, origin string) string {
	t.Helper()
	settings := abi.DefaultConfig()
	settle(settings, paused)
	e, err := nativeengine.New(abi.AppendConfig(nil, settings))
	if err == nil {
		err = e.Swap(t.Context(), snapshot)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := proxy.New(proxy.Config{Engine: e, Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy.NewReverseProxy(m, u))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

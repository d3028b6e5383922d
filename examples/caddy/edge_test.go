package caddy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// fixedHandler is the handler with the configuration message of a test.
type fixedHandler struct {
	Handler
	Settings []byte `json:"settings"`
}

// CaddyModule implements caddy.Module.
func (*fixedHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.proffer_fixed", New: func() caddy.Module { return new(fixedHandler) }}
}

// Provision implements caddy.Provisioner.
func (f *fixedHandler) Provision(ctx caddy.Context) error {
	settings, status, text := abi.DecodeConfig(f.Settings)
	if status != abi.StatusOK {
		return errors.New(text)
	}
	f.edit = func(c *abi.Config) { c.Keys, c.Fixed, c.Paused = settings.Keys, settings.Fixed, settings.Paused }
	return f.Handler.Provision(ctx)
}

func init() { caddy.RegisterModule(new(fixedHandler)) }

// TestEdge puts Caddy with the module to the test that every edge can be put to.
func TestEdge(t *testing.T) {
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
		Start:  startEdge,
		Added:  []string{"Server", "Via"},
		NotClaimed: hosttest.NotClaimed{
			"pages/method-head":             "the answer to HEAD is private as that to GET would be",
			"pages/page-that-is-not-listed": "pages that are not listed are read ahead and decided",
			"faults/ready":                  "Caddy does not take a configuration on whose snapshot is missing",
		},
	})
}

func startEdge(t *testing.T, c *hosttest.Setup) (*hosttest.Served, error) {
	s := newSite(t)
	if c.Snapshot != nil {
		s.save("snapshot", string(c.Snapshot))
	}
	s.save("config.json", `{"peers":["127.0.0.1"]}`)
	return &hosttest.Served{URL: "http://" + s.addr, Swap: s.swap}, s.tryJSON(map[string]any{
		"handler": "proffer_fixed", "settings": c.Settings, "snapshot": s.path("snapshot"), "keys": s.path("keys.json"),
		"module": c.Module, "config": s.path("config.json"),
	}, map[string]any{"handler": "reverse_proxy", "upstreams": []any{map[string]any{"dial": strings.TrimPrefix(c.Origin, "http://")}}})
}

// swap replaces the snapshot as "proffer catalog build" does, and waits until the log
// tells what became of it.
func (s *site) swap(snapshot []byte) error {
	s.Helper()
	const taken, refused = "catalog swapped in", "catalog refused, the last good one stays"
	before := [2]int{s.told(taken), s.told(refused)}
	s.save("new", string(snapshot))
	if err := os.Rename(s.path("new"), s.path("snapshot")); err != nil {
		return err
	}
	s.until("the snapshot is looked at", func() bool { return s.told(taken) > before[0] || s.told(refused) > before[1] })
	if s.told(refused) > before[1] {
		return errors.New(refused)
	}
	return nil
}

// told is how often the log has a text.
func (s *site) told(text string) int {
	b, err := os.ReadFile(s.path("log"))
	if err != nil {
		s.Fatal(err)
	}
	return strings.Count(string(b), text)
}

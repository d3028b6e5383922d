package traefik_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/traefik/traefik/v3/pkg/plugins"

	"github.com/profferhq/proffer/host/hosttest"
)

// TestEdge puts Traefik's loader with the plugin to the test that every edge can be
// put to.
func TestEdge(t *testing.T) {
	t.Chdir(traefik.home)
	const traps = "Traefik has no bounds for a plugin; where one traps it answers 500"
	e := &edge{loaders: map[string]*loader{}, temp: t.TempDir()}
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer-http-wasm.wasm"),
		Start:  e.start,
		NotClaimed: hosttest.NotClaimed{
			"faults/memory": traps,
			"faults/loop":   traps,
			"faults/ready":  "Traefik asks a plugin for nothing of the kind",
			"faults/swap":   "only a snapshot in a file can be swapped, see TestMountedSnapshot; a new instance knows that file alone",
		},
	})
}

// edge has a loader for each build of the module.
type edge struct {
	loaders map[string]*loader
	temp    string
}

// loader is one in its own working directory, in which it looks for plugins.
type loader struct {
	*plugins.Builder
	dir string
}

func (e *edge) load(module string) (*loader, error) {
	if l := e.loaders[module]; l != nil {
		return l, os.Chdir(l.dir)
	}
	dir, err := os.MkdirTemp(e.temp, "")
	if err != nil {
		return nil, err
	}
	if err := lay(dir, module); err != nil {
		return nil, err
	}
	if err := os.Chdir(dir); err != nil {
		return nil, err
	}
	local := map[string]plugins.LocalDescriptor{name: {ModuleName: moduleName}}
	if err := plugins.SetupLocalPlugins(local); err != nil {
		return nil, err
	}
	b, err := plugins.NewBuilder(nil, nil, local)
	e.loaders[module] = &loader{b, dir}
	return e.loaders[module], err
}

func (e *edge) start(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
	defer func() {
		if err := os.Chdir(traefik.home); err != nil {
			t.Error(err)
		}
	}()
	l, err := e.load(s.Module)
	if err != nil {
		return nil, err
	}
	build, err := l.Build(name, inline(s.Snapshot, s.Settings), "offers@file")
	if err != nil {
		return nil, err
	}
	origin, err := url.Parse(s.Origin)
	if err != nil {
		return nil, err
	}
	h, err := build(zerolog.Nop().WithContext(t.Context()), httputil.NewSingleHostReverseProxy(origin))
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &hosttest.Served{URL: server.URL}, nil
}

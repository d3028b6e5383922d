package httpwasm_test

import (
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/host/hosttest"
)

// TestEdge puts the module in the host library to the test that every edge can be put
// to.
func TestEdge(t *testing.T) {
	const traps = "the host has no bounds for a module; where one traps it answers 500"
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer-http-wasm.wasm"),
		Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
			wasm, err := os.ReadFile(s.Module)
			if err != nil {
				return nil, err
			}
			origin, err := url.Parse(s.Origin)
			if err != nil {
				return nil, err
			}
			m := newMiddlewareOf(t, wasm, guestConfig(t, s.Snapshot, s.Settings), wazero.NewModuleConfig())
			return &hosttest.Served{URL: m.serve(t, httputil.NewSingleHostReverseProxy(origin)).URL}, nil
		},
		NotClaimed: hosttest.NotClaimed{
			"faults/memory": traps,
			"faults/loop":   traps,
			"faults/ready":  "the host asks a module for nothing of the kind",
			"faults/swap":   "only one in a file can be swapped, see TestMountedSnapshot; a new instance knows that file alone",
		},
	})
}

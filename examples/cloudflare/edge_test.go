//go:build edges

package cloudflare_test

import (
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// TestEdge puts the Worker in workerd to the test that every edge can be put to.
func TestEdge(t *testing.T) {
	const bounds = "workerd alone bounds neither memory nor time"
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
		Start:  startEdge,
		NotClaimed: hosttest.NotClaimed{
			"pages":         "a page's head goes out before its body is known, so that offers are recorded as generated: TestPages compares all else",
			"faults/memory": bounds,
			"faults/loop":   bounds,
			"faults/ready":  "a Worker is asked for nothing of the kind",
			"faults/swap":   "snapshots are swapped in the key-value store: TestSwap",
		},
	})
}

func startEdge(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
	guest, err := os.ReadFile(s.Module)
	if err != nil {
		return nil, err
	}
	origin, err := url.Parse(s.Origin)
	if err != nil {
		return nil, err
	}
	snapshot := s.Snapshot
	if snapshot == nil {
		snapshot = []byte{} // what is bundled cannot be missing
	}
	w := start(t, setup{settings: s.Settings, snapshot: snapshot, guest: guest, origin: httputil.NewSingleHostReverseProxy(origin)})
	return &hosttest.Served{URL: "http://" + w.addr}, nil
}

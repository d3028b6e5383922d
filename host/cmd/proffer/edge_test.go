package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// TestEdge puts "proffer serve" to the test that every edge can be put to.
func TestEdge(t *testing.T) {
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
		Start:  startEdge,
		NotClaimed: hosttest.NotClaimed{
			"pages": "time and chance cannot be fixed in a server: host/proxy.TestEdge",
		},
	})
}

// startEdge runs the command with a snapshot in a file.
func startEdge(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
	file := filepath.Join(t.TempDir(), "offers.snapshot")
	if s.Snapshot != nil {
		if err := os.WriteFile(file, s.Snapshot, 0o600); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, ended := &output{wrote: make(chan struct{}, 1)}, make(chan error, 1)
	c := serveCommand{Origin: s.Origin, Catalog: file, Keys: newKeys(t), Listen: "127.0.0.1:0", Admin: "127.0.0.1:0"}
	c.engineOptions = engineOptions{Engine: "wasm", Wasm: s.Module}
	go func() { ended <- c.serve(ctx, streams{nil, out, out}) }()
	urls, err := out.serving(ended)
	if err != nil {
		cancel()
		return nil, err
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return &hosttest.Served{
		URL:   urls[1],
		Swap:  func(snapshot []byte) error { return out.swap(t, file, snapshot) },
		Ready: func() error { return readyAt(t, urls[2]) },
	}, nil
}

// serving waits until the command serves, or ends.
func (o *output) serving(ended chan error) ([]string, error) {
	re := regexp.MustCompile(`msg=serving pages=(\S+) admin=(\S+)`)
	for {
		if urls := re.FindStringSubmatch(o.String()); urls != nil {
			return urls, nil
		}
		select {
		case <-o.wrote:
		case err := <-ended:
			if err == nil {
				err = errors.New("it ends")
			}
			return nil, err
		}
	}
}

// swap replaces the file of the snapshot, and waits until the log tells what became of
// it.
func (o *output) swap(t *testing.T, file string, snapshot []byte) error {
	t.Helper()
	before := len(o.String())
	if err := os.WriteFile(file+".new", snapshot, 0o600); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	for {
		switch said := o.String()[before:]; {
		case strings.Contains(said, "catalog refused, the last good one stays"):
			return errors.New("catalog refused, the last good one stays")
		case strings.Contains(said, "catalog swapped in"):
			return nil
		}
		select {
		case <-o.wrote:
		case <-t.Context().Done():
			return t.Context().Err()
		}
	}
}

// readyAt asks as an orchestrator does.
func readyAt(t *testing.T, admin string) error {
	t.Helper()
	text, r := get(t, http.DefaultClient, admin+"/readyz")
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", r.Status, text)
	}
	return nil
}

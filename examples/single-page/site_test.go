//go:build edges

package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/examples/single-page/origin"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// site is the shop behind Proffer, until the test ends.
type site struct {
	url string

	mu     sync.Mutex
	events map[string]int // by what they tell: "accepted side samples"
}

// open starts one.
func open(t *testing.T) *site {
	t.Helper()
	return behind(t, origin.New())
}

// behind puts an origin behind Proffer.
func behind(t *testing.T, origin http.Handler) *site {
	t.Helper()
	files, err := author.Read("catalog")
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := hosttest.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	s := &site{events: map[string]int{}}
	m, err := proxy.New(proxy.Config{Engine: engine, Events: s})
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(alone(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy.NewReverseProxy(m, address))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// alone is the address of an origin without Proffer.
func alone(t *testing.T, origin http.Handler) string {
	t.Helper()
	server := httptest.NewServer(origin)
	t.Cleanup(server.Close)
	return server.URL
}

// Put takes event lines.
func (s *site) Put(lines [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range lines {
		values, err := url.ParseQuery(strings.TrimPrefix(string(line), "proffer-event/1 "))
		if err != nil {
			s.events[err.Error()]++
			continue
		}
		s.events[values.Get("e")+" "+values.Get("s")+" "+values.Get("o")]++
	}
}

// Commit takes event lines that must not be lost.
func (s *site) Commit(_ context.Context, lines [][]byte) error {
	s.Put(lines)
	return nil
}

// told holds that events came as often as they should.
func (s *site) told(t *testing.T, want map[string]int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for what, n := range want {
		if s.events[what] != n {
			t.Errorf("%q came %d times, want %d; all are %v", what, s.events[what], n, s.events)
		}
	}
}

// node runs a program of Node to its end.
func node(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("node", args...).CombinedOutput(); err != nil {
		t.Errorf("node %v: %v\n%s", args, err, out)
	}
}

// walk runs one of the walks of walk.mjs.
func walk(t *testing.T, base, name string) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v; build/install-edges installs it", err)
	}
	node(t, "walk.mjs", filepath.Join(hosttest.OutDir(t), "browser"), chromium, base, name)
}

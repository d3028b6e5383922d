package proxy_test

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// TestEdge puts the reverse proxy to the test that every edge can be put to.
func TestEdge(t *testing.T) {
	hosttest.Run(t, hosttest.Edge{Start: startNative, NotClaimed: more})
}

// TestEdgeWasm does so where it decides in the module.
func TestEdgeWasm(t *testing.T) {
	hosttest.Run(t, hosttest.Edge{Module: filepath.Join(out, "proffer.wasm"), Start: startWasm, NotClaimed: more})
}

// more are the pages that it does more for than http-wasm can.
var more = hosttest.NotClaimed{
	"pages/method-head":             "the answer to HEAD is private as that to GET would be",
	"pages/page-that-is-not-listed": "pages that are not listed are read ahead and decided",
}

func startNative(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
	e, err := native.New(s.Settings)
	if err != nil {
		return nil, err
	}
	return inFront(t, s, e)
}

func startWasm(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
	wasm, err := os.ReadFile(s.Module)
	if err != nil {
		return nil, err
	}
	h, err := host.New(t.Context(), wasm, host.Config{
		Settings: s.Settings, Instances: 1, Wait: 2 * time.Second, CacheDir: filepath.Join(out, "wazero"),
	})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return inFront(t, s, h)
}

// swapping is an engine that takes snapshots.
type swapping interface {
	proxy.Engine
	Swap(ctx context.Context, snapshot []byte) error
}

// inFront puts a reverse proxy with an engine in front of the site. Whether it is
// ready is asked as the command's /readyz asks.
func inFront(t *testing.T, s *hosttest.Setup, e swapping) (*hosttest.Served, error) {
	if s.Snapshot != nil {
		if err := e.Swap(t.Context(), s.Snapshot); err != nil {
			t.Logf("the engine has no snapshot: %v", err)
		}
	}
	m, err := proxy.New(proxy.Config{Engine: e, Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(s.Origin)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(proxy.NewReverseProxy(m, u))
	t.Cleanup(server.Close)
	return &hosttest.Served{
		URL:  server.URL,
		Swap: func(b []byte) error { return e.Swap(t.Context(), b) },
		Ready: func() error {
			session, err := e.Acquire()
			if err == nil {
				session.Release()
			}
			return err
		},
	}, nil
}

package hosttest_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// newHost is proffer.wasm in a host with one instance, as a server runs it.
func newHost(t *testing.T) *host.Host {
	t.Helper()
	h, err := host.New(t.Context(), hosttest.Artefact(t, "proffer.wasm"), host.Config{
		Instances: 1, Wait: time.Minute, CacheDir: hosttest.CacheDir(t), Settings: hosttest.Settings(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// TestCorpusReactorWithAStore runs proffer.wasm on a host with a store.
func TestCorpusReactorWithAStore(t *testing.T) { hosttest.CompareWithAStore(t, reactorEngine(t)) }

func reactorEngine(t *testing.T) hosttest.Handler {
	h := newHost(t)
	return func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		t.Helper()
		if s := h.Snapshot(); s == nil || !bytes.Equal(s.Settings, settings) {
			if err := h.Reconfigure(t.Context(), settings); err != nil {
				t.Fatal(err)
			}
		}
		if s := h.Snapshot(); s == nil || !bytes.Equal(s.Bytes, snapshot) {
			if err := h.Swap(t.Context(), snapshot); err != nil {
				t.Fatal(err)
			}
		}
		l, err := h.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Release()
		hash := l.Snapshot().Hash
		r.Snapshot = hash[:]
		b, err := l.Handle(t.Context(), nil, abi.AppendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// newRuntime is a runtime of wazero that keeps what it compiles in build/out.
func newRuntime(t testing.TB, options ...func(wazero.RuntimeConfig) wazero.RuntimeConfig) wazero.Runtime {
	t.Helper()
	cache, err := wazero.NewCompilationCacheWithDir(hosttest.CacheDir(t))
	if err != nil {
		t.Fatal(err)
	}
	config := wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache)
	for _, option := range options {
		config = option(config)
	}
	r := wazero.NewRuntimeWithConfig(t.Context(), config)
	t.Cleanup(func() {
		if err := errors.Join(r.Close(context.Background()), cache.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return r
}

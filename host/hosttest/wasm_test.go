package hosttest_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

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

// TestCorpusReactor runs proffer.wasm as a server does.
func TestCorpusReactor(t *testing.T) { hosttest.Compare(t, reactorEngine(t)) }

// TestCorpusReactorWithAStore runs it on a host with a store.
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

// TestCorpusCommand runs proffer-command.wasm as any WASI runtime does: an
// instance for each message, which carries its snapshot.
func TestCorpusCommand(t *testing.T) {
	r := newRuntime(t)
	if _, err := wasi_snapshot_preview1.Instantiate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	module, err := r.CompileModule(t.Context(), hosttest.Artefact(t, "proffer-command.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Compare(t, func(t testing.TB, settings, snapshot []byte, request *abi.Request) []byte {
		request.Snapshot = snapshot
		message := abi.AppendCommand(nil, settings, abi.AppendRequest(nil, request))
		var stdout, stderr bytes.Buffer
		c := wazero.NewModuleConfig().WithName("").WithStdin(bytes.NewReader(message)).WithStdout(&stdout).WithStderr(&stderr)
		instance, err := r.InstantiateModule(t.Context(), module, c) // runs it to exit code 0, or is an error
		if err != nil || stderr.Len() > 0 {
			t.Fatalf("the command ends with %v and writes %q", err, stderr.Bytes())
		}
		if err := instance.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		return stdout.Bytes()
	})
}

// newRuntime is a runtime of wazero that keeps what it compiles in build/out.
func newRuntime(t testing.TB) wazero.Runtime {
	t.Helper()
	cache, err := wazero.NewCompilationCacheWithDir(hosttest.CacheDir(t))
	if err != nil {
		t.Fatal(err)
	}
	r := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache))
	t.Cleanup(func() {
		if err := errors.Join(r.Close(context.Background()), cache.Close(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return r
}

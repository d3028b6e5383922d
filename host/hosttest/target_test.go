package hosttest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/plugin/abi"
)

// swapping is an engine of this module.
type swapping interface {
	Acquire() (host.Session, error)
	Swap(ctx context.Context, snapshot []byte) error
	Reconfigure(ctx context.Context, settings []byte) error
}

// running is one as it is put to the test.
func running(t *testing.T, e swapping, s *hosttest.Setup) (*hosttest.Running, error) {
	r := &hosttest.Running{
		Swap:      func(b []byte) error { return e.Swap(t.Context(), b) },
		Configure: func(b []byte) error { return e.Reconfigure(t.Context(), b) },
		Handle: func(request []byte) ([]byte, error) {
			session, err := e.Acquire()
			if err != nil {
				return nil, err
			}
			defer session.Release()
			return session.Handle(t.Context(), nil, request)
		},
	}
	if s.Snapshot == nil {
		return r, nil
	}
	return r, r.Swap(s.Snapshot)
}

// TestEngineNative puts the engine in this process to the test.
func TestEngineNative(t *testing.T) {
	t.Parallel()
	hosttest.Run(t, hosttest.Engine{Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
		e, err := native.New(s.Settings)
		if err != nil {
			return nil, err
		}
		return running(t, e, s)
	}})
}

// TestEngineWasm does so with proffer.wasm as a server runs it.
func TestEngineWasm(t *testing.T) {
	t.Parallel()
	hosttest.Run(t, hosttest.Engine{
		Module: filepath.Join(hosttest.OutDir(t), "proffer.wasm"),
		Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
			h, err := newHostOf(t, s)
			if err != nil {
				return nil, err
			}
			return running(t, h, s)
		},
	})
}

func newHostOf(t *testing.T, s *hosttest.Setup) (*host.Host, error) {
	wasm, err := os.ReadFile(s.Module)
	if err != nil {
		return nil, err
	}
	h, err := host.New(t.Context(), wasm, host.Config{
		Instances: 1, Wait: 2 * time.Second, CacheDir: hosttest.CacheDir(t), Settings: s.Settings,
	})
	if err == nil {
		t.Cleanup(func() {
			if err := h.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	return h, err
}

// TestEngineCommand does so with proffer-command.wasm as any WASI runtime runs it: an
// instance for each message, which carries its snapshot.
func TestEngineCommand(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	hosttest.Run(t, hosttest.Engine{
		Module: filepath.Join(hosttest.OutDir(t), "proffer-command.wasm"), Inline: true,
		Start:      c.start,
		NotClaimed: hosttest.NotClaimed{"faults/swap": "each message brings its snapshot"},
	})
}

// command runs builds of it in a runtime that stops what lasts too long.
type command struct {
	runtime  wazero.Runtime
	compiled map[string]wazero.CompiledModule
}

func newCommand(t *testing.T) *command {
	const pages = 256 << 20 >> 16
	r := newRuntime(t, func(c wazero.RuntimeConfig) wazero.RuntimeConfig {
		return c.WithCloseOnContextDone(true).WithMemoryLimitPages(pages)
	})
	if _, err := wasi_snapshot_preview1.Instantiate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return &command{r, map[string]wazero.CompiledModule{}}
}

func (c *command) start(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
	if c.compiled[s.Module] == nil {
		wasm, err := os.ReadFile(s.Module)
		if err != nil {
			return nil, err
		}
		if c.compiled[s.Module], err = c.runtime.CompileModule(t.Context(), wasm); err != nil {
			return nil, err
		}
	}
	module := c.compiled[s.Module]
	return &hosttest.Running{Handle: func(request []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return c.handle(ctx, module, abi.AppendCommand(nil, s.Settings, request))
	}}, nil
}

func (c *command) handle(ctx context.Context, module wazero.CompiledModule, message []byte) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	config := wazero.NewModuleConfig().WithName("").WithStdin(bytes.NewReader(message)).WithStdout(&stdout).WithStderr(&stderr)
	instance, err := c.runtime.InstantiateModule(ctx, module, config) // runs it to exit code 0, or is an error
	if err != nil {
		return nil, err
	}
	if stderr.Len() > 0 {
		return nil, fmt.Errorf("the command writes %q", stderr.Bytes())
	}
	return stdout.Bytes(), instance.Close(ctx)
}

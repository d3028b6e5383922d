package wasmtime_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	engine "github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/profferhq/proffer/examples/wasmtime"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

func compile(t testing.TB, file string) *wasmtime.Module {
	t.Helper()
	wasm, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	m, err := wasmtime.Compile(wasm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func module(t testing.TB, name string) string {
	t.Helper()
	return filepath.Join(hosttest.OutDir(t), name)
}

// TestEngine puts proffer.wasm to the test that every engine can be put to.
func TestEngine(t *testing.T) {
	compiled := map[string]*wasmtime.Module{}
	hosttest.Run(t, hosttest.Engine{
		Module: module(t, "proffer.wasm"),
		Start: func(_ *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
			if compiled[s.Module] == nil {
				compiled[s.Module] = compile(t, s.Module)
			}
			return hosttest.Restarting(func() (*wasmtime.Instance, error) {
				return compiled[s.Module].Start(s.Settings, s.Snapshot)
			}, (*wasmtime.Instance).Close)
		},
		NotClaimed: hosttest.NotClaimed{"faults/swap": "an instance keeps its snapshot"},
	})
}

// TestSoak lets an instance live for 200,000 requests.
func TestSoak(t *testing.T) {
	m := compile(t, module(t, "proffer.wasm"))
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		in, err := m.Start(settings, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}, func(int) {})
}

// TestEngineCommand does so with proffer-command.wasm: an instance for each message,
// which comes from a file and is answered into one.
func TestEngineCommand(t *testing.T) {
	config := engine.NewConfig()
	config.SetEpochInterruption(true)
	c := &command{engine: engine.NewEngineWithConfig(config), modules: map[string]*engine.Module{}, dir: t.TempDir()}
	c.linker = engine.NewLinker(c.engine)
	if err := c.linker.DefineWasi(); err != nil {
		t.Fatal(err)
	}
	hosttest.Run(t, hosttest.Engine{
		Module: module(t, "proffer-command.wasm"), Inline: true, Start: c.start,
		NotClaimed: hosttest.NotClaimed{"faults/swap": "each message brings its snapshot"},
	})
}

// command runs builds of it.
type command struct {
	engine  *engine.Engine
	linker  *engine.Linker
	modules map[string]*engine.Module
	dir     string
}

func (c *command) start(_ *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
	if c.modules[s.Module] == nil {
		m, err := engine.NewModuleFromFile(c.engine, s.Module)
		if err != nil {
			return nil, err
		}
		c.modules[s.Module] = m
	}
	return &hosttest.Running{Handle: func(request []byte) ([]byte, error) {
		return c.run(c.modules[s.Module], abi.AppendCommand(nil, s.Settings, request))
	}}, nil
}

func (c *command) run(m *engine.Module, message []byte) ([]byte, error) {
	const maxMemory = 512 << 20 // a message is read twice as large as it is
	stdin, stdout := filepath.Join(c.dir, "stdin"), filepath.Join(c.dir, "stdout")
	wasi := engine.NewWasiConfig()
	if err := errors.Join(os.WriteFile(stdin, message, 0o600), wasi.SetStdinFile(stdin), wasi.SetStdoutFile(stdout)); err != nil {
		return nil, err
	}
	store := engine.NewStore(c.engine)
	defer store.Close()
	store.SetWasi(wasi)
	store.Limiter(maxMemory, -1, -1, -1, -1)
	store.SetEpochDeadline(1)
	late := time.AfterFunc(2*time.Second, c.engine.IncrementEpoch)
	defer late.Stop()
	instance, err := c.linker.Instantiate(store, m)
	if err != nil {
		return nil, err
	}
	if _, err = instance.GetFunc(store, "_start").Call(store); !ended(err) {
		return nil, err
	}
	return os.ReadFile(stdout)
}

// ended reports whether a command came to its end, by exit code 0 or without one.
func ended(err error) bool {
	var exit *engine.Error
	if !errors.As(err, &exit) {
		return err == nil
	}
	code, exited := exit.ExitStatus()
	return exited && code == 0
}

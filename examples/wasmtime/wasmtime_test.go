package wasmtime_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	engine "github.com/bytecodealliance/wasmtime-go/v39"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/examples/wasmtime"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

func compile(t testing.TB) *wasmtime.Module {
	t.Helper()
	m, err := wasmtime.Compile(hosttest.Artefact(t, "proffer.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// TestCorpus puts the whole corpus through proffer.wasm.
func TestCorpus(t *testing.T) {
	m := compile(t)
	var in *wasmtime.Instance
	var settings, resident []byte
	hosttest.Compare(t, func(t testing.TB, s, snap []byte, r *abi.Request) []byte {
		if in == nil || !bytes.Equal(s, settings) || !bytes.Equal(snap, resident) {
			if in != nil {
				in.Close()
			}
			var err error
			if in, err = m.Start(s, snap); err != nil {
				t.Fatal(err)
			}
			settings, resident = s, snap
		}
		v, err := snapshot.Open(snap)
		if err != nil {
			t.Fatal(err)
		}
		r.Snapshot = v.Hash()
		b, err := in.Handle(abi.AppendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// TestSoak lets an instance live for 200,000 requests.
func TestSoak(t *testing.T) {
	m := compile(t)
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		in, err := m.Start(settings, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}, func(int) {})
}

// TestBadSnapshot holds that no instance starts with one.
func TestBadSnapshot(t *testing.T) {
	m := compile(t)
	for name, b := range map[string][]byte{"none": nil, "text": []byte("offers"), "cut": hosttest.Cases(t)[0].Snapshot[:100]} {
		if in, err := m.Start(nil, b); err == nil || !strings.Contains(err.Error(), "proffer_verify: status 5") {
			t.Errorf("%s: got %v, %v", name, in, err)
		}
	}
}

// TestCorpusCommand puts the corpus through proffer-command.wasm: an instance for
// each message, which comes from a file and is answered into one.
func TestCorpusCommand(t *testing.T) {
	e := engine.NewEngine()
	linker := engine.NewLinker(e)
	if err := linker.DefineWasi(); err != nil {
		t.Fatal(err)
	}
	module, err := engine.NewModule(e, hosttest.Artefact(t, "proffer-command.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stdin, stdout := filepath.Join(dir, "stdin"), filepath.Join(dir, "stdout")
	hosttest.Compare(t, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
		r.Snapshot = snap
		if err := os.WriteFile(stdin, abi.AppendCommand(nil, settings, abi.AppendRequest(nil, r)), 0o600); err != nil {
			t.Fatal(err)
		}
		wasi := engine.NewWasiConfig()
		if err := wasi.SetStdinFile(stdin); err != nil {
			t.Fatal(err)
		}
		if err := wasi.SetStdoutFile(stdout); err != nil {
			t.Fatal(err)
		}
		store := engine.NewStore(e)
		defer store.Close()
		store.SetWasi(wasi)
		instance, err := linker.Instantiate(store, module)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = instance.GetFunc(store, "_start").Call(store); !ended(err) {
			t.Fatal(err)
		}
		b, err := os.ReadFile(stdout)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
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

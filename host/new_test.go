package host_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/internal/assemble"
)

// change returns tiny with f done to it.
func change(f func(*assemble.Module)) []byte {
	m := tiny()
	f(&m)
	return m.Bytes()
}

// retype returns tiny with another type of one function; its body then no
// longer fits, but for a function without results.
func retype(name string, typ assemble.Type, body ...any) []byte {
	return change(func(m *assemble.Module) {
		for i := range m.Funcs {
			if m.Funcs[i].Export == name {
				m.Funcs[i].Type, m.Funcs[i].Body = typ, assemble.Code(body...)
			}
		}
	})
}

func TestNewRefusesModules(t *testing.T) {
	file := assemble.Import{Module: "wasi_snapshot_preview1", Name: "path_open", Type: typeAsk}
	env := assemble.Import{Module: "env", Name: "sched_yield", Type: typeAsk}
	random := assemble.Import{Module: "wasi_snapshot_preview1", Name: "random_get", Type: typeNone}
	loop := assemble.Code(0x03, 0x40, 0x0c, 0, 0x0b) // loop br 0 end
	yield := assemble.Import{Module: "wasi_snapshot_preview1", Name: "sched_yield", Type: typeAsk}
	for name, c := range map[string]struct {
		wasm []byte
		want []string
	}{
		"nothing":       {nil, []string{"not a WebAssembly module"}},
		"text":          {[]byte("(module)"), []string{"not a WebAssembly module"}},
		"too large":     {make([]byte, 33<<20), []string{"module of 34603008 bytes not supported"}},
		"cut":           {tiny().Bytes()[:200], []string{"ends early"}},
		"invalid":       {with("proffer_load"), []string{"compile module: invalid function"}},
		"version 2":     {with("proffer_abi_version", assemble.Const(2)), []string{"module has contract version 2, this host 1"}},
		"version -1":    {with("proffer_abi_version", assemble.Const(-1)), []string{"module has contract version -1"}},
		"version traps": {with("proffer_abi_version", 0x00), []string{"proffer_abi_version: wasm error: unreachable"}},
		"start traps":   {with("_initialize", 0x00), []string{"_initialize: wasm error: unreachable"}},
		"start hangs": {
			change(func(m *assemble.Module) { m.Funcs[0].Body, m.Imports = loop, []assemble.Import{yield} }),
			[]string{"_initialize: host: no answer in time of 20ms"},
		},
		"loops uncounted": {with("_initialize", loop), []string{"1 loops, but does not import wasi_snapshot_preview1.sched_yield"}},
		"imports": {
			change(func(m *assemble.Module) { m.Imports = []assemble.Import{file, env} }),
			[]string{"module imports wasi_snapshot_preview1.path_open, which is not allowed", "module imports env.sched_yield, which"},
		},
		"import's type": {
			change(func(m *assemble.Module) { m.Imports = []assemble.Import{random} }),
			[]string{"instantiate module:", "random_get"},
		},
		"no exports": {
			change(func(m *assemble.Module) {
				for i := range m.Funcs {
					m.Funcs[i].Export = ""
				}
				m.MemoryExport = ""
			}),
			[]string{
				"does not export the function _initialize", "the function proffer_abi_version", "the function proffer_buffer",
				"the function proffer_configure", "the function proffer_verify", "the function proffer_load",
				"the function proffer_handle", "the function proffer_gc", "does not export memory",
			},
		},
		"memory's name": {change(func(m *assemble.Module) { m.MemoryExport = "mem" }), []string{"does not export memory"}},
		"large memory":  {change(func(m *assemble.Module) { m.Memory = 513 }), []string{"starts with 33619968 bytes of memory, over the limit of 33554432"}},
		"gc's type": {
			retype("proffer_gc", typeAsk, assemble.Const(0)),
			[]string{"module exports proffer_gc as () (i32), want () ()"},
		},
		"handle's type": {
			retype("proffer_handle", typeTake, assemble.Const(0)),
			[]string{"module exports proffer_handle as (i32) (i32), want (i32) (i64)"},
		},
		"load's type": {
			retype("proffer_load", assemble.Type{Params: []byte{assemble.I32, assemble.F64}, Results: []byte{assemble.I32}}, assemble.Const(0)),
			[]string{"module exports proffer_load as (i32 f64) (i32), want (i32) (i32)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := host.New(context.Background(), c.wasm, host.Config{SetupWait: 20 * time.Millisecond})
			if err == nil || !strings.HasPrefix(err.Error(), "host: ") {
				t.Fatalf("New: %v, want an error of this package", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("New: %v, want %q in it", err, want)
				}
			}
		})
	}
}

func TestNewRefusesConfigurations(t *testing.T) {
	c := host.Config{
		Instances: -1, Wait: -1, SetupWait: -1, MemoryLimit: 1 << 33, MemoryRecycle: -1, MaxCalls: 1 << 63,
		RefillRate: -1, Failures: -1, FailureWindow: -1, BackoffMin: 3, BackoffMax: 2, Settings: make([]byte, 1<<20+1),
	}
	_, err := host.New(context.Background(), tiny().Bytes(), c)
	if err == nil {
		t.Fatal("New accepts a configuration of mistakes")
	}
	for _, want := range []string{
		"Instances is -1 (have 1..4096)", "Wait is -1ns", "SetupWait is -1ns", "MemoryLimit is 8589934592",
		"MemoryRecycle is -1", "MaxCalls is 9223372036854775808", "RefillRate is -1 (have 0.001..1e+06)",
		"Failures is -1", "FailureWindow is -1ns", "BackoffMax is 2ns (have 3ns..", "size of Settings is 1048577",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("New: %v, want %q in it", err, want)
		}
	}
}

func TestSettings(t *testing.T) {
	_, err := host.New(context.Background(), badGuest, host.Config{CacheDir: cacheDir, Settings: []byte("R")})
	if want := "proffer_configure answers status 4 (malformed)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("New: %v, want an error with %q", err, want)
	}
	h := serve(t, badGuest, host.Config{Instances: 2, Settings: []byte("A")}, nil)
	if _, err := ask(h, "e"+strings.Repeat("x", 64<<10)); err == nil {
		t.Error("with A in its settings the module has no buffer over 64 KiB, but answers")
	}
	check(t, h)
}

// TestInterpreter runs the same on the interpreter's terms: the platform of
// the tests has a compiler, which is then used.
func TestInterpreter(t *testing.T) {
	check(t, serve(t, badGuest, host.Config{Instances: 1, Interpreter: true}, nil))
}

func TestCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	start(t, tiny().Bytes(), host.Config{CacheDir: dir}, nil)
	files := cached(t, dir)
	if len(files) != 1 {
		t.Fatalf("the cache holds %v, want one file", files)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range [][]byte{nil, b[:len(b)/2], append([]byte("x"), b...)} {
		if err := os.WriteFile(files[0], damage, 0o600); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		logger := slog.New(slog.NewTextHandler(&log, nil))
		h := start(t, tiny().Bytes(), host.Config{CacheDir: dir, Logger: logger}, nil)
		swap(t, h, snapshot('A', 0))
		if want := "module compiled without its cache"; !strings.Contains(log.String(), want) {
			t.Errorf("the log has %q, want %q in it", log.String(), want)
		}
	}
}

func cached(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCacheOfOthersIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		file: "cache of compiled modules:",
		dir:  "others can write to",
	} {
		if path == dir {
			if runtime.GOOS == "windows" {
				continue // permissions are not modes there
			}
			if err := os.Chmod(dir, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		_, err := host.New(context.Background(), tiny().Bytes(), host.Config{CacheDir: path})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New with the cache %s: %v, want an error with %q", path, err, want)
		}
	}
}

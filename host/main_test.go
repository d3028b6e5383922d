package host_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"go.uber.org/goleak"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/internal/assemble"
)

// out is where the build leaves what can be made again.
var (
	out      = filepath.Join("..", "build", "out")
	cacheDir = filepath.Join(out, "wazero")
	badGuest []byte
)

func TestMain(m *testing.M) {
	var err error
	if badGuest, err = buildGuest("badguest"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// buildGuest compiles a package below internal as the real module is.
func buildGuest(name string) ([]byte, error) {
	file := filepath.Join(out, name+".wasm")
	if err := os.MkdirAll(cacheDir, 0o700); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w",
		"-o", file, "./internal/"+name)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w\n%s", name, err, text)
	}
	return os.ReadFile(file)
}

type patch = func(wazero.HostModuleBuilder)

// start makes a host that is closed with the test.
func start(t testing.TB, wasm []byte, c host.Config, p patch) *host.Host {
	t.Helper()
	if c.CacheDir == "" {
		c.CacheDir = cacheDir
	}
	h, err := host.NewPatched(context.Background(), wasm, c, p)
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

// serve makes a host with a snapshot.
func serve(t testing.TB, wasm []byte, c host.Config, p patch) *host.Host {
	t.Helper()
	h := start(t, wasm, c, p)
	swap(t, h, snapshot('A', 0))
	return h
}

func swap(t testing.TB, h *host.Host, snapshot []byte) {
	t.Helper()
	if err := h.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
}

// snapshot is one for badguest: a hash, and what goes wrong with it.
func snapshot(hash, mood byte) []byte {
	return append(bytes.Repeat([]byte{hash}, 32), mood)
}

func hash(c byte) [32]byte { return [32]byte(snapshot(c, 0)) }

// echoed is badguest's answer to a request that begins with e.
func echoed(request string) string {
	n := len(request)
	return "\x92\x00\xc6" + string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + request
}

// check demands that h answers as it should.
func check(t testing.TB, h *host.Host) {
	t.Helper()
	got, err := h.Handle(context.Background(), []byte("kept "), []byte("e hello"))
	if err != nil {
		t.Fatalf("the next call: %v", err)
	}
	if want := "kept " + echoed("e hello"); string(got) != want {
		t.Fatalf("the next call answers %q, want %q", got, want)
	}
}

func ask(h *host.Host, request string) (string, error) {
	b, err := h.Handle(context.Background(), nil, []byte(request))
	return string(b), err
}

// The types of the tiny module's functions.
var (
	typeNone  = assemble.Type{}
	typeAsk   = assemble.Type{Results: []byte{assemble.I32}}
	typeTake  = assemble.Type{Params: []byte{assemble.I32}, Results: []byte{assemble.I32}}
	typeReply = assemble.Type{Params: []byte{assemble.I32}, Results: []byte{assemble.I64}}
)

const (
	tinyBuffer = 4096
	tinyReply  = 1024
)

// tiny is a module of 400 bytes that answers everything by the hash of its
// snapshot, as a ping is answered.
func tiny() assemble.Module {
	keepHash := assemble.Code(assemble.Const(tinyReply+4), assemble.Const(tinyBuffer), assemble.Const(32),
		0xfc, 10, 0, 0, assemble.Const(0)) // memory.copy
	return assemble.Module{
		Funcs: []assemble.Func{
			{Export: "_initialize", Type: typeNone},
			{Export: "proffer_abi_version", Type: typeAsk, Body: assemble.Const(1)},
			{Export: "proffer_buffer", Type: typeTake, Body: assemble.Const(tinyBuffer)},
			{Export: "proffer_configure", Type: typeTake, Body: assemble.Const(0)},
			{Export: "proffer_verify", Type: typeTake, Body: assemble.Const(0)},
			{Export: "proffer_load", Type: typeTake, Body: keepHash},
			{Export: "proffer_handle", Type: typeReply, Body: assemble.Const64(tinyReply<<32 | 36)},
			{Export: "proffer_gc", Type: typeNone},
		},
		Memory:       20,
		MemoryExport: "memory",
		Data:         []assemble.Data{{Offset: tinyReply, Bytes: []byte{0x92, 0, 0xc4, 32}}},
	}
}

// with returns tiny with another body of one function.
func with(name string, body ...any) []byte {
	m := tiny()
	for i := range m.Funcs {
		if m.Funcs[i].Export == name {
			m.Funcs[i].Body = assemble.Code(body...)
		}
	}
	return m.Bytes()
}

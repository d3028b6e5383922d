package jump_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/jump"
)

// hasher is an instance of the guest that hashes.
type hasher struct {
	t         *testing.T
	mod       api.Module
	key, data uint32
}

func newHasher(t *testing.T, wasm []byte, config wazero.RuntimeConfig) *hasher {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	t.Cleanup(func() { _ = r.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	mod, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	h := &hasher{t: t, mod: mod}
	h.key, h.data = h.call("key"), h.call("data")
	return h
}

func (h *hasher) call(name string, args ...uint64) uint32 {
	h.t.Helper()
	got, err := h.mod.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return uint32(got[0])
}

func (h *hasher) put(at uint32, b []byte) { h.mod.Memory().Write(at, b) }

func (h *hasher) answer(at uint32) string {
	b, _ := h.mod.Memory().Read(at, sha256.Size)
	return hex.EncodeToString(b)
}

// TestKernelHashes holds the function that is written here, in wazero's compiler,
// and the one that Go compiles, in its interpreter, to the standard library: the
// vectors of FIPS 180-4's companion, every length up to four blocks, and MACs under
// drawn keys, which are hashes that start with drawn chaining values.
func TestKernelHashes(t *testing.T) {
	before := guest(t, "hash", "-buildmode=c-shared")
	after, err := jump.Direct(before)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(before, jump.Compress()) || !bytes.Contains(after, jump.Compress()) {
		t.Error("the function is not the one that is written here")
	}
	for name, h := range map[string]*hasher{
		"written":  newHasher(t, after, wazero.NewRuntimeConfigCompiler()),
		"compiled": newHasher(t, before, wazero.NewRuntimeConfigInterpreter()),
	} {
		t.Run(name, func(t *testing.T) {
			h.t = t
			h.vectors()
			h.lengths()
			h.drawn()
		})
	}
}

func (h *hasher) vectors() {
	for in, want := range map[string]string{
		"":    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		strings.Repeat("a", 1_000_000):                             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	} {
		h.put(h.data, []byte(in))
		if got := h.answer(h.call("sum", uint64(len(in)))); got != want {
			h.t.Errorf("%d bytes: %s, want %s", len(in), got, want)
		}
	}
}

func (h *hasher) lengths() {
	data := make([]byte, 256)
	for i := range data {
		data[i] = byte(i * 7)
	}
	h.put(h.data, data)
	for n := range len(data) + 1 {
		want := sha256.Sum256(data[:n])
		if got := h.answer(h.call("sum", uint64(n))); got != hex.EncodeToString(want[:]) {
			h.t.Errorf("%d bytes: %s, want %x", n, got, want)
		}
	}
}

func (h *hasher) drawn() {
	draw := rand.New(rand.NewPCG(1, 2))
	fill := func(b []byte) []byte {
		for i := range b {
			b[i] = byte(draw.Uint32())
		}
		return b
	}
	for range 2_000 {
		key, data := fill(make([]byte, draw.IntN(257))), fill(make([]byte, draw.IntN(700)))
		first := draw.IntN(len(data) + 1)
		h.put(h.key, key)
		h.put(h.data, data)
		mac := hmac.New(sha256.New, key)
		mac.Write(data)
		got, want := h.answer(h.call("sign", uint64(len(key)), uint64(len(data)), uint64(first))), hex.EncodeToString(mac.Sum(nil))
		if got != want {
			h.t.Fatalf("key %x, data %x cut at %d: %s, want %s", key, data, first, got, want)
		}
	}
}

// TestKernelIsThere: the modules that are shipped hash with the function that is
// written here.
func TestKernelIsThere(t *testing.T) {
	for _, name := range []string{"proffer", "proffer-command", "proffer-http-wasm", "proffer-proxy-wasm"} {
		file := filepath.Join("..", "out", name+".wasm")
		wasm, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: run make wasm", err)
		}
		if !bytes.Contains(wasm, jump.Compress()) {
			t.Errorf("%s hashes with what Go compiles", file)
		}
	}
}

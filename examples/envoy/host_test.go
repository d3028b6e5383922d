package envoy_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/hosttest"
)

// Numbers of the ABI, "Types".
const (
	ok, notFound, badArgument, casMismatch = 0, 1, 2, 8
	proceed, pause                         = 0, 1

	requestBody, responseBody, callBody, configuration = 0, 1, 4, 7
	requestMap, responseMap, callMap                   = 0, 2, 6

	pluginID = 1
)

type fields [][2]string

func (f fields) get(name string) string {
	for _, h := range f {
		if h[0] == name {
			return h[1]
		}
	}
	return ""
}

func (f fields) all(name string) (values []string) {
	for _, h := range f {
		if h[0] == name {
			values = append(values, h[1])
		}
	}
	return values
}

// host is one worker of a proxy, with one instance of the module.
type host struct {
	testing.TB
	ctx     context.Context
	mod     api.Module
	config  []byte
	logs    []string
	streams map[uint32]*stream
	at      uint32 // the context that calls are about
	tick    uint32 // milliseconds, 0: no timer
	now     int64  // nanoseconds
	calls   []*call
	answer  *call // while its answer is told
	shared  *sharedData
	polls   int
	frozen  bool // the machine has no randomness, and its clock stands
	random  byte
	stopAll bool // a held head holds the body back too, as Envoy does unless told
	garbage bool // whatever the module asks for, it gets nonsense
}

type call struct {
	id       uint32
	cluster  string
	fields   fields
	body     []byte
	timeout  uint32
	answer   fields
	answered []byte
	done     bool
}

// sharedData is what all workers of a proxy have.
type sharedData struct {
	values map[string][]byte
	cas    map[string]uint32
}

var (
	compileOnce sync.Once
	cache       wazero.CompilationCache
)

// newHost starts a worker. Its clock is 2027-01-15.
func newHost(t testing.TB, config []byte) *host {
	t.Helper()
	return newHostOf(t, hosttest.Artefact(t, "proffer-proxy-wasm.wasm"), config)
}

// newHostOf does so with another build of the module.
func newHostOf(t testing.TB, wasm, config []byte) *host {
	t.Helper()
	h := &host{TB: t, ctx: t.Context(), now: 1_800_000_000_000_000_000, stopAll: true, streams: map[uint32]*stream{},
		shared: &sharedData{map[string][]byte{}, map[string]uint32{}}}
	var err error
	compileOnce.Do(func() { cache, err = wazero.NewCompilationCacheWithDir(hosttest.CacheDir(t)) })
	if err != nil {
		t.Fatal(err)
	}
	r := wazero.NewRuntimeWithConfig(h.ctx, wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache))
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	h.offer(r, "wasi_snapshot_preview1", h.wasi())
	h.offer(r, "env", h.env())
	h.mod, err = r.InstantiateWithConfig(h.ctx, wasm, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	if h.export("proxy_on_vm_start", 0, 0) != 1 {
		t.Fatal("the machine does not start")
	}
	h.export("proxy_on_context_create", pluginID, 0)
	h.configure(config)
	return h
}

func (h *host) configure(config []byte) {
	h.Helper()
	h.config, h.at = config, pluginID
	if h.export("proxy_on_configure", pluginID, uint64(len(config))) != 1 {
		h.Error("the plugin refuses its configuration, so that Envoy would refuse requests")
	}
	h.config = nil
}

// export calls the module. A trap ends the test: Envoy would end the worker's
// machine.
func (h *host) export(name string, args ...uint64) uint32 {
	h.Helper()
	out, err := h.mod.ExportedFunction(name).Call(h.ctx, args...)
	if err != nil {
		h.Fatalf("%s%v: %v", name, args, err)
	}
	if len(out) == 0 {
		return 0
	}
	return uint32(out[0])
}

// function is one that the module may import; all its parameters are i32 but where
// types says so.
type function struct {
	name  string
	types []api.ValueType
	none  bool // it has no result
	call  func(args []uint64) uint32
}

func i32s(n int) []api.ValueType { return slices.Repeat([]api.ValueType{api.ValueTypeI32}, n) }

func (h *host) offer(r wazero.Runtime, module string, list []function) {
	b := r.NewHostModuleBuilder(module)
	for _, f := range list {
		results := i32s(1)
		if f.none {
			results = nil
		}
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, mod api.Module, stack []uint64) {
			h.mod = mod // it calls from its start on
			for i, kind := range f.types {
				if kind == api.ValueTypeI32 {
					stack[i] = uint64(uint32(stack[i])) // the upper half is anything
				}
			}
			if n := f.call(stack); !f.none {
				stack[0] = uint64(n)
			}
		}), f.types, results).Export(f.name)
	}
	if _, err := b.Instantiate(h.ctx); err != nil {
		h.Fatal(err)
	}
}

// wasi is what proxy-wasm-cpp-host has of WASI, and the module may use, but for
// poll_oneoff, of which it knows nothing.
func (h *host) wasi() []function {
	const enosys = 52
	zero := func(args []uint64) uint32 { h.write32(args[0], 0); h.write32(args[1], 0); return 0 }
	nothing := func([]uint64) uint32 { return 0 }
	clock := []api.ValueType{api.ValueTypeI32, api.ValueTypeI64, api.ValueTypeI32}
	return []function{
		{"args_get", i32s(2), false, nothing},
		{"args_sizes_get", i32s(2), false, zero},
		{"environ_get", i32s(2), false, nothing},
		{"environ_sizes_get", i32s(2), false, zero},
		{"sched_yield", nil, false, nothing},
		{"poll_oneoff", i32s(4), false, func([]uint64) uint32 { h.polls++; return enosys }},
		{"proc_exit", i32s(1), true, func(a []uint64) uint32 { panic(fmt.Sprintf("the module exits with %d", a[0])) }},
		{"clock_time_get", clock, false, func(a []uint64) uint32 {
			if !h.frozen {
				h.now += 1000
			}
			h.write(a[2], binary.LittleEndian.AppendUint64(nil, uint64(h.now)))
			return 0
		}},
		{"random_get", i32s(2), false, func(a []uint64) uint32 {
			b := make([]byte, a[1])
			for i := range b {
				if !h.frozen {
					h.random++
				}
				b[i] = h.random
			}
			h.write(a[0], b)
			return 0
		}},
		{"fd_write", i32s(4), false, func(a []uint64) uint32 {
			for i := range a[2] {
				h.logs = append(h.logs, "fd: "+string(h.read(uint64(h.read32(a[1]+8*i)), uint64(h.read32(a[1]+8*i+4)))))
			}
			h.write32(a[3], 0)
			return 8
		}},
	}
}

func (h *host) read(at, size uint64) []byte {
	b, in := h.mod.Memory().Read(uint32(at), uint32(size))
	if !in {
		h.Fatalf("the module points to %d bytes at %d, outside its memory", size, at)
	}
	return slices.Clone(b)
}

func (h *host) write(at uint64, b []byte) {
	if !h.mod.Memory().Write(uint32(at), b) {
		h.Fatalf("the module points to %d, outside its memory", at)
	}
}

func (h *host) read32(at uint64) uint32 { return binary.LittleEndian.Uint32(h.read(at, 4)) }

func (h *host) write32(at uint64, n uint32) { h.write(at, binary.LittleEndian.AppendUint32(nil, n)) }

package hosttest_test

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

const (
	gcTurn = 1_000
	enosys = 52
)

// TestReactorWithoutPoll lets proffer.wasm live on a host that does not know
// poll_oneoff and never asks it to collect garbage. Go's collector starts at
// 4 MiB: 30 bytes of garbage in a call would reach it.
func TestReactorWithoutPoll(t *testing.T) {
	t.Parallel()
	in := newReactor(t, func(b wazero.HostModuleBuilder) {
		b.NewFunctionBuilder().WithGoModuleFunction(
			api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = enosys }),
			[]api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32},
			[]api.ValueType{api.ValueTypeI32},
		).Export("poll_oneoff")
	})
	live(t, in, 40_000, false)
}

// TestReactorWithGC lets it live on a host that collects its garbage.
func TestReactorWithGC(t *testing.T) {
	t.Parallel()
	live(t, newReactor(t, func(wazero.HostModuleBuilder) {}), 20_000, true)
}

// live is the life of one instance.
func live(t *testing.T, in *reactor, calls int, collect bool) {
	gc := in.mod.ExportedFunction("proffer_gc")
	hosttest.Soak(t, calls, func(settings, snapshot []byte) hosttest.Instance {
		in.give("proffer_configure", settings)
		in.give("proffer_load", snapshot)
		return in
	}, func(calls int) {
		if collect && calls%gcTurn == 0 {
			in.call(gc, 0)
		}
	})
}

// reactor is one instance of proffer.wasm without package host around it.
type reactor struct {
	t              testing.TB
	mod            api.Module
	buffer, answer api.Function
	stack          [1]uint64
}

func newReactor(t testing.TB, patch func(wazero.HostModuleBuilder)) *reactor {
	t.Helper()
	r := newRuntime(t)
	b := r.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	patch(b)
	if _, err := b.Instantiate(t.Context()); err != nil {
		t.Fatal(err)
	}
	module, err := r.CompileModule(t.Context(), hosttest.Artefact(t, "proffer.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := r.InstantiateModule(t.Context(), module, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	return &reactor{t: t, mod: mod, buffer: mod.ExportedFunction("proffer_buffer"), answer: mod.ExportedFunction("proffer_handle")}
}

// call calls a function, which must not trap.
func (r *reactor) call(f api.Function, param int) uint64 {
	r.t.Helper()
	r.stack[0] = uint64(param)
	if err := f.CallWithStack(r.t.Context(), r.stack[:]); err != nil {
		r.t.Fatalf("%s: %v", f.Definition().Name(), err)
	}
	return r.stack[0]
}

func (r *reactor) put(message []byte) {
	r.t.Helper()
	if !r.mod.Memory().Write(uint32(r.call(r.buffer, len(message))), message) {
		r.t.Fatal("proffer_buffer answers an address outside of the memory")
	}
}

// give hands over a configuration or a snapshot.
func (r *reactor) give(name string, message []byte) {
	r.t.Helper()
	r.put(message)
	if status := abi.Status(r.call(r.mod.ExportedFunction(name), len(message))); status != abi.StatusOK {
		r.t.Fatalf("%s answers %v", name, status)
	}
}

// Memory implements hosttest.Instance.
func (r *reactor) Memory() (int, error) { return int(r.mod.Memory().Size()), nil }

// Handle implements hosttest.Instance; what fails ends the test.
func (r *reactor) Handle(request []byte) ([]byte, error) { return r.handle(request), nil }

// handle gives the response, which holds until the next call.
func (r *reactor) handle(request []byte) []byte {
	r.t.Helper()
	r.put(request)
	at := r.call(r.answer, len(request))
	b, ok := r.mod.Memory().Read(uint32(at>>32), uint32(at))
	if !ok {
		r.t.Fatal("proffer_handle answers an address outside of the memory")
	}
	return b
}

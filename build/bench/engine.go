package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/build/jump"
	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
)

// engine is a wazero runtime with the compiled modules, without package host.
type engine struct {
	runtime wazero.Runtime
	proffer wazero.CompiledModule
	empty   wazero.CompiledModule // as build/jump makes it, as it does the module
	plain   wazero.CompiledModule // the same as Go writes it
	macs    wazero.CompiledModule
}

func newEngine(ctx context.Context, out string, wasm []byte) (*engine, error) {
	cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(out, "wazero"))
	if err != nil {
		return nil, err
	}
	e := &engine{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache))}
	wasi_snapshot_preview1.MustInstantiate(ctx, e.runtime)
	if e.proffer, err = e.runtime.CompileModule(ctx, wasm); err != nil {
		return nil, err
	}
	empty, err := buildGuest(out, "empty")
	if err != nil {
		return nil, err
	}
	macs, err := buildGuest(out, "macs")
	if err != nil {
		return nil, err
	}
	if e.plain, err = e.runtime.CompileModule(ctx, empty); err != nil {
		return nil, err
	}
	for into, b := range map[*wazero.CompiledModule][]byte{&e.empty: empty, &e.macs: macs} {
		direct, err := jump.Direct(b)
		if err != nil {
			return nil, err
		}
		if *into, err = e.runtime.CompileModule(ctx, direct); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// buildGuest compiles a guest below testdata, as Go writes it.
func buildGuest(out, name string) ([]byte, error) {
	file := filepath.Join(out, "bench-"+name+".wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w -buildid=",
		"-o", file, "./build/bench/testdata/"+name)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w\n%s", name, err, text)
	}
	return os.ReadFile(file)
}

// maxMemory is twice the largest snapshot.
const maxMemory = 128 << 20

// instantiate starts a guest as package host does, for a snapshot of that many
// bytes.
func (e *engine) instantiate(ctx context.Context, m wazero.CompiledModule, snapshot int) (api.Module, *linear.Memory, error) {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
		WithSysWalltime().WithSysNanotime().WithEnv("GOGC", "off").
		WithEnv("GOMEMLIMIT", strconv.Itoa(snapshot+6<<20))
	memory, err := linear.New(0, maxMemory)
	if err != nil {
		return nil, nil, err
	}
	mod, err := e.runtime.InstantiateModule(linear.With(ctx, memory), m, config)
	return mod, memory, err
}

// instance is one of the module with a snapshot. It answers requests on the
// bytes path: written into the guest's buffer, the answer copied out of it.
type instance struct {
	mod     api.Module
	mem     api.Memory
	linear  *linear.Memory // that mem is
	handle  api.Function
	version api.Function
	buffer  uint32
	stack   [1]uint64
}

// load makes an instance with a configuration and a snapshot.
func (e *engine) load(ctx context.Context, snapshot *linear.Image) (*instance, error) {
	mod, memory, err := e.instantiate(ctx, e.proffer, snapshot.Len())
	if err != nil {
		return nil, err
	}
	in := newInstance(mod, memory)
	return in, errors.Join(
		in.give(ctx, abi.ExportConfigure, linear.NewImage(workload.Settings())),
		in.give(ctx, abi.ExportLoad, snapshot),
		in.reserve(ctx, 64<<10),
	)
}

func newInstance(mod api.Module, memory *linear.Memory) *instance {
	return &instance{
		mod: mod, mem: mod.ExportedMemory(abi.ExportMemory), linear: memory,
		handle: mod.ExportedFunction(abi.ExportHandle), version: mod.ExportedFunction(abi.ExportVersion),
	}
}

// reserve asks the guest for a buffer.
func (in *instance) reserve(ctx context.Context, n int) error {
	in.stack[0] = uint64(n)
	err := in.mod.ExportedFunction(abi.ExportBuffer).CallWithStack(ctx, in.stack[:])
	if in.buffer = uint32(in.stack[0]); err == nil && in.buffer == 0 {
		err = fmt.Errorf("no buffer of %d bytes", n)
	}
	return err
}

// give hands a message to an export that answers a status.
func (in *instance) give(ctx context.Context, export string, message *linear.Image) error {
	if err := in.reserve(ctx, message.Len()); err != nil {
		return err
	}
	if err := in.linear.Put(message, in.buffer); err != nil {
		return err
	}
	in.stack[0] = uint64(message.Len())
	if err := in.mod.ExportedFunction(export).CallWithStack(ctx, in.stack[:]); err != nil {
		return err
	}
	if s := abi.Status(in.stack[0]); s != abi.StatusOK {
		return fmt.Errorf("%s answers %v", export, s)
	}
	return nil
}

// answer appends the answer to a request.
func (in *instance) answer(ctx context.Context, dst, request []byte) ([]byte, error) {
	if !in.mem.Write(in.buffer, request) {
		return dst, errors.New("the buffer lies outside of the memory")
	}
	in.stack[0] = uint64(len(request))
	if err := in.handle.CallWithStack(ctx, in.stack[:]); err != nil {
		return dst, err
	}
	b, ok := in.mem.Read(uint32(in.stack[0]>>32), uint32(in.stack[0]))
	if !ok {
		return dst, errors.New("the answer lies outside of the memory")
	}
	return append(dst, b...), nil
}

// decided makes an instance answer one page request, which may be its first.
func (in *instance) decided(ctx context.Context, dst, request []byte) error {
	answer, err := in.answer(ctx, dst, request)
	if err != nil {
		return err
	}
	if status, ok := abi.StatusOf(answer); !ok || status != abi.StatusOK {
		return fmt.Errorf("first decision: status %v", status)
	}
	return nil
}

// nothing calls the export that does nothing, so many times.
func (in *instance) nothing(ctx context.Context, times int) error {
	for range times {
		if err := in.version.CallWithStack(ctx, in.stack[:]); err != nil {
			return err
		}
	}
	return nil
}

func (in *instance) close(ctx context.Context) error { return in.mod.Close(ctx) }

//go:build edges

package preinit_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/preinit"
	"github.com/profferhq/proffer/host/hosttest"
)

const enosys = 52

// image is a compiled one.
type image struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	random   int // how often an instance has asked for randomness
}

// made makes an image by Wizer.
func made(t testing.TB, settings, snapshot []byte) []byte {
	t.Helper()
	wizer, err := preinit.Find(hosttest.OutDir(t))
	if err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	hosttest.Artefact(t, "proffer-preinit.wasm")
	b, err := preinit.Image(t.Context(), wizer, filepath.Join(hosttest.OutDir(t), "proffer-preinit.wasm"), settings, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compiled compiles one for a host that has no poll_oneoff, whose clock stands where
// it began, before the image was made, and which counts who asks for randomness.
func compiled(t testing.TB, wasm []byte) *image {
	t.Helper()
	i := &image{runtime: wazero.NewRuntime(t.Context())}
	t.Cleanup(func() {
		if err := i.runtime.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b := i.runtime.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	b.NewFunctionBuilder().WithFunc(func(context.Context, api.Module, uint32, uint32) uint32 {
		i.random++
		return enosys
	}).Export("random_get")
	b.NewFunctionBuilder().WithFunc(func(context.Context, uint32, uint32, uint32, uint32) uint32 {
		return enosys
	}).Export("poll_oneoff")
	b.NewFunctionBuilder().WithFunc(func(_ context.Context, m api.Module, _ uint32, _ uint64, at uint32) uint32 {
		m.Memory().WriteUint64Le(at, 1)
		return 0
	}).Export("clock_time_get")
	if _, err := b.Instantiate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var err error
	if i.compiled, err = i.runtime.CompileModule(t.Context(), wasm); err != nil {
		t.Fatal(err)
	}
	return i
}

// instance is one of an image.
type instance struct{ module api.Module }

// fresh makes an instance as hosts do that start reactors: by _initialize.
func (i *image) fresh() (*instance, error) {
	m, err := i.runtime.InstantiateModule(context.Background(), i.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	return &instance{m}, err
}

// once answers a request by an instance of its own.
func (i *image) once(request []byte) (response []byte, err error) {
	in, err := i.fresh()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.module.Close(context.Background())) }()
	return in.Handle(request)
}

// Handle implements hosttest.Instance.
func (in *instance) Handle(request []byte) ([]byte, error) {
	at, err := in.call("proffer_handle", request)
	if err != nil {
		return nil, err
	}
	b, ok := in.module.Memory().Read(uint32(at>>32), uint32(at))
	if !ok {
		return nil, errors.New("the response lies outside the memory")
	}
	return append([]byte(nil), b...), nil
}

// Memory implements hosttest.Instance.
func (in *instance) Memory() (int, error) { return int(in.module.Memory().Size()), nil }

// give hands over a configuration or a snapshot.
func (in *instance) give(name string, message []byte) error {
	status, err := in.call(name, message)
	if err == nil && status != 0 {
		err = fmt.Errorf("%s answers %d", name, status)
	}
	return err
}

// call calls an export with the length of a message that stands in the buffer.
func (in *instance) call(name string, message []byte) (uint64, error) {
	at, err := in.module.ExportedFunction("proffer_buffer").Call(context.Background(), uint64(len(message)))
	if err != nil {
		return 0, err
	}
	if !in.module.Memory().Write(uint32(at[0]), message) {
		return 0, errors.New("the buffer lies outside the memory")
	}
	result, err := in.module.ExportedFunction(name).Call(context.Background(), uint64(len(message)))
	if err != nil {
		return 0, err
	}
	return result[0], nil
}

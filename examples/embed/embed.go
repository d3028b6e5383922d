package embed

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// broken is from where on a status means that the instance must not be used again.
const broken = 64

// Module is proffer.wasm, compiled.
type Module struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

// Compile makes the module ready to be started any number of times; it takes a
// second.
func Compile(ctx context.Context, wasm []byte) (*Module, error) {
	r := wazero.NewRuntime(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	c, err := r.CompileModule(ctx, wasm)
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return &Module{r, c}, nil
}

// Close ends the module and all its instances.
func (m *Module) Close(ctx context.Context) error { return m.runtime.Close(ctx) }

// Instance is one instance with one snapshot. It answers one request at a time.
type Instance struct{ module api.Module }

// Start makes an instance with a configuration and a snapshot (plugin/ABI.md,
// section 3; no bytes are the default configuration). It takes milliseconds.
func (m *Module) Start(ctx context.Context, settings, snapshot []byte) (*Instance, error) {
	module, err := m.runtime.InstantiateModule(ctx, m.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, err
	}
	in := &Instance{module}
	for _, step := range []struct {
		name string
		b    []byte
	}{{"proffer_configure", settings}, {"proffer_verify", snapshot}, {"proffer_load", snapshot}} {
		status, err := in.call(ctx, step.name, step.b)
		if err == nil && status != 0 {
			err = fmt.Errorf("%s: status %d", step.name, status)
		}
		if err != nil {
			return nil, errors.Join(err, in.Close(ctx))
		}
	}
	return in, nil
}

// Handle answers one request (sections 4 and 5). After an error the instance must
// be closed.
func (in *Instance) Handle(ctx context.Context, request []byte) ([]byte, error) {
	packed, err := in.call(ctx, "proffer_handle", request)
	if err != nil {
		return nil, err
	}
	view, ok := in.module.Memory().Read(uint32(packed>>32), uint32(packed))
	if !ok || len(view) < 2 {
		return nil, errors.New("the response lies outside the memory")
	}
	response := append([]byte(nil), view...) // the next call writes over it
	if status := response[1]; status >= broken {
		return nil, fmt.Errorf("status %d: %q", status, response)
	}
	return response, nil
}

// call writes a message into the module's buffer and calls a function with its
// length.
func (in *Instance) call(ctx context.Context, name string, message []byte) (uint64, error) {
	at, err := in.module.ExportedFunction("proffer_buffer").Call(ctx, uint64(len(message)))
	if err != nil {
		return 0, err
	}
	if at[0] == 0 || !in.module.Memory().Write(uint32(at[0]), message) {
		return 0, fmt.Errorf("no room for %d bytes", len(message))
	}
	result, err := in.module.ExportedFunction(name).Call(ctx, uint64(len(message)))
	if err != nil {
		return 0, err
	}
	return result[0], nil
}

// Memory is the size of the linear memory in bytes.
func (in *Instance) Memory() int { return int(in.module.Memory().Size()) }

// Close ends the instance.
func (in *Instance) Close(ctx context.Context) error { return in.module.Close(ctx) }

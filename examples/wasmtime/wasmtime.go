package wasmtime

import (
	"errors"
	"fmt"
	"time"

	"github.com/bytecodealliance/wasmtime-go/v39"
)

// broken is from where on a status means that the instance must not be used again.
const broken = 64

// maxMemory bounds an instance, in bytes: a snapshot has at most 64 MiB, and there are
// two copies of it while it is checked.
const maxMemory = 256 << 20

// tick is the unit in which calls are bounded.
const tick = 10 * time.Millisecond

// Module is proffer.wasm, compiled.
type Module struct {
	engine *wasmtime.Engine
	linker *wasmtime.Linker
	module *wasmtime.Module
	stop   chan struct{}
}

// Compile makes the module ready to be started any number of times; it takes a
// second.
func Compile(wasm []byte) (*Module, error) {
	config := wasmtime.NewConfig()
	config.SetEpochInterruption(true)
	engine := wasmtime.NewEngineWithConfig(config)
	linker := wasmtime.NewLinker(engine)
	if err := linker.DefineWasi(); err != nil {
		return nil, err
	}
	module, err := wasmtime.NewModule(engine, wasm)
	if err != nil {
		return nil, err
	}
	m := &Module{engine, linker, module, make(chan struct{})}
	go m.tick()
	return m, nil
}

// tick counts the time by which calls are bounded.
func (m *Module) tick() {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			m.engine.IncrementEpoch()
		case <-m.stop:
			return
		}
	}
}

// Close ends the clock. Instances must not be called any more.
func (m *Module) Close() { close(m.stop) }

// Instance is one instance with one snapshot. It answers one request at a time.
type Instance struct {
	store            *wasmtime.Store
	instance         *wasmtime.Instance
	memory           *wasmtime.Memory
	buffer, decision *wasmtime.Func
}

// Start makes an instance with a configuration and a snapshot (plugin/ABI.md,
// section 3; no bytes are the default configuration).
func (m *Module) Start(settings, snapshot []byte) (*Instance, error) {
	in, err := m.Fresh()
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		name string
		b    []byte
	}{{"proffer_configure", settings}, {"proffer_verify", snapshot}, {"proffer_load", snapshot}} {
		if err := in.Give(step.name, step.b); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// Fresh makes an instance that has neither, unless it is one of an image (section
// 13), which answers requests at once.
func (m *Module) Fresh() (*Instance, error) {
	store := wasmtime.NewStore(m.engine)
	store.SetWasi(wasmtime.NewWasiConfig())
	store.Limiter(maxMemory, -1, -1, -1, -1)
	store.SetEpochDeadline(uint64(time.Minute / tick)) // checking 64 MiB takes its time
	instance, err := m.linker.Instantiate(store, m.module)
	if err != nil {
		return nil, err
	}
	if _, err := instance.GetFunc(store, "_initialize").Call(store); err != nil {
		return nil, err
	}
	return &Instance{
		store: store, instance: instance, memory: instance.GetExport(store, "memory").Memory(),
		buffer: instance.GetFunc(store, "proffer_buffer"), decision: instance.GetFunc(store, "proffer_handle"),
	}, nil
}

// Give hands a configuration or a snapshot to an export that answers a status.
func (in *Instance) Give(export string, message []byte) error {
	status, err := in.call(in.instance.GetFunc(in.store, export), message)
	if err == nil && status != int32(0) {
		err = fmt.Errorf("%s: status %d", export, status)
	}
	return err
}

// Handle answers one request (sections 4 and 5) in at most a second. After an error
// the instance must not be used again.
func (in *Instance) Handle(request []byte) ([]byte, error) {
	in.store.SetEpochDeadline(uint64(time.Second / tick))
	packed, err := in.call(in.decision, request)
	if err != nil {
		return nil, err
	}
	at, n := uint64(packed.(int64))>>32, uint64(packed.(int64))&0xffffffff
	data := in.memory.UnsafeData(in.store)
	if n < 2 || at+n > uint64(len(data)) {
		return nil, errors.New("the response lies outside the memory")
	}
	response := append([]byte(nil), data[at:at+n]...) // the next call writes over it
	if response[1] >= broken {
		return nil, fmt.Errorf("status %d: %q", response[1], response)
	}
	return response, nil
}

// call writes a message into the module's buffer and calls a function with its
// length.
func (in *Instance) call(f *wasmtime.Func, message []byte) (any, error) {
	at, err := in.buffer.Call(in.store, int32(len(message)))
	if err != nil {
		return nil, err
	}
	data := in.memory.UnsafeData(in.store)
	start := int(uint32(at.(int32)))
	if start == 0 || start+len(message) > len(data) {
		return nil, fmt.Errorf("no room for %d bytes", len(message))
	}
	copy(data[start:], message)
	return f.Call(in.store, int32(len(message)))
}

// Memory is the size of the linear memory in bytes.
func (in *Instance) Memory() (int, error) { return int(in.memory.DataSize(in.store)), nil }

// Close frees the instance.
func (in *Instance) Close() { in.store.Close() }

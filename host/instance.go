package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
)

const (
	// bufferSize is what an instance's buffer for requests has from the start:
	// servers stop reading headers at 1 MiB, but browsers send below 64 KiB.
	bufferSize = 64 << 10
	// maxResponse bounds an answer, as the contract bounds a request.
	maxResponse = abi.MaxRequest
	// memoryRoom is how many bytes beyond the snapshot the module's Go runtime
	// may have before its collector starts. A healthy module has 2.8 MiB and
	// makes no garbage, so that it never does.
	memoryRoom = 6 << 20
)

// instance is one instance of the module. It belongs to one goroutine at a
// time.
type instance struct {
	mod    api.Module
	mem    api.Memory
	linear *linear.Memory  // that mem is
	ctx    context.Context // carries the instance to its host functions
	buffer api.Function
	handle api.Function
	stack  [1]uint64

	addr, size uint32 // of the buffer for requests

	calls    uint64
	maxCalls uint64
	maxBytes int64 // of linear memory; above it the instance is worn out
	bytes    int64 // of linear memory after the last call

	watch  watch
	output output
}

// instantiate makes an instance without configuration and snapshot, with memory
// for a snapshot of that many bytes.
func (m *module) instantiate(c *Config, snapshot int, burning *atomic.Int64) (*instance, error) {
	memory, err := linear.New(m.memory, c.memoryLimit(snapshot))
	if err != nil {
		return nil, err
	}
	in := &instance{linear: memory, watch: watch{wait: c.SetupWait, burning: burning}}
	in.ctx = context.WithValue(context.Background(), instanceKey{}, in)
	config := wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions().
		WithSysWalltime().
		WithSysNanotime().
		WithRandSource(rand.Reader).
		WithEnv("GOGC", "off").
		WithEnv("GOMEMLIMIT", strconv.Itoa(snapshot+memoryRoom)).
		WithStdout(&in.output).
		WithStderr(&in.output)
	in.mod, err = m.runtime.InstantiateModule(linear.With(in.ctx, memory), m.compiled, config)
	if err != nil {
		memory.Free()
		return nil, fmt.Errorf("instantiate module: %w", err)
	}
	in.mem = in.mod.ExportedMemory(abi.ExportMemory)
	in.buffer = in.mod.ExportedFunction(abi.ExportBuffer)
	in.handle = in.mod.ExportedFunction(abi.ExportHandle)
	if err := in.initialize(); err != nil {
		return nil, in.abandon(err)
	}
	return in, nil
}

func (in *instance) initialize() error {
	if _, err := in.call(in.mod.ExportedFunction(abi.ExportInitialize), 0); err != nil {
		return fmt.Errorf("%s: %w", abi.ExportInitialize, err)
	}
	version, err := in.call(in.mod.ExportedFunction(abi.ExportVersion), 0)
	if err != nil {
		return fmt.Errorf("%s: %w", abi.ExportVersion, err)
	}
	if v := int32(version); v != abi.Version {
		return fmt.Errorf("module has contract version %d, this host %d", v, abi.Version)
	}
	return nil
}

// close frees the instance. It must not be in a call.
func (in *instance) close() {
	// The instance has no files, so that nothing can fail.
	_ = in.mod.Close(in.ctx)
}

// abandon closes an instance that failed before it served, and adds what it
// wrote to the error.
func (in *instance) abandon(err error) error {
	if text := in.output.take(); text != "" {
		err = fmt.Errorf("%w; the module wrote %q", err, text)
	}
	in.close()
	return err
}

// call calls f with one number, or none if it takes none. The instance must be
// closed after an error.
func (in *instance) call(f api.Function, param uint64) (uint64, error) {
	in.watch.start()
	in.stack[0] = param
	err := f.CallWithStack(in.ctx, in.stack[:])
	in.watch.stop()
	switch {
	case err == nil:
		return in.stack[0], nil
	case errors.Is(err, errLate):
		return 0, &fault{causeTimeout, fmt.Errorf("%w of %v: %w", ErrTimeout, in.watch.wait, err)}
	}
	return 0, &fault{causeTrap, err}
}

// reserve makes the buffer for requests at least n bytes large.
func (in *instance) reserve(n int) error {
	if n <= int(in.size) {
		return nil
	}
	addr, err := in.call(in.buffer, uint64(n))
	if err != nil {
		return err
	}
	in.addr, in.size = uint32(addr), uint32(n)
	if in.addr == 0 || uint64(in.addr)+uint64(n) > uint64(in.mem.Size()) {
		return &fault{causeInvalid, fmt.Errorf("%s(%d) answers address %d in a memory of %d bytes",
			abi.ExportBuffer, n, in.addr, in.mem.Size())}
	}
	return nil
}

// put writes message into the buffer for requests.
func (in *instance) put(message []byte) error {
	if err := in.reserve(len(message)); err != nil {
		return err
	}
	if !in.mem.Write(in.addr, message) {
		return &fault{causeInvalid, errors.New("memory has shrunk")}
	}
	return nil
}

// give hands message to the export of that name, which answers a status.
func (in *instance) give(name string, message []byte) error {
	if err := in.put(message); err != nil {
		return err
	}
	return in.tell(name, len(message))
}

// lend is give with an image, which the instance's memory may share.
func (in *instance) lend(name string, image *linear.Image) error {
	if err := in.reserve(image.Len()); err != nil {
		return err
	}
	if err := in.linear.Put(image, in.addr); err != nil {
		return err
	}
	return in.tell(name, image.Len())
}

// tell calls the export of that name with the size of the message in the buffer.
func (in *instance) tell(name string, size int) error {
	res, err := in.call(in.mod.ExportedFunction(name), uint64(size))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if s := uint32(res); s != uint32(abi.StatusOK) {
		return fmt.Errorf("%s answers status %d (%v)", name, s, abi.Status(min(s, 255)))
	}
	return nil
}

// answer hands request to the module and appends its answer to dst. An error
// is a fault.
func (in *instance) answer(dst, request []byte) ([]byte, error) {
	in.calls++
	if err := in.put(request); err != nil {
		return dst, err
	}
	res, err := in.call(in.handle, uint64(len(request)))
	if err != nil {
		return dst, err
	}
	addr, size := uint32(res>>32), uint32(res)
	if size > maxResponse {
		return dst, &fault{causeInvalid, fmt.Errorf("answer of %d bytes, over the limit of %d", size, maxResponse)}
	}
	b, ok := in.mem.Read(addr, size)
	if !ok {
		return dst, &fault{causeInvalid, fmt.Errorf("answer of %d bytes at address %d of a memory of %d bytes",
			size, addr, in.mem.Size())}
	}
	status, ok := statusOf(b)
	if !ok {
		return dst, &fault{causeInvalid, fmt.Errorf("answer has no status: %.32x", b)}
	}
	if !status.Healthy() {
		return dst, &fault{causeStatus, fmt.Errorf("answer has status %d (%v): %s", status, status, textOf(b))}
	}
	return append(dst, b...), nil
}

// worn reports whether the instance is to be replaced.
func (in *instance) worn() bool {
	in.bytes = int64(in.mem.Size())
	return in.calls >= in.maxCalls || in.bytes > in.maxBytes
}

// serve ends the preparation of the instance.
func (in *instance) serve(wait time.Duration) { in.watch.wait = wait }

package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
)

// Host runs one module. Make one with [New] and close it with [Host.Close].
type Host struct {
	config  Config
	module  *module
	breaker *breaker

	current  atomic.Pointer[generation] // nil: no snapshot, or closed
	swap     sync.Mutex                 // one Swap or Reconfigure at a time
	settings []byte                     // of new generations; guarded by swap
	end      sync.Mutex                 // guards the change of current against Close
	closed   atomic.Bool

	explaining sync.Mutex // one question at a time: each takes an instance

	refs atomic.Int64  // the host until it is closed, generations, swaps
	done chan struct{} // closed when none is left
	err  error         // of freeing the module, set before done is closed

	made     atomic.Uint64 // instances
	burning  atomic.Int64
	counters counters
}

// New compiles wasm, checks it against the contract and starts one instance, so
// that a module that cannot run is refused here. The host has no snapshot then.
func New(ctx context.Context, wasm []byte, c Config) (*Host, error) {
	return newHost(ctx, wasm, c, nil)
}

// newHost is New with WASI functions that tests put in the place of wazero's.
func newHost(ctx context.Context, wasm []byte, c Config, patch func(wazero.HostModuleBuilder)) (*Host, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("host: configuration: %w", err)
	}
	h := &Host{config: c, settings: c.Settings, breaker: newBreaker(&c), done: make(chan struct{})}
	h.refs.Store(1)
	if h.module, err = loadModule(ctx, wasm, &c, patch); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	in, err := h.prepare(h.settings, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("host: %w", err), h.module.close(ctx))
	}
	in.close()
	return h, nil
}

// prepare makes an instance with settings and, unless it is nil, a snapshot.
func (h *Host) prepare(settings []byte, snapshot *linear.Image) (*instance, error) {
	size := 0
	if snapshot != nil {
		size = snapshot.Len()
	}
	in, err := h.module.instantiate(&h.config, size, &h.burning)
	if err != nil {
		return nil, err
	}
	if settings != nil {
		err = in.give(abi.ExportConfigure, settings)
	}
	if err == nil && snapshot != nil {
		err = in.load(snapshot)
	}
	if err != nil {
		return nil, in.abandon(err)
	}
	return in, nil
}

// load leaves snapshot with the instance: the buffer is the module's then.
func (in *instance) load(snapshot *linear.Image) error {
	err := in.lend(abi.ExportLoad, snapshot)
	in.addr, in.size = 0, 0
	return err
}

// verify lets a fresh instance check snapshot whole and tell its hash.
func (h *Host) verify(snapshot *linear.Image) (hash [abi.HashSize]byte, err error) {
	in, err := h.module.instantiate(&h.config, snapshot.Len(), &h.burning)
	if err != nil {
		return hash, err
	}
	err = in.lend(abi.ExportVerify, snapshot)
	if err == nil {
		err = in.load(snapshot)
	}
	if err == nil {
		hash, err = in.ping()
	}
	if err != nil {
		return hash, in.abandon(err)
	}
	in.close()
	return hash, nil
}

// Swap verifies snapshot, of at most 64 MiB, and makes it the resident one.
// Calls that began with another one end with that. After an error the last good
// one stays. Nobody may change the bytes from then on. A host whose module kept
// failing gets a new chance by it.
func (h *Host) Swap(ctx context.Context, snapshot []byte) error {
	h.swap.Lock()
	defer h.swap.Unlock()
	if !h.ref() {
		return ErrClosed
	}
	defer h.unref()
	start := time.Now()
	g, err := h.build(ctx, snapshot)
	if err != nil {
		h.counters.swapFailures.Add(1)
		return fmt.Errorf("host: swap: %w", err)
	}
	if _, err := h.install(g); err != nil {
		return err
	}
	h.breaker.reset()
	h.counters.swaps.Add(1)
	h.config.Logger.Debug("snapshot swapped in", "snapshot", fmt.Sprintf("%x", g.snapshot.Hash),
		"bytes", len(snapshot), "instances", h.config.Instances, "took", time.Since(start))
	return nil
}

func (h *Host) build(ctx context.Context, snapshot []byte) (*generation, error) {
	if len(snapshot) == 0 || len(snapshot) > abi.MaxBuffer {
		return nil, fmt.Errorf("snapshot of %d bytes not supported (have 1..%d)", len(snapshot), abi.MaxBuffer)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	image := linear.NewImage(snapshot)
	hash, err := h.verify(image)
	if err != nil {
		image.Close()
		return nil, fmt.Errorf("verify: %w", err)
	}
	return h.newGeneration(ctx, &Snapshot{Hash: hash, Bytes: snapshot, Settings: h.settings}, image)
}

// install makes g the current generation, unless the host was closed, and gives
// the one that was it before, or nil.
func (h *Host) install(g *generation) (old *generation, err error) {
	h.end.Lock()
	defer h.end.Unlock()
	if h.closed.Load() {
		g.retire()
		return nil, ErrClosed
	}
	if old = h.current.Swap(g); old != nil {
		old.retire()
	}
	return old, nil
}

// Acquire pins the resident snapshot; the session is a [Lease]. The error is [ErrNoSnapshot] or
// [ErrClosed].
func (h *Host) Acquire() (Session, error) {
	for {
		g := h.current.Load()
		switch {
		case g == nil && h.closed.Load():
			return nil, ErrClosed
		case g == nil:
			return nil, ErrNoSnapshot
		case g.acquire():
			return Lease{g}, nil
		}
	}
}

// Snapshot is the resident snapshot, nil if there is none. By the time it is
// used there may be another: a request that names its hash needs a [Lease].
func (h *Host) Snapshot() *Snapshot {
	if g := h.current.Load(); g != nil {
		return g.snapshot
	}
	return nil
}

// Handle is [Lease.Handle] with a lease for this one call, for requests that
// name no snapshot.
func (h *Host) Handle(ctx context.Context, dst, request []byte) ([]byte, error) {
	s, err := h.Acquire()
	if err != nil {
		return dst, err
	}
	defer s.Release()
	return s.Handle(ctx, dst, request)
}

// Close lets nobody in any more, waits until all leases are released and frees
// everything. If ctx ends before, it answers an error, and the last lease frees
// the rest.
func (h *Host) Close(ctx context.Context) error {
	h.end.Lock()
	if !h.closed.Swap(true) {
		if g := h.current.Swap(nil); g != nil {
			g.retire()
		}
		h.unref()
	}
	h.end.Unlock()
	select {
	case <-h.done:
		return h.err
	case <-ctx.Done():
		return fmt.Errorf("host: close: %w", ctx.Err())
	}
}

// ref keeps the module, unless the host is closed.
func (h *Host) ref() bool {
	h.end.Lock()
	defer h.end.Unlock()
	if h.closed.Load() {
		return false
	}
	h.refs.Add(1)
	return true
}

// unref frees the module when nobody is left that could call it.
func (h *Host) unref() {
	if h.refs.Add(-1) > 0 {
		return
	}
	if err := h.module.close(context.Background()); err != nil {
		h.err = fmt.Errorf("host: close: %w", err)
	}
	close(h.done)
}

package native

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// Engine answers requests from guests in this process. It is safe for
// concurrent use.
type Engine struct {
	settings []byte
	current  atomic.Pointer[generation]
}

// generation is the guests of one snapshot.
type generation struct {
	settings []byte
	snapshot *host.Snapshot
	free     chan *guest.Guest
}

// maxFree is how many idle guests are kept; each has about 0.3 MiB of scratch.
const maxFree = 16

// New makes an engine with a configuration message of plugin/ABI.md, nil for
// the defaults. It has no snapshot yet.
func New(settings []byte) (*Engine, error) {
	if _, err := newGuest(settings); err != nil {
		return nil, err
	}
	return &Engine{settings: settings}, nil
}

func newGuest(settings []byte) (*guest.Guest, error) {
	g := guest.New()
	if settings == nil {
		return g, nil
	}
	if status, text := g.Configure(settings); status != abi.StatusOK {
		return nil, fmt.Errorf("native: configuration: %s: %s", status, text)
	}
	return g, nil
}

// Swap verifies a snapshot and makes it the one of later calls. After an error
// the earlier one stays. The bytes must not change afterwards.
func (e *Engine) Swap(_ context.Context, snapshot []byte) error {
	g, err := newGuest(e.settings)
	if err != nil {
		return err
	}
	if status, text := g.Verify(snapshot); status != abi.StatusOK {
		return errors.New(text)
	}
	if status, text := g.Load(snapshot); status != abi.StatusOK {
		return errors.New(text)
	}
	next := &generation{
		settings: e.settings,
		snapshot: &host.Snapshot{Hash: [abi.HashSize]byte(g.View().Hash()), Bytes: snapshot},
		free:     make(chan *guest.Guest, maxFree),
	}
	next.free <- g
	e.current.Store(next)
	return nil
}

// Acquire pins the snapshot for the calls of one request.
func (e *Engine) Acquire() (host.Session, error) {
	g := e.current.Load()
	if g == nil {
		return nil, host.ErrNoSnapshot
	}
	return g, nil
}

// Snapshot is the one that the calls are decided from.
func (g *generation) Snapshot() *host.Snapshot { return g.snapshot }

// Release ends the session.
func (g *generation) Release() {}

// Handle appends the response to a request. A guest that panicked is dropped.
func (g *generation) Handle(_ context.Context, dst, request []byte) ([]byte, error) {
	var one *guest.Guest
	select {
	case one = <-g.free:
	default:
		var err error
		if one, err = g.make(); err != nil {
			return dst, err
		}
	}
	start := len(dst)
	dst = one.Handle(dst, request)
	if status, ok := abi.StatusOf(dst[start:]); !ok || !status.Healthy() {
		return dst[:start], fmt.Errorf("native: status %s", status)
	}
	select {
	case g.free <- one:
	default:
	}
	return dst, nil
}

// Explain answers a request to explain, with a guest of its own: one that has
// explained keeps the memory that it took.
func (g *generation) Explain(_ context.Context, request []byte) ([]byte, error) {
	one, err := g.make()
	if err != nil {
		return nil, err
	}
	out := one.Explain(nil, request)
	if status, ok := abi.StatusOf(out); !ok || !status.Healthy() {
		return nil, fmt.Errorf("native: status %s", status)
	}
	return out, nil
}

func (g *generation) make() (*guest.Guest, error) {
	one, err := newGuest(g.settings)
	if err != nil {
		return nil, err
	}
	if status, text := one.Load(g.snapshot.Bytes); status != abi.StatusOK {
		return nil, errors.New(text)
	}
	return one, nil
}

// Close ends the engine; there is nothing to free.
func (e *Engine) Close(context.Context) error { return nil }

package host

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
)

// Snapshot is one snapshot and the configuration under which it decides. Nobody
// may change it.
type Snapshot struct {
	Hash     [abi.HashSize]byte // what a request names
	Bytes    []byte
	Settings []byte // a message of [abi.AppendConfig]; nil: the module's defaults
}

// resident is the weight of not being retired in a generation's references: the
// leases count below it.
const resident = 1 << 32

// generation is the pool of instances that hold one snapshot and one
// configuration.
type generation struct {
	host     *Host
	snapshot *Snapshot
	image    *linear.Image // of the snapshot, for new instances

	idle chan *instance // has room for all instances
	lost chan *instance // those that are to be closed; has room for all
	stop chan struct{}  // closed when nobody needs the generation any more
	refs atomic.Int64   // leases, and resident until it is retired

	live   atomic.Int64
	memory atomic.Int64 // bytes of linear memory of the live instances
}

// newGeneration makes all instances for snapshot, and the goroutine that
// replaces them.
func (h *Host) newGeneration(ctx context.Context, snapshot *Snapshot, image *linear.Image) (*generation, error) {
	n := h.config.Instances
	g := &generation{
		host:     h,
		snapshot: snapshot,
		image:    image,
		idle:     make(chan *instance, n),
		lost:     make(chan *instance, n),
		stop:     make(chan struct{}),
	}
	g.refs.Store(resident)
	for range n {
		err := ctx.Err()
		if err == nil {
			err = g.add()
		}
		if err != nil {
			g.drain()
			return nil, err
		}
	}
	h.refs.Add(1)
	go g.keep()
	return g, nil
}

// add puts one more instance into the pool.
func (g *generation) add() error {
	in, err := g.host.prepare(g.snapshot.Settings, g.image)
	if err != nil {
		return err
	}
	hash, err := in.ping()
	if err == nil && hash != g.snapshot.Hash {
		err = fmt.Errorf("instance has snapshot %x, want %x", hash, g.snapshot.Hash)
	}
	if err == nil {
		err = in.reserve(bufferSize)
	}
	if err != nil {
		return in.abandon(err)
	}
	// Every instance has its own limit, so that they do not end together.
	c := &g.host.config
	made := g.host.made.Add(1)
	in.maxCalls = max(1, c.MaxCalls-c.MaxCalls/8+c.MaxCalls/4*(made%16)/16)
	in.maxBytes = int64(len(g.snapshot.Bytes)) + c.MemoryRecycle
	in.serve(c.Wait)
	g.live.Add(1)
	g.settle(in)
	g.idle <- in
	return nil
}

// settle brings the sum of the linear memories up to date.
func (g *generation) settle(in *instance) (worn bool) {
	before := in.bytes
	worn = in.worn()
	if in.bytes != before {
		g.memory.Add(in.bytes - before)
	}
	return worn
}

// checkout waits for an instance, at most as long as a call may last.
func (g *generation) checkout(ctx context.Context) (*instance, error) {
	select {
	case in := <-g.idle:
		return in, nil
	default:
	}
	timer := time.NewTimer(g.host.config.Wait)
	defer timer.Stop()
	select {
	case in := <-g.idle:
		return in, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("host: wait for an instance: %w", ctx.Err())
	case <-g.stop:
		return nil, ErrClosed
	case <-timer.C:
		g.host.counters.starved.Add(1)
		return nil, fmt.Errorf("%w: none of %d instances became free within %v",
			ErrTimeout, cap(g.idle), g.host.config.Wait)
	}
}

// checkin takes a healthy instance back.
func (g *generation) checkin(in *instance) {
	if in.output.taken > 0 {
		g.host.logOutput(in)
	}
	if g.settle(in) {
		g.host.counters.recycled.Add(1)
		g.lost <- in
		return
	}
	g.idle <- in
}

// acquire reports whether the generation was still there to be pinned.
func (g *generation) acquire() bool {
	for {
		n := g.refs.Load()
		if n == 0 {
			return false
		}
		if g.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release ends a lease.
func (g *generation) release() {
	for {
		n := g.refs.Load()
		if n%resident == 0 {
			panic("host: a lease was released twice")
		}
		if !g.refs.CompareAndSwap(n, n-1) {
			continue
		}
		if n == 1 {
			close(g.stop)
		}
		return
	}
}

// retire lets the generation go with its last lease.
func (g *generation) retire() {
	if g.refs.Add(-resident) == 0 {
		close(g.stop)
	}
}

// keep replaces instances that are lost until the generation is drained.
func (g *generation) keep() {
	defer g.host.unref()
	defer g.drain()
	c := &g.host.config
	rate := newBucket(c.RefillRate, c.Instances, time.Now())
	timer := time.NewTimer(time.Hour)
	timer.Stop() // until an instance is missing
	defer timer.Stop()
	missing, pause := 0, time.Duration(0)
	for {
		select {
		case <-g.stop:
			return
		case in := <-g.lost:
			g.drop(in)
			if missing++; missing > 1 {
				continue // the timer is set
			}
		case <-timer.C:
			pause = g.refill(pause)
			if pause == 0 {
				missing--
			}
		}
		if missing > 0 {
			timer.Reset(max(pause, rate.take(time.Now())))
		}
	}
}

// refill makes one instance. It answers 0, or how long to wait after a
// failure that came after a pause of before.
func (g *generation) refill(before time.Duration) (pause time.Duration) {
	err := g.add()
	if err == nil {
		return 0
	}
	c := &g.host.config
	pause = min(max(2*before, c.BackoffMin), c.BackoffMax)
	g.host.refillFailed(err, pause)
	return pause
}

// drop closes an instance for good.
func (g *generation) drop(in *instance) {
	in.close()
	g.memory.Add(-in.bytes)
	g.live.Add(-1)
}

// drain waits for all instances, those in calls too, and closes them.
func (g *generation) drain() {
	defer g.image.Close()
	for g.live.Load() > 0 {
		select {
		case in := <-g.idle:
			g.drop(in)
		case in := <-g.lost:
			g.drop(in)
		}
	}
}

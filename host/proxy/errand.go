package proxy

import (
	"context"
	"sync/atomic"
	"time"
)

// maxErrands bounds the look-ups, and the writings, that are under way at once. A
// look-up takes some 50 µs, so that this many are in a burst at most; a store that
// hangs keeps this many goroutines, with some 16 KiB each.
const maxErrands = 1024

// gate lets so many in at once as it has room for, and nobody once it is shut.
type gate struct {
	room   chan struct{}
	closed atomic.Bool
}

// enter reports whether there was room. Who was let in leaves.
func (g *gate) enter() bool {
	select {
	case g.room <- struct{}{}:
	default:
		return false
	}
	if g.closed.Load() {
		g.leave()
		return false
	}
	return true
}

func (g *gate) leave() { <-g.room }

// shut lets nobody in any more and waits until all have left.
func (g *gate) shut(ctx context.Context) (err error) {
	g.closed.Store(true)
	taken := 0
	for ; taken < cap(g.room) && err == nil; taken++ {
		select {
		case g.room <- struct{}{}:
			continue
		default:
		}
		select {
		case g.room <- struct{}{}:
		case <-ctx.Done():
			taken, err = taken-1, ctx.Err()
		}
	}
	for range taken {
		g.leave()
	}
	return err
}

// errand is work with a store, on a goroutine of its own: a store may hang, and a
// page must not. Of the two who know of it, who waits and who works, the last one
// to look at it has its memory.
type errand struct {
	ended chan struct{} // has room for one
	state atomic.Uint32
}

// The states of an errand.
const (
	underWay uint32 = iota
	over
	left // nobody waits any more
)

func (e *errand) begin() {
	if e.ended == nil {
		e.ended = make(chan struct{}, 1)
	}
	e.state.Store(underWay)
}

// end is called by who works, at the end, and reports whether nobody waits any
// more.
func (e *errand) end() (alone bool) {
	if !e.state.CompareAndSwap(underWay, over) {
		return true
	}
	e.ended <- struct{}{}
	return false
}

// leave is called by who does not want to wait any more, and reports whether the
// errand goes on alone; else it is over.
func (e *errand) leave() (alone bool) {
	if e.state.CompareAndSwap(underWay, left) {
		return true
	}
	<-e.ended
	return false
}

// wait waits for the end, and reports whether it came before the deadline.
func (e *errand) wait(deadline time.Time) bool {
	select {
	case <-e.ended:
		return true
	default:
	}
	if rest := time.Until(deadline); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-e.ended:
			return true
		case <-timer.C:
		}
	}
	return !e.leave()
}

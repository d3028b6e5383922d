package host

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// The states of a breaker.
const (
	breakerClosed   = "closed"    // every call is let through
	breakerOpen     = "open"      // none is
	breakerHalfOpen = "half-open" // one is, to try
)

// breaker keeps calls away from a module that keeps failing. It reads no clock.
type breaker struct {
	limit  int           // failures
	window time.Duration // in which they open the breaker
	min    time.Duration // first pause
	max    time.Duration // longest pause
	random func() float64

	tripped atomic.Bool // not closed; all that a call reads of a healthy module

	mu      sync.Mutex
	state   string
	recent  []time.Time // the latest failures while closed, a ring
	next    int         // in recent
	pause   time.Duration
	until   time.Time // end of the pause
	closed  time.Time // since when
	probing bool
}

func newBreaker(c *Config) *breaker {
	return &breaker{
		limit: c.Failures, window: c.FailureWindow, min: c.BackoffMin, max: c.BackoffMax,
		random: rand.Float64,
		state:  breakerClosed,
		recent: make([]time.Time, c.Failures),
	}
}

// admit reports whether a call may go ahead, and whether it is the one that
// tries: that one must be settled by succeeded, failed or withdraw.
func (b *breaker) admit(now time.Time) (probe, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == breakerOpen && !now.Before(b.until) {
		b.state = breakerHalfOpen
	}
	switch {
	case b.state == breakerClosed:
		return false, true
	case b.state == breakerHalfOpen && !b.probing:
		b.probing = true
		return true, true
	}
	return false, false
}

// withdraw gives the trial back: the module was not called.
func (b *breaker) withdraw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}

// succeeded closes the breaker after the trial.
func (b *breaker) succeeded(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close(now)
}

// reset closes the breaker as if nothing had ever failed.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close(time.Time{})
	b.pause = 0
}

func (b *breaker) close(now time.Time) {
	clear(b.recent)
	b.state, b.probing, b.closed = breakerClosed, false, now
	b.tripped.Store(false)
}

// failed notes a failure. It answers the pause that it begins, or 0.
func (b *breaker) failed(now time.Time, probe bool) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		return b.open(now)
	}
	if b.state != breakerClosed {
		return 0 // a call from before the pause
	}
	b.recent[b.next] = now
	b.next = (b.next + 1) % b.limit
	if oldest := b.recent[b.next]; oldest.IsZero() || now.Sub(oldest) > b.window {
		return 0
	}
	if now.Sub(b.closed) > b.window {
		b.pause = 0
	}
	return b.open(now)
}

// open begins a pause, twice as long as the one before.
func (b *breaker) open(now time.Time) time.Duration {
	b.pause = min(max(2*b.pause, b.min), b.max)
	pause := b.pause - time.Duration(b.random()*float64(b.pause)/2)
	b.state, b.probing, b.until = breakerOpen, false, now.Add(pause)
	b.tripped.Store(true)
	return pause
}

// String is the state.
func (b *breaker) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}

package host

import "sync/atomic"

// Stats is what a host has done so far, and how it is now.
type Stats struct {
	Calls     uint64 // handed to an instance
	Traps     uint64 // of these: ended by a trap, an exit, or no stack or memory
	Timeouts  uint64 // of these: cut off
	Unhealthy uint64 // of these: answered by a status of 64 or above
	Invalid   uint64 // of these: answered by bytes that cannot be an answer

	Discarded uint64 // instances closed because a call failed
	Recycled  uint64 // instances replaced because of their memory or age
	Made      uint64 // instances that were put into service

	Refused uint64 // requests that were over the limit or met an open breaker
	Starved uint64 // requests for which no instance became free in time

	Swaps          uint64 // that succeeded
	SwapFailures   uint64
	RefillFailures uint64 // instances that could not be made

	Instances int    // of the resident snapshot
	Idle      int    // of these
	Memory    int64  // their linear memory after their last call, in bytes
	Burning   int    // calls that are over their time and not yet cut off
	Breaker   string // "closed", "open" or "half-open"
}

type counters struct {
	calls, refused, starved             atomic.Uint64
	failures                            [causes]atomic.Uint64
	discarded, recycled                 atomic.Uint64
	swaps, swapFailures, refillFailures atomic.Uint64
}

// Stats answers the counters and the present state. Each number is right by
// itself; they are not of one instant.
func (h *Host) Stats() Stats {
	c := &h.counters
	s := Stats{
		Calls:          c.calls.Load(),
		Traps:          c.failures[causeTrap].Load(),
		Timeouts:       c.failures[causeTimeout].Load(),
		Unhealthy:      c.failures[causeStatus].Load(),
		Invalid:        c.failures[causeInvalid].Load(),
		Discarded:      c.discarded.Load(),
		Recycled:       c.recycled.Load(),
		Made:           h.made.Load(),
		Refused:        c.refused.Load(),
		Starved:        c.starved.Load(),
		Swaps:          c.swaps.Load(),
		SwapFailures:   c.swapFailures.Load(),
		RefillFailures: c.refillFailures.Load(),
		Burning:        int(h.burning.Load()),
		Breaker:        h.breaker.String(),
	}
	if g := h.current.Load(); g != nil {
		s.Instances = int(g.live.Load())
		s.Idle = len(g.idle)
		s.Memory = g.memory.Load()
	}
	return s
}

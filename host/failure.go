package host

import (
	"errors"
	"fmt"
	"time"
)

// admit asks the breaker; probe says that the call is the one that tries.
func (h *Host) admit() (probe bool, err error) {
	if !h.breaker.tripped.Load() {
		return false, nil
	}
	probe, ok := h.breaker.admit(time.Now())
	if !ok {
		h.counters.refused.Add(1)
		return false, ErrBroken
	}
	return probe, nil
}

// discard takes an instance out of service whose call failed with err, and
// answers the error for the caller.
func (g *generation) discard(in *instance, err error, probe bool) error {
	h := g.host
	var f *fault
	if errors.As(err, &f) {
		h.counters.failures[f.cause].Add(1)
	}
	h.counters.discarded.Add(1)
	h.config.Logger.Error("module failed", "error", err, "calls", in.calls,
		"output", in.output.take(), "dropped", in.output.dropped)
	g.lost <- in
	h.noteFailure(probe)
	if errors.Is(err, ErrTimeout) {
		return err
	}
	return fmt.Errorf("host: module failed: %w", err)
}

// noteFailure tells the breaker.
func (h *Host) noteFailure(probe bool) {
	if pause := h.breaker.failed(time.Now(), probe); pause > 0 {
		h.config.Logger.Error("module keeps failing and is not called for now", "pause", pause)
	}
}

// refillFailed notes that an instance could not be replaced.
func (h *Host) refillFailed(err error, pause time.Duration) {
	h.counters.refillFailures.Add(1)
	h.config.Logger.Error("instance not replaced", "error", err, "pause", pause)
	h.noteFailure(false)
}

// logOutput passes on what a healthy instance wrote.
func (h *Host) logOutput(in *instance) {
	if text := in.output.take(); text != "" {
		h.config.Logger.Warn("module wrote", "output", text, "dropped", in.output.dropped)
	}
}

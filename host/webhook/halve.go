package webhook

import (
	"context"
	"errors"
)

// halving delivers a batch, and finds the events for which it is refused: it is
// sent again in halves until they stand alone. An event that is refused alone is
// set aside only when another of the batch is taken, for a receiver that takes
// none is wrong about all of them.
type halving struct {
	sender   *Sender
	suspects []entry // refused alone, and none taken after them
	progress bool    // some were taken
}

// errStopped ends a batch between two requests.
var errStopped = errors.New("stopped")

// deliver delivers a batch as far as it goes.
func (s *Sender) deliver(ctx context.Context, batch []entry) (o outcome, progress bool) {
	h := halving{sender: s}
	o = h.pass(ctx, batch)
	if o.verdict == refused && h.progress {
		o = h.settle(batch[len(batch)-1].seq)
	}
	return o, h.progress
}

func (h *halving) pass(ctx context.Context, list []entry) outcome {
	if h.sender.stopped() {
		return outcome{verdict: later, why: errStopped}
	}
	o := h.sender.send(ctx, list)
	switch {
	case o.verdict == taken:
		h.progress = true
		h.sender.metrics.delivered.Add(float64(len(list)))
		return h.settle(list[len(list)-1].seq)
	case o.verdict != refused:
		return o
	case len(list) == 1:
		bad := list[0]
		bad.status, bad.why = o.status, o.why.Error()
		h.suspects = append(h.suspects, bad)
		return o
	}
	middle := len(list) / 2
	if o := h.pass(ctx, list[:middle]); o.verdict != taken && o.verdict != refused {
		return o
	}
	return h.pass(ctx, list[middle:])
}

// settle sets the suspects aside and has done with everything up to an event.
func (h *halving) settle(upto uint64) outcome {
	if err := h.sender.setAside(h.suspects); err != nil {
		return outcome{verdict: later, why: err}
	}
	h.suspects = nil
	h.sender.settle(upto)
	return outcome{verdict: taken}
}

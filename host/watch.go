package host

import (
	"errors"
	"sync/atomic"
	"time"
)

// errLate cuts a call off: the host function that the module's loops call
// panics with it.
var errLate = errors.New("cut off")

// turns is how many loop turns pass between two ticks, 0.1 to 0.3 ms: rare
// enough to cost nothing beside the counting, and often enough that neither
// Go's scheduler nor its garbage collector notice.
const turns = 1 << 16

// watch cuts off calls that last too long. A tick comes after every so many
// turns of the module's loops; a short call has none, so that it costs no clock
// reading.
type watch struct {
	wait     time.Duration
	deadline time.Time // zero until the first tick of a call
	late     bool      // a tick came after the deadline

	burning *atomic.Int64
}

func (w *watch) start() { w.deadline, w.late = time.Time{}, false }

// tick is called from within the module. The second tick after the deadline
// cuts the call off, not the first: a call that stood still through no fault of
// its own has a whole stretch of turns to come to its end.
func (w *watch) tick() {
	now := time.Now()
	switch {
	case w.deadline.IsZero():
		w.deadline = now.Add(w.wait)
	case now.Before(w.deadline):
	case !w.late:
		w.late = true
		w.burning.Add(1)
	default:
		panic(errLate)
	}
}

func (w *watch) stop() {
	if w.late {
		w.burning.Add(-1)
	}
}

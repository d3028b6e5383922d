package bolt

import (
	"fmt"

	"github.com/profferhq/proffer/host/store"
)

// class is which events go first when the outbox is full. The last stays.
type class uint8

const (
	ofPage class = iota // decided, shown
	ofSeen
	ofClicked
	ofKept // accepted, rejected, erased, and what a later module says
	classes
)

var classNames = [classes]string{"page", "seen", "clicked", "kept"}

// event is one line of the outbox.
type event struct {
	seq   uint64
	class class
	line  []byte
}

// eventSize is what an event takes beside its line.
const eventSize = 64

// queue are the outbox's events that are not in the file, and the sums of all.
type queue struct {
	last              uint64 // seq
	waiting, flushing []event
	queued            int            // events of both
	kept              int64          // bytes of those that stay
	filed             [classes]int64 // bytes in the file
	delivered         uint64         // the newest that is not to be given any more
	undropped         bool           // the file may have some up to that
}

// room reports an error if events that must stay have no room.
func (q *queue) room(events []event, limit int64) error {
	size := int64(0)
	for i := range events {
		if events[i].class == ofKept {
			size += int64(len(events[i].line))
		}
	}
	if have := q.filed[ofKept] + q.kept; size > 0 && have+size > limit {
		return fmt.Errorf("%w: the outbox has %d bytes that are not to be lost (have %d)", store.ErrFull, have, limit)
	}
	return nil
}

// add takes events in and gives their size.
func (q *queue) add(events []event) (size int) {
	for _, e := range events {
		q.last++
		e.seq = q.last
		q.waiting = append(q.waiting, e)
		size += eventSize + len(e.line)
		if e.class == ofKept {
			q.kept += int64(len(e.line))
		}
	}
	q.queued += len(events)
	return size
}

func (q *queue) takeDelivered() uint64 {
	if !q.undropped {
		return 0
	}
	q.undropped = false
	return q.delivered
}

// settled says that what the writer had is in the file, and gives its size.
func (q *queue) settled(filed [classes]int64) (size int) {
	for i := range q.flushing {
		e := &q.flushing[i]
		size += eventSize + len(e.line)
		if e.class == ofKept {
			q.kept -= int64(len(e.line))
		}
	}
	q.queued -= len(q.flushing)
	q.flushing, q.filed = nil, filed
	return size
}

// restore undoes what the writer took.
func (q *queue) restore(upto uint64) {
	q.waiting, q.flushing = append(q.flushing, q.waiting...), nil
	q.undropped = q.undropped || upto > 0
}

func (q *queue) any() bool {
	for _, n := range q.filed {
		if n > 0 {
			return true
		}
	}
	return false
}

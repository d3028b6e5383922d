package webhook_test

import (
	"fmt"
	"slices"
	"sync"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/store"
)

// outbox keeps to the contract of store.Outbox in memory: at most so many bytes;
// where there is no room it sheds what was decided or shown, then what was seen,
// then what was clicked, the oldest first, and nothing else.
type outbox struct {
	mu       sync.Mutex
	room     int // bytes; 0: no bound
	size     int
	most     int
	last     uint64
	list     []*item
	queues   [3][]*item // what may be shed
	shed     [3]int
	arrivals chan struct{}
	refuse   error        // what Delivered answers
	changed  func(n int)  // called after Delivered with what is left
	pending  func() error // called before Pending
}

type item struct {
	event store.Event
	gone  bool
}

func newOutbox() *outbox { return &outbox{arrivals: make(chan struct{}, 1)} }

// class is the queue of a kind; -1: it is never shed.
func class(k events.Kind) int {
	switch k {
	case events.Decided, events.Shown:
		return 0
	case events.Seen:
		return 1
	case events.Clicked:
		return 2
	}
	return -1
}

func (o *outbox) add(k events.Kind, line string) (seq uint64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.room > 0 && o.size+len(line) > o.room {
		if !o.drop() {
			return 0, fmt.Errorf("%w for events", store.ErrFull)
		}
	}
	o.last++
	i := &item{event: store.Event{Seq: o.last, Line: []byte(line)}}
	o.list = append(o.list, i)
	if c := class(k); c >= 0 {
		o.queues[c] = append(o.queues[c], i)
	}
	o.size += len(line)
	o.most = max(o.most, o.size)
	select {
	case o.arrivals <- struct{}{}:
	default:
	}
	return o.last, nil
}

// drop sheds one event.
func (o *outbox) drop() bool {
	for c := range o.queues {
		for len(o.queues[c]) > 0 {
			i := o.queues[c][0]
			o.queues[c] = o.queues[c][1:]
			if i.gone {
				continue
			}
			i.gone = true
			o.size -= len(i.event.Line)
			o.shed[c]++
			return true
		}
	}
	return false
}

func (o *outbox) Pending(after uint64, most int) (out []store.Event, err error) {
	if o.pending != nil {
		if err := o.pending(); err != nil {
			return nil, err
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	at, _ := slices.BinarySearchFunc(o.list, after+1, func(i *item, seq uint64) int { return int(i.event.Seq) - int(seq) })
	for _, i := range o.list[at:] {
		if len(out) == most {
			break
		}
		if !i.gone {
			out = append(out, i.event)
		}
	}
	return out, nil
}

func (o *outbox) Delivered(upto uint64) error {
	o.mu.Lock()
	if o.refuse != nil {
		defer o.mu.Unlock()
		return o.refuse
	}
	for len(o.list) > 0 && o.list[0].event.Seq <= upto {
		if i := o.list[0]; !i.gone {
			i.gone = true
			o.size -= len(i.event.Line)
		}
		o.list = o.list[1:]
	}
	left := 0
	for _, i := range o.list {
		if !i.gone {
			left++
			break
		}
	}
	o.mu.Unlock()
	if o.changed != nil {
		o.changed(left)
	}
	return nil
}

func (o *outbox) Arrivals() <-chan struct{} { return o.arrivals }

func (o *outbox) count() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range o.list {
		if !i.gone {
			n++
		}
	}
	return n
}

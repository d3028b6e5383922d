package bolt

import (
	"encoding/binary"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"github.com/profferhq/proffer/host/store"
)

// Pending gives at most max events after one, the oldest first.
func (s *Store) Pending(after uint64, limit int) ([]store.Event, error) {
	if s.memory.isClosed() {
		return nil, store.ErrClosed
	}
	after = max(after, s.memory.deliveredUpto())
	var out []store.Event
	err := s.view(func(tx *bbolt.Tx) error {
		var heads [classes]head
		for i := range heads {
			heads[i].cursor = tx.Bucket(outboxBuckets[i]).Cursor()
			heads[i].set(heads[i].cursor.Seek(be64(after + 1)))
		}
		for len(out) < limit {
			next := first(heads[:])
			if next == nil {
				break
			}
			out = append(out, store.Event{Seq: next.seq, Line: append([]byte(nil), next.line...)})
			next.set(next.cursor.Next())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bolt: outbox: %w", err)
	}
	return out, nil
}

// head is the next event of one class.
type head struct {
	cursor *bbolt.Cursor
	seq    uint64
	line   []byte // nil: there is none
}

func (h *head) set(k, v []byte) {
	h.line = nil
	if len(k) == 8 {
		h.seq, h.line = binary.BigEndian.Uint64(k), v
	}
}

// first is the head whose event comes first.
func first(heads []head) (next *head) {
	for i := range heads {
		if h := &heads[i]; h.line != nil && (next == nil || h.seq < next.seq) {
			next = h
		}
	}
	return next
}

// Delivered drops the events up to one, from the file with the next transaction:
// after a crash some may be given again.
func (s *Store) Delivered(upto uint64) error {
	if s.memory.isClosed() {
		return store.ErrClosed
	}
	s.memory.deliver(upto)
	signal(s.soon)
	return nil
}

func (m *memory) deliver(upto uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if upto = min(upto, m.outbox.last); upto > m.outbox.delivered {
		m.outbox.delivered, m.outbox.undropped = upto, true
	}
}

func (m *memory) deliveredUpto() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.outbox.delivered
}

// Arrivals gets a value when there may be more events.
func (s *Store) Arrivals() <-chan struct{} { return s.arrivals }

func (s *Store) arrive() { signal(s.arrivals) }

// signal puts a value into a channel that has room for one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// file writes a batch's events, drops what was delivered, and then what has no
// room; it keeps the tally.
func (b *batch) file(tx *bbolt.Tx, limit int64) (shed [classes]int, err error) {
	sizes := &b.tally.bytes
	for i := range b.events {
		e := &b.events[i]
		bucket := tx.Bucket(outboxBuckets[e.class])
		bucket.FillPercent = 0.9 // they come in order
		if bucket.Get(be64(e.seq)) == nil {
			sizes[e.class] += int64(len(e.line))
		}
		if err := bucket.Put(be64(e.seq), e.line); err != nil {
			return shed, err
		}
	}
	total := int64(0)
	for i := range sizes {
		if _, err := drop(tx, class(i), sizes, func(seq uint64) bool { return seq <= b.upto }); err != nil {
			return shed, err
		}
		total += sizes[i]
	}
	for i := ofPage; i < ofKept && limit >= 0 && total > limit; i++ {
		before := sizes[i]
		shed[i], err = drop(tx, i, sizes, func(uint64) bool { return total-before+sizes[i] > limit })
		if err != nil {
			return shed, err
		}
		total += sizes[i] - before
	}
	return shed, nil
}

// drop drops the oldest events of a class as long as more says so.
func drop(tx *bbolt.Tx, c class, sizes *[classes]int64, more func(seq uint64) bool) (n int, err error) {
	bucket := tx.Bucket(outboxBuckets[c])
	cursor := bucket.Cursor()
	var keys [][]byte
	for k, v := cursor.First(); len(k) == 8 && more(binary.BigEndian.Uint64(k)); k, v = cursor.Next() {
		sizes[c] -= int64(len(v))
		keys = append(keys, append([]byte(nil), k...))
	}
	for _, k := range keys {
		if err := bucket.Delete(k); err != nil {
			return n, err
		}
	}
	return len(keys), nil
}

package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/profferhq/proffer/host/store"
)

// memory is what is not in the file yet, and where in the order of all changes the
// store is. Its lock is held for moments alone, never while a file is read or
// written.
type memory struct {
	mu     sync.Mutex
	seq    uint64 // of the last change
	counts [2]int // rows of visitors and people

	// A key is in dirty, or in flushing while the writer has it, or neither: then
	// the file has what holds. Dirty is newer.
	dirty, flushing map[string]*cell
	bytes           int // of both, and of events
	outbox          queue
	waiters         []chan error

	failing error // why the last transaction came to nothing
	closed  bool
}

// cell is what is to be written under a key.
type cell struct {
	row   *row   // of a row
	value []byte // nil: it is to be deleted, or is not there
}

// cellSize is what a cell takes beside key and value, roughly.
const cellSize = 300

func (c *cell) size(key string) int { return cellSize + len(key) + len(c.value) }

// batch is what the writer writes at once.
type batch struct {
	cells   map[string]*cell
	events  []event
	upto    uint64 // delivered
	waiters []chan error
	tally   tally
}

func (b *batch) empty() bool { return len(b.cells) == 0 && len(b.events) == 0 && b.upto == 0 }

// tally is how far the store has come; the file has it for each transaction.
type tally struct {
	seq    uint64
	counts [2]int
	last   uint64         // event
	at     int64          // time of the transaction, in milliseconds
	bytes  [classes]int64 // of the events in the file
}

const tallySize = 8 * (5 + int(classes))

func (t *tally) encode() []byte {
	dst := make([]byte, 0, tallySize)
	for _, v := range [...]uint64{t.seq, uint64(t.counts[0]), uint64(t.counts[1]), t.last, uint64(t.at)} {
		dst = binary.BigEndian.AppendUint64(dst, v)
	}
	for _, v := range t.bytes {
		dst = binary.BigEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}

// load reads how far the store has come, and when that was.
func (m *memory) load(encoded []byte) (last time.Time, err error) {
	m.dirty = map[string]*cell{}
	if encoded == nil {
		return time.Time{}, nil
	}
	if len(encoded) != tallySize {
		return time.Time{}, fmt.Errorf("damaged: tally of %d bytes (have %d)", len(encoded), tallySize)
	}
	at := func(i int) uint64 { return binary.BigEndian.Uint64(encoded[8*i:]) }
	m.seq, m.counts, m.outbox.last = at(0), [2]int{int(at(1)), int(at(2))}, at(3)
	for i := range m.outbox.filed {
		m.outbox.filed[i] = int64(at(5 + i))
	}
	return time.UnixMilli(int64(at(4))), nil
}

func (m *memory) get(key string) *cell {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.dirty[key]; ok {
		return c
	}
	return m.flushing[key]
}

// place is that of the last change in the order of all.
func (m *memory) place() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seq
}

// room reports an error if a change must be refused: too much waits.
func (m *memory) room(c *Config) error {
	if rows := len(m.dirty) + len(m.flushing) + m.outbox.queued; rows >= c.Pending || m.bytes >= c.PendingBytes {
		return fmt.Errorf("%w: %d rows and events, %d bytes wait for the disk (have %d, %d): %w",
			store.ErrFull, rows, m.bytes, c.Pending, c.PendingBytes, m.cause())
	}
	return nil
}

var errSlow = errors.New("it is slow")

func (m *memory) cause() error {
	if m.failing != nil {
		return m.failing
	}
	return errSlow
}

// put takes a draft in, whole or not at all. Done is where the writer says that it
// is on the disk, nil if nobody waits. First says that nothing waited before, half
// that it is time to write.
func (m *memory) put(d *draft, done chan error, c *Config) (first, half bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false, false, store.ErrClosed
	}
	if err := m.room(c); err != nil {
		return false, false, err
	}
	if err := m.outbox.room(d.events, c.OutboxBytes); err != nil {
		return false, false, err
	}
	first = len(m.dirty) == 0 && len(m.outbox.waiting) == 0
	m.seq++
	for key, next := range d.cells {
		if next.row != nil {
			next.row.seq = max(next.row.seq, d.stamp*m.seq)
		}
		if old := m.dirty[key]; old != nil {
			m.bytes -= old.size(key)
		}
		m.dirty[key] = next
		m.bytes += next.size(key)
	}
	for i := range m.counts {
		m.counts[i] += d.more[i]
	}
	m.bytes += m.outbox.add(d.events)
	if done != nil {
		m.waiters = append(m.waiters, done)
	}
	half = len(m.dirty)+len(m.outbox.waiting) >= c.Pending/2 || m.bytes >= c.PendingBytes/2
	return first, half && m.failing == nil, nil
}

// wait lets somebody wait for what was put so far.
func (m *memory) wait(done chan error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiters = append(m.waiters, done)
}

// take hands everything to the writer.
func (m *memory) take() *batch {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flushing, m.dirty = m.dirty, make(map[string]*cell, len(m.dirty))
	b := &batch{cells: m.flushing, events: m.outbox.waiting, upto: m.outbox.takeDelivered(), waiters: m.waiters}
	m.outbox.flushing, m.outbox.waiting, m.waiters = m.outbox.waiting, nil, nil
	b.tally = tally{seq: m.seq, counts: m.counts, last: m.outbox.last, bytes: m.outbox.filed}
	return b
}

// settle says what became of a batch. After an error all of it waits again, but
// for what was changed meanwhile.
func (m *memory) settle(b *batch, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = err
	for key, c := range m.flushing {
		if _, newer := m.dirty[key]; err == nil || newer {
			m.bytes -= c.size(key)
		} else {
			m.dirty[key] = c
		}
	}
	m.flushing = nil
	if err == nil {
		m.bytes -= m.outbox.settled(b.tally.bytes)
		return
	}
	m.outbox.restore(b.upto)
}

func (m *memory) close() (first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first, m.closed = !m.closed, true
	return first
}

func (m *memory) isClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// isStuck reports whether something must be written before there can be more: the
// last transaction failed, or there is no room.
func (m *memory) isStuck(c *Config) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failing != nil || m.room(c) != nil
}

// pending is how many rows and events wait.
func (m *memory) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.dirty) + len(m.flushing) + m.outbox.queued
}

func (m *memory) count(kind int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[kind]
}

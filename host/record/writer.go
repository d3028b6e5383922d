package record

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

const (
	// maxQueue and maxQueued bound what waits to be written, in records and in
	// bytes: a disk that stands still for a moment must not cost records, one
	// that stands still for good not more memory than this.
	maxQueue  = 1024
	maxQueued = 16 << 20
	// maxBatch is how many records are written at once.
	maxBatch = 64
	// maxLines is the most memory for lines that is kept, in bytes: a full batch
	// of ordinary ones has a tenth of it.
	maxLines = 1 << 20
	// maxAge is how long a file is written to: what goes is whole files.
	maxAge = time.Hour
	// pruneEvery is how often what is too old goes while nothing is written.
	pruneEvery = time.Minute
)

// Writer keeps records. It is safe for concurrent use.
type Writer struct {
	config    Config
	threshold uint64

	queue  chan entry
	queued atomic.Int64 // bytes
	tasks  chan func()
	stop   chan struct{}
	end    sync.Once
	done   chan struct{}

	kept, dropped, unsaid, erased, failed atomic.Uint64

	erasures erasures

	// Of the goroutine that writes:
	settings *settings
	file     *os.File // that is written to, or nil
	hash     [abi.HashSize]byte
	start    time.Time
	size     int64
	failing  bool
	lines    []byte
}

// New makes a writer, whose goroutine ends with [Writer.Close].
func New(c Config) (*Writer, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	w := &Writer{
		config: c, threshold: c.threshold(),
		queue: make(chan entry, maxQueue), tasks: make(chan func()),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := w.prune(); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	go w.run()
	return w, nil
}

// Record keeps a request and its response, if the answer in that may be kept
// and the sample has it. It copies what it needs and never waits: a record for
// which there is no room is dropped and counted.
func (w *Writer) Record(s *host.Snapshot, request, response []byte, a *abi.Answer) {
	if !a.Keep || len(a.Interaction) != abi.InteractionSize || binary.BigEndian.Uint64(a.Interaction) > w.threshold {
		return
	}
	size := int64(len(request) + len(response))
	if w.queued.Add(size) > maxQueued {
		w.queued.Add(-size)
		w.dropped.Add(1)
		return
	}
	select {
	case w.queue <- entry{s, slices.Clone(request), slices.Clone(response)}:
	default:
		w.queued.Add(-size)
		w.dropped.Add(1)
	}
}

// Stats is what a writer has done so far.
type Stats struct {
	Kept    uint64 // records written
	Dropped uint64 // no room in the queue
	Unsaid  uint64 // that no document says: bytes that are not UTF-8
	Erased  uint64 // of who had been erased
	Failed  uint64 // could not be written
}

// Stats are the counters.
func (w *Writer) Stats() Stats {
	return Stats{
		Kept: w.kept.Load(), Dropped: w.dropped.Load(), Unsaid: w.unsaid.Load(), Erased: w.erased.Load(), Failed: w.failed.Load(),
	}
}

// Erase is the function [Erase] in the writer's directory, with what waits to be
// written, and with what comes of pages that are under way.
func (w *Writer) Erase(visitor [abi.VisitorSize]byte) (n int, err error) {
	return w.erase(ofVisitor(visitor), aVisitor(visitor[:]))
}

// ErasePerson is the function [ErasePerson] in the same way.
func (w *Writer) ErasePerson(source, key string) (n int, err error) {
	return w.erase(ofPerson(source, key), aPerson(source, key), aPerson("", key))
}

// EraseLinked is the function [EraseLinked] in the same way.
func (w *Writer) EraseLinked(source, key string) (n int, err error) {
	return w.erase(ofLinked(source, key), linkedTo(source, key))
}

func (w *Writer) erase(about about, who ...subject) (n int, err error) {
	w.after(func() {
		w.erasures.add(w.config.Clock(), who...)
		n, err = erase(w.config.Dir, about)
	})
	return n, err
}

// Flush writes what waits.
func (w *Writer) Flush() { w.after(func() {}) }

// after runs a task when what waits has been written; nothing is written meanwhile.
func (w *Writer) after(task func()) {
	ran := make(chan struct{})
	select {
	case w.tasks <- func() { defer close(ran); w.drain(); task() }:
		<-ran
	case <-w.done:
		task()
	}
}

// Close writes what waits and ends the writer. Later records are lost.
func (w *Writer) Close() {
	w.end.Do(func() { close(w.stop) })
	<-w.done
}

func (w *Writer) run() {
	defer close(w.done)
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		select {
		case e := <-w.queue:
			w.write(w.batch(e))
		case task := <-w.tasks:
			task()
		case <-ticker.C:
			w.rotate()
			w.told(w.prune())
		case <-w.stop:
			w.drain()
			w.leave()
			return
		}
	}
}

// drain writes what waits.
func (w *Writer) drain() {
	for {
		select {
		case e := <-w.queue:
			w.write(w.batch(e))
		default:
			return
		}
	}
}

// batch is e and what waits behind it.
func (w *Writer) batch(e entry) []entry {
	list := []entry{e}
	for len(list) < maxBatch {
		select {
		case next := <-w.queue:
			list = append(list, next)
		default:
			return list
		}
	}
	return list
}

// told logs the first of several failures in a row.
func (w *Writer) told(err error) {
	if err != nil && !w.failing {
		w.config.Logger.Error("requests are not recorded", "error", err)
	}
	w.failing = err != nil
}

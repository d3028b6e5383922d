package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// The errors of [Log.Commit] besides those of the disk and the context.
var (
	ErrFull   = errors.New("events: the queue is full")
	ErrClosed = errors.New("events: closed")

	errLocked = errors.New("another proffer writes events there")
)

// Log takes event lines and writes them to files. It is safe for concurrent
// use.
type Log struct {
	config Config
	lock   *os.File
	losses *losses
	wake   chan struct{} // something is to be done
	done   chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	pending []byte // lines, each with its end
	waiters []chan error
	closed  bool

	spare  []byte // the next pending; the writer's own
	writer writer
}

// Open makes the directory ready, mends what a crash has left, removes what is
// too old, and begins to write. An error says that nothing could be written
// there now.
func Open(c Config) (*Log, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	m := newMetrics()
	l := &Log{
		config: c, wake: make(chan struct{}, 1), done: make(chan struct{}),
		losses: &losses{metrics: m, clock: c.Clock, logger: c.Logger},
	}
	l.writer = writer{files: files{dir: c.Dir, max: c.MaxBytes, keep: max(0, c.KeepDays)}, subjects: c.Subjects, metrics: m, losses: l.losses}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	if l.lock, err = lock(c.Dir, ".lock"); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	err = l.writer.files.mendLast()
	if err == nil && c.Registerer != nil {
		err = m.all.Register(c.Registerer)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("events: %w", err), l.lock.Close())
	}
	l.writer.prune(c.Clock())
	go l.run()
	return l, nil
}

// Put takes lines to be written within a second. It never waits; what has no
// room is lost and counted. The lines may change afterwards.
func (l *Log) Put(lines [][]byte) {
	if len(lines) == 0 {
		return
	}
	if err := l.queue(lines, nil); err != nil {
		l.losses.add(byQueue, len(lines), err)
	}
}

// Commit takes lines and waits until they are on the disk. Lines that come
// together are put there together. After an error some may be.
func (l *Log) Commit(ctx context.Context, lines [][]byte) error {
	done := make(chan error, 1)
	if err := l.queue(lines, done); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("events: %w", ctx.Err())
	}
}

// queue takes lines, whole or not at all.
func (l *Log) queue(lines [][]byte, done chan error) error {
	size := 0
	for _, line := range lines {
		size += len(line) + 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return ErrClosed
	case len(l.pending)+size > l.config.Queue:
		return ErrFull
	}
	before := len(l.pending)
	for _, line := range lines {
		l.pending = append(append(l.pending, line...), '\n')
	}
	if done != nil {
		l.waiters = append(l.waiters, done)
	}
	half := l.config.Queue / 2
	if before == 0 || done != nil || before < half && len(l.pending) >= half {
		l.call()
	}
	return nil
}

// call tells the writer that something is to be done.
func (l *Log) call() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run is the writer.
func (l *Log) run() {
	defer close(l.done)
	for {
		<-l.wake
		if !l.urgent() {
			delay := time.NewTimer(l.config.Delay)
			select {
			case <-delay.C:
			case <-l.wake:
				delay.Stop()
			}
		}
		pending, waiters, closed := l.take()
		err := l.writer.write(pending, len(waiters) > 0, l.config.Clock())
		for _, done := range waiters {
			done <- err
		}
		if closed {
			l.writer.end()
			return
		}
	}
}

// urgent reports whether what waits is to be written at once.
func (l *Log) urgent() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed || len(l.waiters) > 0 || len(l.pending) >= l.config.Queue/2
}

func (l *Log) take() (pending []byte, waiters []chan error, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pending, waiters = l.pending, l.waiters
	l.pending, l.spare = l.spare[:0], pending
	l.waiters = nil
	return pending, waiters, l.closed
}

// Close writes what waits and frees everything. If ctx ends before, it answers
// an error, and the writer goes on alone.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.call()
	select {
	case <-l.done:
		l.losses.tell()
		return l.lock.Close()
	case <-ctx.Done():
		return fmt.Errorf("events: close: %w", ctx.Err())
	}
}

package faulttest

import (
	"bytes"
	"fmt"
)

// Promises are what was acknowledged.
type Promises struct {
	workers map[int]*worker
	durable int // steps
}

// worker is what one was told.
type worker struct {
	said    int // the last step of which it was told anything; -1: none
	durable int // the last that is durable, and with it all before
	failed  map[int]bool
}

// Durable is how many steps were acknowledged as durable.
func (p *Promises) Durable() int { return p.durable }

// Failed is how many steps failed.
func (p *Promises) Failed() int {
	n := 0
	for _, w := range p.workers {
		n += len(w.failed)
	}
	return n
}

// Closed says that the store was closed, and that it said that nothing is lost:
// everything that was taken in is durable.
func (p *Promises) Closed() {
	for _, w := range p.workers {
		w.durable = w.said
	}
}

// Write is Read of whole lines.
func (p *Promises) Write(lines []byte) (int, error) {
	for line := range bytes.Lines(lines) {
		if err := p.Read(line); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}

// Started says that a worker may have done a step of which nothing is known.
func (p *Promises) Started(number int) { p.worker(number) }

func (p *Promises) worker(number int) *worker {
	if p.workers == nil {
		p.workers = map[int]*worker{}
	}
	if p.workers[number] == nil {
		p.workers[number] = &worker{said: -1, durable: -1, failed: map[int]bool{}}
	}
	return p.workers[number]
}

// Read takes a line in; one that was cut off, as the last of a process that was
// killed may be, is left.
func (p *Promises) Read(line []byte) error {
	if !bytes.HasSuffix(line, []byte("\n")) {
		return nil
	}
	var kind rune
	var at step
	if _, err := fmt.Sscanf(string(line), "%c %d %d\n", &kind, &at.worker, &at.n); err != nil {
		return fmt.Errorf("promise %q: %w", line, err)
	}
	w := p.worker(at.worker)
	w.said = max(w.said, at.n)
	switch kind {
	case 'd':
		w.durable = at.n
		p.durable++
	case 'f':
		w.failed[at.n] = true
	}
	return nil
}

// must says that a step has to be there, may that it can be.
func (w *worker) must(n int) bool { return n <= w.durable && !w.failed[n] }
func (w *worker) may(n int) bool  { return n <= w.said+1 }

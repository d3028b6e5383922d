package people

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// merge gives the entries of all runs in order.
type merge struct {
	runs  []*runReader // a heap
	files []*os.File
}

// runReader stands at an entry of a run.
type runReader struct {
	name string
	in   *bufio.Reader
	kind byte
	line uint64
	key  []byte
	val  []byte
}

func (w *work) merge() (*merge, error) {
	m := &merge{}
	for n := range w.state.Runs {
		f, err := os.Open(w.runFile(n))
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		m.files = append(m.files, f)
		r := &runReader{name: w.runFile(n), in: bufio.NewReaderSize(f, 1<<16)}
		switch err := r.next(); {
		case err == nil:
			m.runs = append(m.runs, r)
		case !errors.Is(err, io.EOF):
			return nil, errors.Join(err, m.close())
		}
	}
	heap.Init(m)
	return m, nil
}

// close closes the runs, which were only read from.
func (m *merge) close() error {
	var errs []error
	for _, f := range m.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// next moves the first reader on; io.EOF: that was the last entry.
func (m *merge) next() error {
	err := m.runs[0].next()
	switch {
	case err == nil:
		heap.Fix(m, 0)
	case errors.Is(err, io.EOF):
		heap.Pop(m)
		if len(m.runs) > 0 {
			return nil
		}
	}
	return err
}

func (m *merge) Len() int      { return len(m.runs) }
func (m *merge) Swap(i, j int) { m.runs[i], m.runs[j] = m.runs[j], m.runs[i] }
func (m *merge) Push(x any)    { m.runs = append(m.runs, x.(*runReader)) }

// Pop removes the last.
func (m *merge) Pop() any {
	last := m.runs[len(m.runs)-1]
	m.runs = m.runs[:len(m.runs)-1]
	return last
}

// Less orders by kind, key and line.
func (m *merge) Less(i, j int) bool {
	a, b := m.runs[i], m.runs[j]
	return cmp.Or(cmp.Compare(a.kind, b.kind), bytes.Compare(a.key, b.key), cmp.Compare(a.line, b.line)) < 0
}

// next reads an entry over the one before.
func (r *runReader) next() (err error) {
	if r.kind, err = r.in.ReadByte(); err != nil {
		return err
	}
	if r.line, err = binary.ReadUvarint(r.in); err == nil {
		r.key, err = r.field(r.key)
	}
	if err == nil {
		r.val, err = r.field(r.val)
	}
	if err != nil {
		return fmt.Errorf("%s breaks off (%w); begin anew with --restart", r.name, errCut)
	}
	return nil
}

// errCut is not io.EOF, which is the end of a run that is whole.
var errCut = errors.New("a run of an import that broke off")

// field reads bytes behind their length, into room.
func (r *runReader) field(room []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return room[:0], err
	}
	if n > slack {
		return room[:0], errCut
	}
	if uint64(cap(room)) < n {
		room = make([]byte, n, 2*n)
	}
	room = room[:n]
	_, err = io.ReadFull(r.in, room)
	return room, err
}

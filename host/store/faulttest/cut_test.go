//go:build linux || darwin

package faulttest_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

const (
	stateName = "state.db"
	page      = 4096
	sector    = 512 // what a disk writes whole
	heads     = 2   // pages: the file's heads, each transaction writes one
	atTxid    = 64  // of a head, in bytes
)

// TestCut cuts the power in each transaction. It takes that one is written in this
// order: its pages, a flush, its head, a flush; build/powercut holds the store to
// that. So what the disk has in between is made of the file before and after it: any
// of the pages, each torn into sectors, and after the first flush any of the head.
func TestCut(t *testing.T) {
	r := random(t)
	dir := t.TempDir()
	s := open(t, bolt.Config{Dir: dir, Delay: 10 * time.Second})
	w := &witness{t: t, path: filepath.Join(dir, stateName)}
	script := faulttest.Script{Workers: 1, Steps: 80, Promises: w}
	script.Run(t.Context(), s)
	closing(t, s)
	cuts := 0
	for i := 1; i < len(w.files); i++ {
		if txid(w.files[i])-txid(w.files[i-1]) == 1 {
			cuts += w.cut(i, r)
		}
	}
	if cuts < 300 {
		t.Errorf("%d cuts: %d files that are one transaction apart are too few", cuts, len(w.files))
	}
	t.Logf("%d cuts, nothing lost", cuts)
}

// witness takes the file with each durable promise.
type witness struct {
	t     *testing.T
	path  string
	lines [][]byte
	size  int64
	files [][]byte // without the zeros at their ends
	told  []int    // how many lines there were before the promise
}

func (w *witness) Write(line []byte) (int, error) {
	if line[0] == 'd' {
		b, err := os.ReadFile(w.path)
		if err != nil {
			w.t.Error(err)
		}
		w.size = int64(len(b))
		used := len(bytes.TrimRight(b, "\x00"))
		w.files = append(w.files, bytes.Clone(b[:(used+page-1)/page*page]))
		w.told = append(w.told, len(w.lines))
	}
	w.lines = append(w.lines, bytes.Clone(line))
	return len(line), nil
}

// cut makes what the disk may have while the transaction is written after which the
// file was taken for the n-th time, and looks at each.
func (w *witness) cut(n int, r *rand.Rand) (cuts int) {
	before, after := w.files[n-1], w.files[n]
	if missing := len(after) - len(before); missing > 0 {
		before = append(bytes.Clone(before), make([]byte, missing)...)
	}
	keep := [...]func() bool{
		func() bool { return true }, func() bool { return false },
		func() bool { return r.IntN(2) == 0 }, func() bool { return r.IntN(8) > 0 },
	}
	for i := range 3 * len(keep) {
		b := bytes.Clone(before)
		if flushed := i < len(keep); flushed {
			copy(b[heads*page:], after[heads*page:])
			mix(b[:heads*page], after, keep[i])
		} else {
			mix(b[heads*page:], after[heads*page:], keep[i%len(keep)])
		}
		w.look(n, i, b)
		cuts++
	}
	return cuts
}

// mix takes over some of the sectors that differ.
func mix(to, from []byte, keep func() bool) {
	for at := 0; at < min(len(to), len(from)); at += sector {
		if have, is := to[at:at+sector], from[at:at+sector]; !bytes.Equal(have, is) && keep() {
			copy(have, is)
		}
	}
}

func (w *witness) look(n, i int, file []byte) {
	w.t.Helper()
	dir := w.t.TempDir()
	path := filepath.Join(dir, stateName)
	if err := errors.Join(os.WriteFile(path, file, 0o600), os.Truncate(path, w.size)); err != nil {
		w.t.Fatal(err)
	}
	var p faulttest.Promises
	for _, line := range w.lines[:w.told[n]] {
		if err := p.Read(line); err != nil {
			w.t.Fatal(err)
		}
	}
	s := open(w.t, bolt.Config{Dir: dir})
	if err := faulttest.Check(w.t.Context(), s, &p); err != nil {
		w.t.Errorf("transaction %d, cut %d: %v", n, i, err)
	}
	closing(w.t, s)
	if err := faulttest.CheckFiles(dir); err != nil {
		w.t.Errorf("transaction %d, cut %d: %v", n, i, err)
	}
}

// txid is the number of the file's last transaction.
func txid(file []byte) (last uint64) {
	for i := range heads {
		last = max(last, binary.LittleEndian.Uint64(file[i*page+atTxid:]))
	}
	return last
}

//go:build linux || darwin || freebsd || netbsd || openbsd

package people_test

import (
	"errors"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// TestErasingIsAlone holds erasing and other processes' reading apart: a lock is of
// an open file, so that another one in this process stands for one in another.
func TestErasingIsAlone(t *testing.T) {
	dir := t.TempDir()
	imported(t, dir, anna)
	p := opened(t, dir)
	name := filepath.Join(dir, "people", "main.db")
	read := func() (*bbolt.DB, error) {
		return bbolt.Open(name, 0, &bbolt.Options{ReadOnly: true, Timeout: 60 * time.Millisecond})
	}
	if err := p.Update("main", func(*bbolt.DB) error {
		if _, err := read(); !errors.Is(err, berrors.ErrTimeout) {
			t.Errorf("read while erasing: %v", err)
		}
		if _, ok, err := p.Find("main", "anna"); !ok || err != nil {
			t.Errorf("found while erasing: %v, %v", ok, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	reader, err := read()
	if err != nil {
		t.Fatal(err)
	}
	erased := make(chan error)
	go func() {
		_, err := p.Erase("main", "anna")
		erased <- err
	}()
	if err := reader.View(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte("people")).Get([]byte("anna")) == nil {
			return errors.New("anna was erased while another process read")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := errors.Join(reader.Close(), <-erased); err != nil {
		t.Error(err)
	}
	if got := shown(t, dir, "anna"); got != "" {
		t.Errorf("anna is %s", got)
	}
}

// TestReplacedWhileErasing erases in the new file, too.
func TestReplacedWhileErasing(t *testing.T) {
	dir := t.TempDir()
	imported(t, dir, anna)
	p := opened(t, dir)
	times := 0
	if err := p.Update("main", func(*bbolt.DB) error {
		if times++; times == 1 {
			imported(t, dir, anna+"\n"+bert)
		}
		return nil
	}); err != nil || times != 2 {
		t.Errorf("changed %d times, %v", times, err)
	}
}

func BenchmarkErase(b *testing.B) {
	dir := b.TempDir()
	imported(b, dir, many(0, 20_000))
	p := opened(b, dir)
	for n := 0; b.Loop(); n++ {
		if _, err := p.Erase("main", strconv.Itoa(n%20_000)); err != nil {
			b.Fatal(err)
		}
	}
}

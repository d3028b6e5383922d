package bolt_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
)

// A row of which any byte is not as it was written is an error that names it, for
// who asks and who writes; the others stay. It can be erased.
func TestDamagedRow(t *testing.T) {
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now})
	put(t, s, shown(2, 1, c.Now()))
	for at := range 80 {
		put(t, s, shown(1000+at, 1, c.Now()))
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	const name = "visitor 76697369746f7220303030303130" // the hex of "visitor 000010"
	for at := range 80 {
		n := 1000 + at
		if err := s.Damage(id(n), at); err != nil {
			t.Fatal(err)
		}
		_, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(n)})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "damaged") {
			t.Fatalf("byte %d: Lookup: %v", at, err)
		}
		if err := s.Append(context.Background(), shown(n, 2, c.Now())); err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("byte %d: Append: %v", at, err)
		}
		var who store.Subject
		copy(who.Visitor[:], id(n))
		if err := s.Erase(context.Background(), who); err != nil {
			t.Fatalf("byte %d: Erase: %v", at, err)
		}
	}
	if got := history(t, s, 2); got != 1 {
		t.Errorf("another visitor has %d propositions, want 1", got)
	}
	if rows, _ := s.Rows(); rows != 1 || s.Filed() != 1 {
		t.Errorf("%d rows, %d in the file, want 1", rows, s.Filed())
	}
}

func FuzzDecodeRow(f *testing.F) {
	c := newClock()
	f.Add(bolt.RowValue(1, shown(1, 1, c.Now()).Changes.History, []abi.FolderChange{{Folder: []byte("visitors"), Attributes: abi.Attributes("\x81\xa1a\x01")}}))
	f.Add(bolt.RowValue(0, nil, nil))
	f.Fuzz(func(_ *testing.T, value []byte) { _ = bolt.DecodeRow(value) })
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir})
	_, err := bolt.Open(bolt.Config{Dir: dir})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "stop the proffer") {
		t.Fatalf("Open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, bolt.Config{Dir: dir})
}

func TestLaterFormat(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir})
	if err := errors.Join(s.SetFormat(2), s.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db")
	before := read(t, path)
	_, err := bolt.Open(bolt.Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "format 2 not supported (have 1..1)") || !strings.Contains(err.Error(), path) {
		t.Fatalf("Open: %v", err)
	}
	if read(t, path) != before {
		t.Fatal("the file is not as it was")
	}
}

// A file that is no store's is refused and kept, in whatever way it is none; what a
// crash left of one that was being made is in nobody's way.
func TestForeignFile(t *testing.T) {
	for name, content := range map[string]string{"text": strings.Repeat("not a store\n", 4096), "short": "x"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "state.db")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bolt.Open(bolt.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Open: %v", name, err)
		}
		if read(t, path) != content {
			t.Errorf("%s: the file is not as it was", name)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	openAt(t, bolt.Config{Dir: dir})
}

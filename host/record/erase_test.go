package record_test

import (
	"bytes"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// idOf is the id in a visitor's cookie.
func idOf(t *testing.T, cookie []byte) (id [abi.VisitorSize]byte) {
	t.Helper()
	var s visitor.State
	var scratch [seal.OpenSize]byte
	if _, _, ok := s.Open(scratch[:0], seal.TestKeyring(), cookie, false); !ok {
		t.Fatalf("cookie %q does not open", cookie)
	}
	return s.ID
}

// holds reports whether a file of the directory has the id.
func holds(t *testing.T, dir string, id [abi.VisitorSize]byte) bool {
	t.Helper()
	records, _ := files(t, dir)
	for _, name := range records {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(hexOf(id))) {
			return true
		}
	}
	return false
}

func hexOf(id [abi.VisitorSize]byte) string {
	const digits = "0123456789abcdef"
	var out []byte
	for _, b := range id {
		out = append(out, digits[b>>4], digits[b&15])
	}
	return string(out)
}

// TestErase holds that every record of a visitor goes: the one that minted the
// id, those that brought it, also beside another's cookie; and no other.
func TestErase(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e, next := engine(t, "shop"), engine(t, "next")
	mine, other := decide(t, e, 1, nil), decide(t, e, 2, nil)
	both := bytes.Join([][]byte{other.cookie(t), mine.cookie(t)}, []byte("; "))
	again := decide(t, e, 3, with(mine.cookie(t)))
	second := decide(t, next, 4, with(both))
	alone := decide(t, next, 5, with(other.cookie(t)))
	put(w, mine, other, again, second, alone)
	id := idOf(t, mine.cookie(t))
	n, err := w.Erase(id) // also of what waits
	if err != nil || n != 3 {
		t.Errorf("%d erased, error %v, want 3", n, err)
	}
	if got := kept(t, dir); !slices.Equal(got, []string{alone.id(), other.id()}) || holds(t, dir, id) {
		t.Errorf("left are %v", got)
	}
	late := decide(t, next, 6, with(other.cookie(t)))
	put(w, late) // behind files that were written anew
	w.Flush()
	if got := kept(t, dir); !slices.Equal(got, []string{late.id(), alone.id(), other.id()}) {
		t.Errorf("left are %v", got)
	}
	w.Close()
	if n, err := w.Erase(idOf(t, other.cookie(t))); err != nil || n != 3 {
		t.Errorf("after the end: %d erased, error %v, want 3", n, err)
	}
	if records, _ := files(t, dir); len(records) > 0 {
		t.Errorf("empty files are left: %v", records)
	}
	if n, err := record.Erase(t.TempDir()+"/none", id); n != 0 || err != nil {
		t.Errorf("no directory: %d, %v", n, err)
	}
}

// TestEraseBesideAWriter erases as another process does while a writer runs: no
// record of others is lost, and none of the visitor's from before is left.
func TestEraseBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir, MaxBytes: record.MinMaxBytes})
	e := engine(t, "shop")
	other := decide(t, e, 0, nil)
	put(w, other)
	want := []string{other.id()}
	var erasers sync.WaitGroup
	for round := range uint64(20) {
		mine := decide(t, e, 1000+round, nil)
		put(w, mine)
		w.Flush()
		id := idOf(t, mine.cookie(t))
		erasers.Go(func() {
			if n, err := record.Erase(dir, id); err != nil || n != 1 {
				t.Errorf("%d erased, error %v", n, err)
			}
			if holds(t, dir, id) {
				t.Error("the visitor is still there")
			}
		})
		for i := range uint64(10) {
			d := decide(t, e, 1+round*10+i, with(other.cookie(t)))
			put(w, d)
			want = append(want, d.id())
		}
	}
	erasers.Wait()
	w.Flush()
	got := kept(t, dir)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d records are left, want %d", len(got), len(want))
	}
}

// TestErasePerson holds that the records go, and are given before, that name a
// person: by an identity token, whatever became of it; and no others'.
func TestErasePerson(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	token := func(source, key string, n uint64) decision {
		t.Helper()
		text, err := seal.AppendToken(nil, seal.TestKeyring(), source, key, 2_000_000_000, nil)
		if err != nil {
			t.Fatal(err)
		}
		return decide(t, e, n, with(append([]byte("proffer_identity="), text...)))
	}
	mine := token("main", "a=1&b ü", 1)
	again := decide(t, e, 2, func(r *abi.Request) { r.Target = abi.PersonKey{Source: []byte("main"), Key: []byte("a=1&b ü")} })
	other, source, nobody := token("main", "a", 3), token("else", "a=1&b ü", 4), decide(t, e, 5, nil)
	put(w, mine, again, other, source, nobody)
	w.Flush()
	lines, err := record.OfPerson(dir, "main", "a=1&b ü")
	if err != nil || len(lines) != 2 || !bytes.Contains(bytes.Join(lines, nil), []byte(mine.id())) {
		t.Errorf("got %d lines, %v", len(lines), err)
	}
	if lines, err := record.OfVisitor(dir, idOf(t, other.cookie(t))); err != nil || len(lines) != 1 || !bytes.Contains(lines[0], []byte(other.id())) {
		t.Errorf("of a visitor: got %d lines, %v", len(lines), err)
	}
	if n, err := w.ErasePerson("main", "a=1&b ü"); err != nil || n != 2 {
		t.Errorf("%d erased, error %v, want 2", n, err)
	}
	if n, err := record.ErasePerson(dir, "main", "a=1&b ü"); err != nil || n != 0 {
		t.Errorf("%d erased again, error %v", n, err)
	}
	if got := kept(t, dir); len(got) != 3 || slices.Contains(got, mine.id()) || slices.Contains(got, again.id()) {
		t.Errorf("left are %v", got)
	}
}

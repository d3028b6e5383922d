package bolt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
)

// secret is a change of a visitor of whom much can be recognised.
func secret(n, proposition int, c *clock) *store.Change {
	change := shown(n, proposition, c.Now())
	name := fmt.Sprintf("telltale-%d-", n)
	change.Changes.Person = abi.PersonKey{Source: []byte("crm"), Key: []byte(name + "key")}
	change.Changes.Folders = []abi.FolderChange{{
		Folder:     []byte("visitors"),
		Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("name"), Value: wire.AppendStr(nil, name+strings.Repeat("x", 3000*(proposition%3)))}}),
	}}
	return change
}

// Nothing is left in any file of who was erased, wherever its row was before, while
// others come and go; they lose nothing.
func TestErasedFromFiles(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir, Clock: c.Now})
	const visitors, rounds = 60, 12
	var all sync.WaitGroup
	for part := range 3 {
		all.Go(func() {
			for round := range rounds {
				for n := part; n < visitors; n += 3 {
					if err := s.Append(context.Background(), secret(n, round, c)); err != nil {
						t.Error(err)
					}
				}
				if err := s.Sync(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	gone := func(n int) bool { return n%2 == 0 }
	for part := range 2 {
		all.Go(func() {
			for n := part; n < visitors; n += 2 {
				if !gone(n) { // somebody is busy meanwhile
					for round := range rounds {
						if err := s.Append(context.Background(), secret(n, rounds+round, c)); err != nil {
							t.Error(err)
						}
						history(t, s, n)
					}
					continue
				}
				// Of a person the visitors go, too.
				if err := s.Erase(context.Background(), store.Subject{Source: "crm", Key: fmt.Sprintf("telltale-%d-key", n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	assertGone(t, dir, visitors, gone)
	for n := range visitors {
		if want := 2 * rounds; !gone(n) && history(t, s, n) != want {
			t.Errorf("visitor %d has %d propositions, want %d", n, history(t, s, n), want)
		}
	}
}

func assertGone(t *testing.T, dir string, visitors int, gone func(n int) bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%q, %v", files, err)
	}
	text := ""
	for _, name := range files {
		text += read(t, name)
	}
	for n := range visitors {
		for _, sign := range [...]string{string(id(n)), fmt.Sprintf("telltale-%d-", n)} {
			if hits := strings.Count(text, sign); gone(n) != (hits == 0) {
				t.Errorf("%s: %d times in the files, gone is %v", sign, hits, gone(n))
			}
		}
	}
}

// Who asks to be forgotten is gone from the file some time later, also where the
// process ended before; who is erased at once.
func TestForgottenFromFile(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir, Clock: c.Now, Wipe: time.Hour})
	for round := range 3 {
		for n := range 40 {
			change := secret(n, round, c)
			change.Changes.Person = abi.PersonKey{}
			put(t, s, change)
		}
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, &store.Change{Since: store.Always, Durable: true, Changes: abi.Changes{Visitor: id(7), Forget: true}})
	if !s.Unwiped() || !strings.Contains(read(t, filepath.Join(dir, "state.db")), string(id(7))) {
		t.Fatal("there is nothing to overwrite")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, bolt.Config{Dir: dir, Clock: c.Now, Wipe: time.Millisecond})
	for start := time.Now(); s.Unwiped(); runtime.Gosched() {
		if time.Since(start) > 5*time.Second {
			t.Fatal("not overwritten after 5 s")
		}
	}
	assertGone(t, dir, 40, func(n int) bool { return n == 7 })
	if err := s.Erase(context.Background(), store.Subject{Visitor: [16]byte(id(9))}); err != nil {
		t.Fatal(err)
	}
	assertGone(t, dir, 40, func(n int) bool { return n == 7 || n == 9 })
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	if history(t, s, 1) != 3 || history(t, s, 7) != 0 || s.Unwiped() {
		t.Error("the store is not as it was")
	}
}

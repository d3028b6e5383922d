package bolt_test

import (
	"context"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
)

const day = 24 * time.Hour

// pass lets days go by, in each of which the sweeper comes.
func pass(t *testing.T, s *bolt.Store, c *clock, days int) {
	t.Helper()
	for range days {
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
		c.advance(day)
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
}

func sweptStore(t *testing.T) (*bolt.Store, *clock) {
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, Newcomers: 1 << 20})
	s.Retain(30*day, 365*day)
	return s, c
}

func TestRetainVisitors(t *testing.T) {
	s, c := sweptStore(t)
	for n := range 2500 {
		put(t, s, shown(n, 1, c.Now()))
	}
	linked := shown(3000, 1, c.Now())
	linked.Changes.Person = abi.PersonKey{Source: []byte("crm"), Key: []byte("ada")}
	put(t, s, linked)
	pass(t, s, c, 20)
	put(t, s, shown(7, 2, c.Now()))
	pass(t, s, c, 10)
	if rows, _ := s.Rows(); rows != 2501 {
		t.Fatalf("%d rows after 30 days, want all 2501", rows)
	}
	pass(t, s, c, 1)
	if rows, _ := s.Rows(); rows != 2 || s.Filed() != 2 {
		t.Fatalf("%d rows, %d in the file, after 31 days, want 2", rows, s.Filed())
	}
	if history(t, s, 7) != 2 || history(t, s, 3000) != 1 || history(t, s, 8) != 0 {
		t.Fatal("the wrong ones are left")
	}
}

func TestRetainPropositions(t *testing.T) {
	s, c := sweptStore(t)
	old := shown(1, 1, c.Now())
	old.Changes.Person = abi.PersonKey{Source: []byte("crm"), Key: []byte("ada")}
	old.Changes.Persons = []abi.PersonChange{{Source: []byte("crm"), Key: []byte("ada"), History: shown(0, 5, c.Now()).Changes.History}}
	put(t, s, old)
	pass(t, s, c, 300)
	found, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(1)})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, shown(1, 2, c.Now()))
	pass(t, s, c, 66)
	if got := history(t, s, 1); got != 1 {
		t.Fatalf("%d propositions, want the newer one", got)
	}
	person, err := s.Lookup(context.Background(), &abi.Need{Key: old.Changes.Person})
	if err != nil || len(person.Record.Persons) != 1 || len(person.Record.Persons[0].History) != 0 {
		t.Fatalf("%+v, %v", person.Record.Persons, err)
	}
	// What the sweeper does is no change that a page could collide with.
	change := shown(1, 3, c.Now())
	change.Since = found.Seq + 1
	put(t, s, change)
}

// A clock that jumps a year ahead removes nothing at once, and nothing at all if it
// goes back; one that has been a year ahead for long leaves nothing behind for ever.
func TestRetainDoubtsTheClock(t *testing.T) {
	s, c := sweptStore(t)
	put(t, s, shown(1, 1, c.Now()))
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	sweep := func(after time.Duration) {
		t.Helper()
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
		c.advance(after)
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
	}
	sweep(365 * day)
	put(t, s, shown(2, 1, c.Now()))
	sweep(10 * time.Minute)
	sweep(-365 * day)
	for range 2 * bolt.Distrust {
		sweep(0) // frozen
	}
	if rows, _ := s.Rows(); rows != 2 {
		t.Fatalf("%d rows, want 2: the clock was wrong", rows)
	}
	pass(t, s, c, 31)
	if rows, _ := s.Rows(); rows != 0 {
		t.Fatalf("%d rows, want none: one of them is said to be of next year", rows)
	}
	put(t, s, shown(3, 1, c.Now()))
	sweep(365 * day)
	for range bolt.Distrust {
		sweep(10 * time.Minute)
	}
	if rows, _ := s.Rows(); rows != 0 {
		t.Fatalf("%d rows, want none: the clock stands by it", rows)
	}
}

// Who was erased is known for longer than a cookie lives, and no longer than needed.
func TestRetainErased(t *testing.T) {
	s, c := sweptStore(t)
	put(t, s, &store.Change{Since: store.Always, Changes: abi.Changes{Visitor: id(1), Forget: true}})
	known := func() bool {
		f, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(1)})
		if err != nil {
			t.Fatal(err)
		}
		return f.Record.Erased
	}
	pass(t, s, c, 399)
	if !known() {
		t.Fatal("forgotten while its cookie may live")
	}
	pass(t, s, c, 3)
	if known() {
		t.Fatal("kept for ever")
	}
}

// Nothing expires before somebody says so.
func TestRetainNothing(t *testing.T) {
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now})
	put(t, s, shown(1, 1, c.Now()))
	pass(t, s, c, 500)
	if history(t, s, 1) != 1 {
		t.Fatal("it has gone")
	}
}

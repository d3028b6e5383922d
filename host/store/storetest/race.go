package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

func races(t *bench) {
	for limit := 1; limit <= 2; limit++ {
		if over := Race(t.T, t.Store, limit*1000, 150, 2, limit, limit-1); over != 0 {
			t.Errorf("a cap of %d was exceeded by %d", limit, over)
		}
	}
	if over := Race(t.T, t.Store, 5000, 30, 10, 1, 0); over != 0 { // who loses sees that one was shown
		t.Errorf("a cap of 1 was exceeded by %d", over)
	}
	if over := Race(t.T, t.Store, 6000, 30, 10, 3, 0); over > 30*7 {
		t.Errorf("a cap of 3 was exceeded by %d", over)
	}
}

// Race has some tabs of each visitor, from the first on, show an offer at once that
// must not be shown more often than a limit, and was shown some times before: each looks up, and when all have done so counts and appends, on the
// condition that nothing has changed; one that loses does so once more, and one that
// loses twice appends without condition. It gives by how many limits were exceeded.
func Race(t *testing.T, s store.Store, first, visitors, tabs, limit, before int) (over int) {
	t.Helper()
	for n := range visitors {
		visitor := id(first + n)
		for n := range before {
			shown := history(proposition(1000+n, catalog.Presented, 1))
			if err := s.Append(context.Background(), &store.Change{Changes: abi.Changes{Visitor: visitor, History: shown}, Since: store.Always}); err != nil {
				t.Fatal(err)
			}
		}
		errs := make(chan error, tabs)
		var looked sync.WaitGroup
		looked.Add(tabs)
		for tab := range tabs {
			go func() { errs <- show(s, visitor, tab, limit, &looked) }()
		}
		for range tabs {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		shown, err := count(s.Lookup(context.Background(), ofVisitor(visitor)))
		if err != nil || shown < limit {
			t.Fatalf("%d shown, want %d at least: %v", shown, limit, err)
		}
		over += shown - limit
	}
	return over
}

func ofVisitor(id []byte) *abi.Need {
	return &abi.Need{Visitor: id, Folders: [][]byte{[]byte("visitors")}}
}

// show is one tab.
func show(s store.Store, visitor []byte, tab, limit int, looked *sync.WaitGroup) error {
	ctx := context.Background()
	found, err := s.Lookup(ctx, ofVisitor(visitor))
	looked.Done()
	looked.Wait()
	for try := 1; ; try++ {
		if n, err := count(found, err); err != nil || n >= limit {
			return err
		}
		c := &store.Change{Changes: abi.Changes{Visitor: visitor, History: history(proposition(tab, catalog.Presented, 1))}, Since: found.Seq}
		err = s.Append(ctx, c)
		if try == 2 && errors.Is(err, store.ErrConflict) {
			c.Since = store.Always
			err = s.Append(ctx, c)
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		found, err = s.Lookup(ctx, ofVisitor(visitor))
	}
}

func count(found store.Found, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return len(entries(found.Record.Visitors[0].History)), nil
}

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
	if over := Race(t.T, t.Store, 0, 300, 2); over != 0 {
		t.Errorf("a cap was exceeded by %d", over)
	}
	Race(t.T, t.Store, 300, 30, 10) // such a page is shown as decided: no store prevents it
}

// Race has some tabs of each visitor, from the first on, show an offer at once that
// must be shown but once: each looks up, counts, and appends on the condition that
// nothing has changed; one that loses does so once more, and one that loses twice
// appends without condition. It gives by how many the cap was exceeded.
func Race(t *testing.T, s store.Store, first, visitors, tabs int) (over int) {
	t.Helper()
	for n := range visitors {
		visitor := id(first + n)
		start, errs := make(chan struct{}), make(chan error, tabs)
		var all sync.WaitGroup
		for tab := range tabs {
			all.Go(func() {
				<-start
				errs <- show(s, visitor, n*tabs+tab)
			})
		}
		close(start)
		all.Wait()
		for range tabs {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if shown := count(t, s, visitor); shown < 1 {
			t.Fatal("nothing was shown")
		} else {
			over += shown - 1
		}
	}
	return over
}

func show(s store.Store, visitor []byte, proposed int) error {
	ctx := context.Background()
	for try := range 2 {
		found, err := s.Lookup(ctx, &abi.Need{Visitor: visitor, Folders: [][]byte{[]byte("visitors")}})
		if err != nil {
			return err
		}
		if len(found.Record.Visitors[0].History) > 0 {
			return nil // the cap
		}
		c := &store.Change{Changes: abi.Changes{Visitor: visitor, History: history(proposition(proposed, catalog.Presented, 1))}, Since: found.Seq}
		err = s.Append(ctx, c)
		if try == 1 && errors.Is(err, store.ErrConflict) {
			c.Since = store.Always
			err = s.Append(ctx, c)
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

func count(t *testing.T, s store.Store, visitor []byte) int {
	t.Helper()
	found, err := s.Lookup(context.Background(), &abi.Need{Visitor: visitor, Folders: [][]byte{[]byte("visitors")}})
	if err != nil {
		t.Fatal(err)
	}
	return len(entries(found.Record.Visitors[0].History))
}

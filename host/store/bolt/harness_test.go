package bolt_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func id(n int) []byte { return fmt.Appendf(nil, "visitor %08d", n) }

// shown is a change that shows the n-th visitor a proposition at a time.
func shown(n, proposition int, at time.Time) *store.Change {
	return &store.Change{Since: store.Always, Time: at.UnixMilli(), Changes: abi.Changes{Visitor: id(n), History: abi.AppendHistory(nil, []abi.HistoryEntry{{
		ID: fmt.Appendf(nil, "%08d", proposition), Offer: []byte("beach"), Channel: []byte("web"), Status: catalog.Presented, Time: at.UnixMilli(), First: at.UnixMilli(),
	}})}}
}

func put(t testing.TB, s store.Appender, c *store.Change) {
	t.Helper()
	if err := s.Append(context.Background(), c); err != nil {
		t.Fatal(err)
	}
}

// history is how many propositions a visitor has.
func history(t testing.TB, s store.Reader, n int) int {
	t.Helper()
	f, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(n), Folders: [][]byte{nil}})
	if err != nil {
		t.Fatal(err)
	}
	return f.Record.Visitors[0].History.Len()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

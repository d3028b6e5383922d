package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// bench is one case's store, with a clock that stands still.
type bench struct {
	*testing.T
	store.Store
	open Open
	dir  string

	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) ms() int64 { return b.clock().UnixMilli() }

func (b *bench) reopen() {
	b.Helper()
	b.close()
	b.Store = b.open(b.T, b.dir, b.clock)
}

func (b *bench) close() {
	if b.Store == nil {
		return
	}
	if err := b.Store.Close(); err != nil {
		b.Errorf("Close: %v", err)
	}
}

// id is the n-th visitor.
func id(n int) []byte { return fmt.Appendf(nil, "visitor %08d", n) }

// proposition is an entry of the n-th proposition.
func proposition(n int, status catalog.Status, at int64) abi.HistoryEntry {
	return abi.HistoryEntry{
		ID: fmt.Appendf(nil, "%08d", n), Offer: fmt.Appendf(nil, "offer-%d", n%7), Space: []byte("hero"), Channel: []byte("web"),
		Status: status, Time: at, Environment: []byte("visitors"), First: at,
	}
}

func history(list ...abi.HistoryEntry) abi.History { return abi.AppendHistory(nil, list) }

// data is a visitor's data in a folder.
func data(folder, value string) []abi.FolderChange {
	return []abi.FolderChange{{
		Folder:     []byte(folder),
		Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("country"), Value: wire.AppendStr(nil, value)}}),
	}}
}

// visit is a change of a visitor.
func visit(n int, list ...abi.HistoryEntry) abi.Changes {
	c := abi.Changes{Visitor: id(n)}
	if len(list) > 0 {
		c.History = history(list...)
	}
	return c
}

func (b *bench) append(c abi.Changes, events ...string) [][]byte {
	b.Helper()
	lines, err := b.try(&store.Change{Changes: c, Since: store.Always}, events...)
	if err != nil {
		b.Fatalf("Append: %v", err)
	}
	return lines
}

func (b *bench) try(c *store.Change, events ...string) ([][]byte, error) {
	c.Time = b.ms()
	for _, line := range events {
		c.Events = append(c.Events, []byte(line))
	}
	err := b.Append(context.Background(), c)
	return c.Events, err
}

func (b *bench) find(n *abi.Need) store.Found {
	b.Helper()
	f, err := b.Lookup(context.Background(), n)
	if err != nil {
		b.Fatalf("Lookup: %v", err)
	}
	return f
}

// visitor is what is known of the n-th visitor in the folder "visitors".
func (b *bench) visitor(n int) abi.Visitor {
	b.Helper()
	r := b.find(&abi.Need{Visitor: id(n), Folders: [][]byte{[]byte("visitors")}}).Record
	if len(r.Visitors) != 1 {
		b.Fatalf("a record of %d folders, want 1", len(r.Visitors))
	}
	return r.Visitors[0]
}

// entries lists a history.
func entries(h abi.History) (out []abi.HistoryEntry) {
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		out = append(out, e)
	}
	return out
}

// told says what a history has, for comparing.
func told(h abi.History) (out []string) {
	for _, e := range entries(h) {
		out = append(out, fmt.Sprintf("%s %s/%s/%s/%s %d at %d since %d", e.ID, e.Environment, e.Offer, e.Space, e.Channel, e.Status, e.First, e.Time))
	}
	return out
}

func (b *bench) same(what string, got, want any) {
	b.Helper()
	if g, w := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); g != w {
		b.Fatalf("%s: got %s, want %s", what, g, w)
	}
}

// line is an event line of the n-th proposition.
func line(kind string, n int) string {
	return fmt.Sprintf("proffer-event/1 e=%s&t=1790000000000&p=%x&v=visitors&s=hero&c=web&o=beach", kind, fmt.Appendf(nil, "%08d", n))
}

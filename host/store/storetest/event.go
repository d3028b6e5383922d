package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// events lists pending events once they are durable.
func (b *bench) events(after uint64, limit int) (lines []string) {
	b.Helper()
	b.sync()
	list, err := b.Pending(after, limit)
	if err != nil {
		b.Fatalf("Pending: %v", err)
	}
	for i, e := range list {
		if e.Seq <= after || i > 0 && e.Seq <= list[i-1].Seq {
			b.Fatalf("event %d comes after %d", e.Seq, after)
		}
		lines = append(lines, string(e.Line))
	}
	return lines
}

// sync waits until everything before is durable.
func (b *bench) sync() {
	b.Helper()
	if _, err := b.try(&store.Change{Since: store.Always, Durable: true}); err != nil {
		b.Fatalf("Append: %v", err)
	}
}

func alias(line []byte) string {
	_, a, _ := strings.Cut(string(line), "&a=")
	return a
}

func aliases(t *bench) {
	if lines := t.append(abi.Changes{Visitor: id(1)}, line("seen", 1)); alias(lines[0]) != "" {
		t.Fatalf("a visitor without a row has an alias: %s", lines[0])
	}
	first := t.append(visit(1, proposition(1, catalog.Presented, t.ms())), line("shown", 1), line("seen", 1))
	want := alias(first[0])
	if len(want) != 16 || alias(first[1]) != want {
		t.Fatalf("got %s", first)
	}
	if got := string(first[0]); got != line("shown", 1)+"&a="+want {
		t.Fatalf("got %s", got)
	}
	t.reopen()
	if again := t.append(abi.Changes{Visitor: id(1)}, line("clicked", 1)); alias(again[0]) != want {
		t.Fatalf("got %s, want %s", again[0], want)
	}
	if other := t.append(visit(2, proposition(2, catalog.Presented, t.ms())), line("shown", 2)); alias(other[0]) == want || len(alias(other[0])) != 16 {
		t.Fatalf("another visitor has %s", other[0])
	}
}

func personAlias(t *bench) {
	c := identify(1, "ada", proposition(1, catalog.Presented, t.ms()))
	c.Persons = []abi.PersonChange{{Source: []byte("token"), Key: []byte("ada"), History: history(proposition(2, catalog.Presented, t.ms()))}}
	one := t.append(c, line("shown", 1), line("shown", 2))
	c = identify(2, "ada", proposition(3, catalog.Presented, t.ms()))
	c.Persons = []abi.PersonChange{{Source: []byte("token"), History: history(proposition(4, catalog.Presented, t.ms()))}}
	two := t.append(c, line("shown", 3), line("shown", 4))
	if alias(one[1]) == alias(one[0]) || alias(one[1]) != alias(two[1]) || alias(one[0]) == alias(two[0]) {
		t.Fatalf("got %s and %s", one, two)
	}
}

func outbox(t *bench) {
	var want []string
	for n := range 30 {
		kind := [...]string{"decided", "seen", "clicked", "accepted"}[n%4]
		lines := t.append(visit(n%5, proposition(n, catalog.Presented, t.ms())), line(kind, n))
		want = append(want, string(lines[0]))
	}
	t.same("events", t.events(0, 100), want)
	select {
	case <-t.Arrivals():
	default:
		t.Fatal("nobody was told")
	}
	list, err := t.Pending(0, 10)
	if err != nil || len(list) != 10 {
		t.Fatalf("Pending: %d events, %v", len(list), err)
	}
	if err := t.Delivered(list[9].Seq); err != nil {
		t.Fatal(err)
	}
	t.same("the rest", t.events(0, 100), want[10:])
	t.reopen()
	t.same("the rest of another day", t.events(0, 100), want[10:])
	t.same("after one", t.events(list[9].Seq+5, 2), want[15:17])
	if err := t.Delivered(1 << 60); err != nil {
		t.Fatal(err)
	}
	t.same("nothing", t.events(0, 100), []string(nil))
	lines := t.append(visit(1, proposition(99, catalog.Presented, t.ms())), line("seen", 99))
	t.same("a new one", t.events(0, 100), []string{string(lines[0])})
}

// The outbox has 64 KiB.
func shedding(t *bench) {
	kinds := func() (out map[string]int) {
		out = map[string]int{}
		for _, l := range t.events(0, 10000) {
			_, l, _ = strings.Cut(l, "e=")
			l, _, _ = strings.Cut(l, "&")
			out[l]++
		}
		return out
	}
	fill := func(kind string, n int) (err error) {
		for i := 0; i < n && err == nil; i += 50 {
			var lines []string
			for range 50 {
				lines = append(lines, line(kind, i))
			}
			_, err = t.try(&store.Change{Since: store.Always, Durable: kind == "accepted"}, lines...)
		}
		return err
	}
	for _, kind := range [...]string{"accepted", "clicked", "seen", "decided", "shown"} {
		if err := fill(kind, 100); err != nil {
			t.Fatal(err)
		}
	}
	if got := kinds(); fmt.Sprint(got) != "map[accepted:100 clicked:100 decided:100 seen:100 shown:100]" {
		t.Fatalf("got %v", got)
	}
	if err := fill("clicked", 400); err != nil {
		t.Fatal(err)
	}
	if got := kinds(); got["accepted"] != 100 || got["decided"]+got["shown"] > 20 || got["clicked"] < 400 {
		t.Fatalf("got %v", got)
	}
	if err := fill("accepted", 10000); !errors.Is(err, store.ErrFull) {
		t.Fatalf("Append: %v, want %v", err, store.ErrFull)
	}
	got := kinds()
	if got["clicked"]+got["seen"]+got["decided"]+got["shown"] > 50 || got["accepted"] < 300 {
		t.Fatalf("got %v", got)
	}
	var kept int
	for _, l := range t.events(0, 10000) {
		kept += len(l)
	}
	if kept > 64<<10 {
		t.Fatalf("%d bytes, want 65536 at most", kept)
	}
	if err := fill("decided", 100); err != nil {
		t.Fatalf("a page's event is refused: %v", err)
	}
	list, err := t.Pending(0, 200)
	if err != nil {
		t.Fatal(err)
	}
	if err := t.Delivered(list[len(list)-1].Seq); err != nil {
		t.Fatal(err)
	}
	t.sync()
	if err := fill("accepted", 50); err != nil {
		t.Fatalf("there is room again: %v", err)
	}
}

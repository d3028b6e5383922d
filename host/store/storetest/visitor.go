package storetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

func unknown(t *bench) {
	f := t.find(&abi.Need{Visitor: id(1), Folders: [][]byte{[]byte("a"), []byte("b")}, Sources: [][]byte{[]byte("crm")}})
	if len(f.Record.Visitors) != 2 || f.Record.Visitors[0].Known || f.Record.Visitors[1].Known || len(f.Record.Persons) != 0 {
		t.Fatalf("got %+v", f.Record)
	}
}

func readYourWrites(t *bench) {
	c := visit(1, proposition(1, catalog.Presented, t.ms()))
	c.Folders = data("visitors", "FR")
	t.append(c)
	v := t.visitor(1)
	if !v.Known {
		t.Fatal("the visitor is not known")
	}
	t.same("attributes", []byte(v.Attributes), []byte(c.Folders[0].Attributes))
	t.same("history", told(v.History), told(c.History))
}

func frozen(t *bench) {
	t.append(visit(1, proposition(1, catalog.Presented, t.ms())))
	before := t.visitor(1)
	was := told(before.History)
	t.append(visit(1, proposition(1, catalog.Accepted, t.ms()), proposition(2, catalog.Presented, t.ms())))
	t.same("the record of before", told(before.History), was)
}

func copied(t *bench) {
	c := visit(1, proposition(1, catalog.Presented, t.ms()))
	c.Folders = data("visitors", "FR")
	c.Person = abi.PersonKey{Source: []byte("crm"), Key: []byte("ada")}
	lines := [][]byte{[]byte(line("decided", 1))}
	if err := t.Append(context.Background(), &store.Change{Changes: c, Since: store.Always, Events: lines, Durable: true}); err != nil {
		t.Fatal(err)
	}
	want := told(t.visitor(1).History)
	kept := string(lines[0])
	for _, b := range [][]byte{c.Visitor, c.History[3:], c.Folders[0].Folder, c.Folders[0].Attributes, c.Person.Key, lines[0]} {
		for i := range b {
			b[i] = 'x'
		}
	}
	t.same("history", told(t.visitor(1).History), want)
	t.same("event", t.events(0, 9), []string{kept})
}

func noRow(t *bench) {
	for n := range 1000 {
		t.append(abi.Changes{Visitor: id(n)})
	}
	var who store.Subject
	copy(who.Visitor[:], id(1))
	if err := t.Export(context.Background(), who, io.Discard); !errors.Is(err, store.ErrUnknown) {
		t.Fatalf("Export: %v, want %v", err, store.ErrUnknown)
	}
}

// Who has a row is known in every folder; the data of one is not another's.
func folders(t *bench) {
	t.append(abi.Changes{Visitor: id(1), Folders: data("a", "FR")})
	need := &abi.Need{Visitor: id(1), Folders: [][]byte{[]byte("b"), []byte("a")}}
	r := t.find(need).Record
	if len(r.Visitors) != 2 || !r.Visitors[0].Known || len(r.Visitors[0].Attributes) > 0 || !r.Visitors[1].Known {
		t.Fatalf("got %+v", r.Visitors)
	}
	t.append(abi.Changes{Visitor: id(1), Folders: data("b", "DE")})
	r = t.find(need).Record
	t.same("b", []byte(r.Visitors[0].Attributes), []byte(data("b", "DE")[0].Attributes))
	t.same("a", []byte(r.Visitors[1].Attributes), []byte(data("a", "FR")[0].Attributes))
	t.append(visit(2, proposition(1, catalog.Presented, t.ms())))
	if !t.visitor(2).Known {
		t.Fatal("a visitor of whom there are only propositions is not known")
	}
}

func idempotent(t *bench) {
	c := visit(1, proposition(2, catalog.Accepted, t.ms()), proposition(1, catalog.Generated, t.ms()-1))
	c.Folders = data("visitors", "FR")
	folded := proposition(3, catalog.Presented, t.ms()-2)
	folded.ID = nil
	c.History = history(append(entries(c.History), folded)...)
	t.append(c)
	before := t.find(&abi.Need{Visitor: id(1)})
	want := told(t.visitor(1).History)
	t.advance(time.Second)
	for range 3 {
		if _, err := t.try(&store.Change{Changes: c, Since: before.Seq - 1}); err != nil {
			t.Fatalf("what changes nothing is no conflict: %v", err)
		}
	}
	t.same("history", told(t.visitor(1).History), want)
	if len(want) != 3 {
		t.Fatalf("%d entries, want 3", len(want))
	}
}

func precedence(t *bench) {
	at := t.ms() - 1000
	for i, c := range [...]struct {
		told []catalog.Status // one after the other, each a millisecond later
		want catalog.Status
		last int64
	}{
		{[]catalog.Status{catalog.Generated, catalog.Presented}, catalog.Presented, 1},
		{[]catalog.Status{catalog.Presented, catalog.Generated}, catalog.Presented, 0},
		{[]catalog.Status{catalog.Interested, catalog.Presented}, catalog.Interested, 0},
		{[]catalog.Status{catalog.Accepted, catalog.Interested}, catalog.Accepted, 0},
		{[]catalog.Status{catalog.Accepted, catalog.Rejected}, catalog.Rejected, 1},
		{[]catalog.Status{catalog.Rejected, catalog.Scheduled}, catalog.Scheduled, 1},
		{[]catalog.Status{catalog.Accepted, catalog.Rejected, catalog.Accepted}, catalog.Accepted, 2},
		{[]catalog.Status{catalog.Presented, catalog.Presented}, catalog.Presented, 0},
		{[]catalog.Status{catalog.Generated, abi.Withdrawn}, abi.Withdrawn, 1},
		{[]catalog.Status{abi.Withdrawn, catalog.Presented}, abi.Withdrawn, 0},
		{[]catalog.Status{catalog.Accepted, abi.Withdrawn}, catalog.Accepted, 0},
	} {
		var list []abi.HistoryEntry
		for n, s := range c.told {
			e := proposition(i, s, at+int64(n))
			e.First = at
			list = append(list, e)
		}
		for _, e := range list {
			t.append(visit(i, e))
		}
		slices.Reverse(list)
		t.append(visit(100+i, list...))
		for _, n := range [...]int{i, 100 + i} {
			got := entries(t.visitor(n).History)
			if len(got) != 1 || got[0].Status != c.want || got[0].Time != at+c.last || got[0].First != at {
				t.Fatalf("%v of visitor %d became %v, want %d since %d", c.told, n, told(t.visitor(n).History), c.want, at+c.last)
			}
		}
	}
}

func withdrawn(t *bench) {
	at := t.ms() - 1000
	for n, s := range [...]catalog.Status{catalog.Generated, abi.Withdrawn, catalog.Interested} {
		t.append(visit(1, proposition(1, s, at+int64(n))))
	}
	if got := entries(t.visitor(1).History); len(got) != 1 || got[0].Status != catalog.Interested {
		t.Fatalf("got %v", told(t.visitor(1).History))
	}
}

// A clock that goes wrong by a year, or stands still, loses nothing and lets
// nothing through.
func future(t *bench) {
	const year = 365 * 24 * time.Hour
	now := t.ms()
	t.append(visit(1, proposition(1, catalog.Presented, now+year.Milliseconds())))
	if got := entries(t.visitor(1).History); len(got) != 1 || got[0].Time != now || got[0].First != now {
		t.Fatalf("got %v, want %d", told(t.visitor(1).History), now)
	}
	t.advance(year)
	t.append(visit(1, proposition(2, catalog.Presented, t.ms())))
	t.advance(-2 * year)
	t.append(visit(1, proposition(3, catalog.Presented, t.ms()), proposition(1, catalog.Accepted, t.ms())))
	got := entries(t.visitor(1).History)
	if len(got) != 3 {
		t.Fatalf("got %v, want 3 propositions", told(t.visitor(1).History))
	}
	for _, e := range got {
		if e.ID[7] == '1' && e.Status != catalog.Accepted {
			t.Fatalf("proposition 1 is %d, want accepted", e.Status)
		}
	}
}

func bounded(t *bench) {
	const many = 3000
	var list []abi.HistoryEntry
	for n := range many {
		list = append(list, proposition(n, catalog.Presented, t.ms()-many+int64(n)))
	}
	for ; len(list) > 0; list = list[100:] {
		t.append(visit(1, list[:100]...))
	}
	got := entries(t.visitor(1).History)
	if len(got) < 100 || len(got) > 1024 {
		t.Fatalf("%d propositions, want 100 to 1024", len(got))
	}
	for i, e := range got {
		if want := proposition(many-1-i, catalog.Presented, 0).ID; string(e.ID) != string(want) {
			t.Fatalf("proposition %d from the newest is %s, want %s", i, e.ID, want)
		}
	}
}

func conflict(t *bench) {
	seen := t.find(&abi.Need{Visitor: id(1)}).Seq
	t.append(visit(1, proposition(1, catalog.Presented, t.ms())))
	c := visit(1, proposition(2, catalog.Presented, t.ms()))
	c.Folders = data("visitors", "FR")
	_, err := t.try(&store.Change{Changes: c, Since: seen}, line("decided", 2))
	if !errors.Is(err, store.ErrConflict) {
		t.Fatalf("Append: %v, want %v", err, store.ErrConflict)
	}
	if v := t.visitor(1); len(entries(v.History)) != 1 || len(v.Attributes) > 0 {
		t.Fatalf("half of it was taken in: %+v", v)
	}
	t.append(visit(2, proposition(3, catalog.Presented, t.ms()))) // somebody else
	if _, err := t.try(&store.Change{Changes: c, Since: t.find(&abi.Need{Visitor: id(1)}).Seq}); err != nil {
		t.Fatal(err)
	}
}

func firstRequests(t *bench) {
	seen := t.find(&abi.Need{Visitor: id(1)}).Seq
	if _, err := t.try(&store.Change{Changes: visit(1, proposition(1, catalog.Presented, t.ms())), Since: seen}); err != nil {
		t.Fatal(err)
	}
	_, err := t.try(&store.Change{Changes: visit(1, proposition(2, catalog.Presented, t.ms())), Since: seen})
	if !errors.Is(err, store.ErrConflict) {
		t.Fatalf("Append: %v, want %v", err, store.ErrConflict)
	}
}

func malformed(t *bench) {
	good := history(proposition(1, catalog.Presented, t.ms()))
	for i, c := range [...]abi.Changes{
		{Visitor: []byte("short"), History: good},
		{Visitor: id(1), History: good[:len(good)-1]},
		{Visitor: id(1), History: abi.History("\xdd\xff\xff\xff\xff")},
		{Visitor: id(1), History: append(slices.Clone(good), 0)},
		{Visitor: id(1), Folders: []abi.FolderChange{{Folder: []byte("visitors"), Attributes: abi.Attributes("\xdf\xff\xff\xff\xff")}}},
		{Visitor: id(1), Link: abi.Link{Hash: []byte("short")}, History: good},
		{Visitor: id(1), Persons: []abi.PersonChange{{Key: []byte("ada"), History: abi.History("\xc1")}}},
	} {
		if _, err := t.try(&store.Change{Changes: c, Since: store.Always}); err == nil {
			t.Errorf("change %d was taken in", i)
		}
	}
	if len(t.visitor(1).History) > 0 {
		t.Error("half of one was taken in")
	}
}

func canceled(t *bench) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := t.Append(ctx, &store.Change{Changes: visit(1, proposition(1, catalog.Presented, t.ms())), Since: store.Always}); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v", err)
	}
	if _, err := t.Lookup(ctx, &abi.Need{Visitor: id(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("Lookup: %v", err)
	}
	if len(t.visitor(1).History) > 0 {
		t.Error("it was taken in")
	}
}

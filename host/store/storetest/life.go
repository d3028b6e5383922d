package storetest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

func closed(t *bench) {
	t.append(visit(1, proposition(1, catalog.Presented, t.ms())))
	s := t.Store
	t.close()
	t.Store = nil
	if _, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(1)}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Lookup: %v", err)
	}
	for _, d := range [...]bool{false, true} {
		if err := s.Append(context.Background(), &store.Change{Changes: visit(1, proposition(2, catalog.Presented, 1)), Durable: d}); !errors.Is(err, store.ErrClosed) {
			t.Errorf("Append: %v", err)
		}
	}
	if _, err := s.Pending(0, 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Pending: %v", err)
	}
	if err := s.Delivered(1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Delivered: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func reopened(t *bench) {
	c := identify(1, "ada", proposition(2, catalog.Accepted, t.ms()), proposition(1, catalog.Presented, t.ms()-1))
	c.Folders = append(data("a", "FR"), data("b", "DE")...)
	t.append(c)
	need := &abi.Need{Visitor: id(1), Link: link("ada"), Folders: [][]byte{[]byte("a"), []byte("b")}}
	before := t.find(need)
	t.reopen()
	after := t.find(need)
	t.same("history", told(after.Record.Visitors[0].History), told(before.Record.Visitors[0].History))
	for i := range 2 {
		t.same("attributes", []byte(after.Record.Visitors[i].Attributes), []byte(c.Folders[i].Attributes))
	}
	t.isPerson(need, "ada")
	if after.Seq < before.Seq {
		t.Errorf("the order of changes goes back from %d to %d", before.Seq, after.Seq)
	}
}

// A copy of the files is what is left of a process that was killed.
func durable(t *bench) {
	if _, err := t.try(&store.Change{Changes: visit(1, proposition(1, catalog.Accepted, t.ms())), Since: store.Always, Durable: true}, line("accepted", 1)); err != nil {
		t.Fatal(err)
	}
	list, err := t.Pending(0, 9)
	if err != nil || len(list) != 1 || !strings.Contains(string(list[0].Line), "e=accepted") {
		t.Fatalf("Pending: %d events, %v", len(list), err)
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(t.dir)); err != nil {
		t.Fatal(err)
	}
	after := &bench{T: t.T, Store: t.open(t.T, copied, t.clock), now: t.now}
	defer after.close()
	if got := entries(after.visitor(1).History); len(got) != 1 || got[0].Status != catalog.Accepted {
		t.Fatalf("got %v", told(after.visitor(1).History))
	}
	after.same("events", after.events(0, 9), []string{string(list[0].Line)})
}

func subject(n int) (who store.Subject) {
	copy(who.Visitor[:], id(n))
	return who
}

func erased(t *bench) {
	c := identify(1, "ada", proposition(1, catalog.Presented, t.ms()))
	c.Folders = data("visitors", "FR")
	name := alias(t.append(c, line("shown", 1))[0])
	if err := t.Erase(context.Background(), subject(1)); err != nil {
		t.Fatal(err)
	}
	events := t.events(0, 9)
	if last := events[len(events)-1]; !strings.Contains(last, " e=erased&") || alias([]byte(last)) != name {
		t.Errorf("got %s, want that %s was erased", last, name)
	}
	t.append(visit(1, proposition(2, catalog.Presented, t.ms())), line("shown", 2)) // was on its way
	for range 2 {
		r := t.find(&abi.Need{Visitor: id(1), Folders: [][]byte{[]byte("visitors")}, Link: link("ada")}).Record
		if !r.Erased || len(r.Visitors) != 1 || r.Visitors[0].Known || len(r.Visitors[0].History) > 0 || len(r.Persons) > 0 {
			t.Fatalf("got %+v", r)
		}
		_, others := t.person(&abi.Need{Key: c.Person})
		if len(others) > 0 {
			t.Fatalf("the person still has %v", told(others))
		}
		t.reopen()
	}
	if err := t.Erase(context.Background(), subject(7)); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("Erase: %v, want %v", err, store.ErrUnknown)
	}
	if !t.find(&abi.Need{Visitor: id(7)}).Record.Erased {
		t.Error("the cookie of an unknown visitor is not a stranger's")
	}
	t.append(visit(3, proposition(1, catalog.Presented, t.ms())))
	t.append(abi.Changes{Visitor: id(3), Forget: true})
	if !t.find(&abi.Need{Visitor: id(3)}).Record.Erased {
		t.Error("a visitor who asked to be forgotten is not")
	}
}

func erasedPerson(t *bench) {
	c := identify(1, "ada", proposition(1, catalog.Presented, t.ms()))
	c.Persons = []abi.PersonChange{{Source: []byte("token"), Key: []byte("ada"), History: history(proposition(2, catalog.Presented, t.ms()))}}
	t.append(c)
	t.append(identify(2, "ada", proposition(3, catalog.Presented, t.ms())))
	who := store.Subject{Source: "token", Key: "ada"}
	if err := t.Erase(context.Background(), who); err != nil {
		t.Fatal(err)
	}
	t.isPerson(&abi.Need{Key: c.Person}, "")
	t.isPerson(&abi.Need{Link: link("ada")}, "")
	for n := 1; n <= 2; n++ {
		if !t.find(&abi.Need{Visitor: id(n)}).Record.Erased {
			t.Errorf("visitor %d is not erased", n)
		}
	}
	if err := t.Erase(context.Background(), who); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("Erase: %v, want %v", err, store.ErrUnknown)
	}
}

func export(t *bench) {
	c := identify(1, "ada", proposition(1, catalog.Accepted, t.ms()))
	c.Folders = data("visitors", "FR")
	lines, err := t.try(&store.Change{
		Changes: c, Since: store.Always,
		Details:     []abi.Proposition{{ID: proposition(1, 0, 0).ID, Categories: [][]byte{[]byte("travel"), []byte("sun")}, Rank: 4, Weight: 12.5, Mode: abi.Anonymous}},
		Interaction: bytes.Repeat([]byte{0xab}, abi.InteractionSize), Snapshot: bytes.Repeat([]byte{0xcd}, abi.HashSize),
	}, line("accepted", 1))
	if err != nil {
		t.Fatal(err)
	}
	text := t.exported(subject(1))
	for _, want := range [...]string{
		hex.EncodeToString(id(1)), alias(lines[0]), "FR", "ada", "accepted", "offer-1", "travel", "sun", "12.5", "anonymous",
		strings.Repeat("ab", abi.InteractionSize), strings.Repeat("cd", abi.HashSize), "2026-07-10T12:00:00.000Z",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if text := t.exported(store.Subject{Source: "token", Key: "ada"}); !strings.Contains(text, hex.EncodeToString(id(1))) {
		t.Errorf("the visitor is not in %s", text)
	}
	if err := t.Export(context.Background(), subject(2), io.Discard); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("Export: %v, want %v", err, store.ErrUnknown)
	}
}

func (b *bench) exported(who store.Subject) string {
	b.Helper()
	var out bytes.Buffer
	if err := b.Export(context.Background(), who, &out); err != nil {
		b.Fatalf("Export: %v", err)
	}
	if text := out.String(); !json.Valid(out.Bytes()) || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		b.Fatalf("not one object and a line end: %s", text)
	}
	return out.String()
}

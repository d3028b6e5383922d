package storetest

import (
	"bytes"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// identify is a change in which the n-th visitor is identified.
func identify(n int, key string, list ...abi.HistoryEntry) abi.Changes {
	c := visit(n, list...)
	c.Person = abi.PersonKey{Source: []byte("token"), Key: []byte(key)}
	c.Link = link(key)
	return c
}

func link(key string) abi.Link {
	return abi.Link{Source: []byte("token"), KeyID: 3, Hash: bytes.Repeat([]byte(key)[:1], abi.LinkSize)}
}

// person is what the store has of the person whom a visitor's cookie names; nil if
// nobody.
func (b *bench) person(n *abi.Need) (*abi.Person, abi.History) {
	b.Helper()
	r := b.find(n).Record
	switch len(r.Persons) {
	case 0:
		return nil, nil
	case 1:
		return &r.Persons[0], r.Linked
	}
	b.Fatalf("%d persons", len(r.Persons))
	return nil, nil
}

func (b *bench) isPerson(n *abi.Need, key string) {
	b.Helper()
	p, _ := b.person(n)
	if key == "" && p != nil || key != "" && (p == nil || string(p.Key) != key || string(p.Source) != "token") {
		b.Fatalf("found %+v, want %q", p, key)
	}
}

func linking(t *bench) {
	c := identify(1, "ada")
	c.Persons = []abi.PersonChange{{Source: []byte("token"), Key: []byte("ada"), History: history(proposition(1, catalog.Accepted, t.ms()))}}
	t.append(c)
	t.isPerson(&abi.Need{Visitor: id(1), Link: link("ada")}, "ada")
	t.isPerson(&abi.Need{Key: c.Person}, "ada")
	t.isPerson(&abi.Need{Visitor: id(1), Link: link("bob")}, "ada")
	t.isPerson(&abi.Need{Link: link("bob")}, "")
	t.isPerson(&abi.Need{Key: abi.PersonKey{Source: []byte("token"), Key: []byte("bob")}}, "")
	p, _ := t.person(&abi.Need{Link: link("ada")})
	t.same("history", told(p.History), told(c.Persons[0].History))
	t.isPerson(&abi.Need{Sources: [][]byte{[]byte("token")}, Link: link("ada")}, "ada")
	t.isPerson(&abi.Need{Sources: [][]byte{[]byte("crm")}, Key: c.Person, Link: link("ada")}, "")
}

// The cookie of a visitor whose row has gone still names the person, and what is
// new of the person is known by the link alone.
func linkAlone(t *bench) {
	t.append(identify(1, "ada"))
	t.isPerson(&abi.Need{Visitor: id(9), Link: link("ada")}, "ada")
	e := proposition(1, catalog.Presented, t.ms())
	t.append(abi.Changes{Visitor: id(9), Link: link("ada"), Persons: []abi.PersonChange{{Source: []byte("token"), History: history(e)}}})
	p, _ := t.person(&abi.Need{Key: abi.PersonKey{Source: []byte("token"), Key: []byte("ada")}})
	t.same("history", told(p.History), told(history(e)))
	t.reopen()
	t.isPerson(&abi.Need{Visitor: id(9), Link: link("ada")}, "ada")
}

func relinking(t *bench) {
	t.append(identify(1, "ada", proposition(1, catalog.Presented, t.ms())))
	t.append(identify(2, "ada", proposition(2, catalog.Presented, t.ms())))
	t.append(identify(1, "bob"))
	late := visit(1)
	late.Link = link("ada") // of a page that was on its way
	t.append(late)
	key := func(name string) *abi.Need {
		return &abi.Need{Key: abi.PersonKey{Source: []byte("token"), Key: []byte(name)}}
	}
	for name, want := range map[string]int{"ada": 2, "bob": 1} {
		_, others := t.person(key(name))
		if got := entries(others); len(got) != 1 || string(got[0].ID) != string(proposition(want, 0, 0).ID) {
			t.Errorf("%s has %v, want proposition %d", name, told(others), want)
		}
	}
}

func linked(t *bench) {
	at := t.ms()
	for n := range 3 {
		t.append(identify(n, "ada", proposition(n, catalog.Presented, at-10+int64(n))))
	}
	_, others := t.person(&abi.Need{Visitor: id(1), Link: link("ada")})
	t.same("others of 1", told(others), told(history(proposition(2, catalog.Presented, at-8), proposition(0, catalog.Presented, at-10))))
	t.append(identify(3, "bob", proposition(3, catalog.Presented, at)))
	_, others = t.person(&abi.Need{Visitor: id(3), Link: link("bob")})
	if len(others) > 0 {
		t.Errorf("bob's only visitor has others: %v", told(others))
	}
	// More visitors than any store links to one person: none is two persons'.
	for n := range 600 {
		t.append(identify(100+n, "cyd", proposition(n, catalog.Presented, at-600+int64(n))))
	}
	_, others = t.person(&abi.Need{Link: link("cyd")})
	if got := entries(others); len(got) == 0 || len(got) > 256 || string(got[0].ID) != string(proposition(599, 0, 0).ID) {
		t.Errorf("%d propositions of cyd's visitors", len(got))
	}
}

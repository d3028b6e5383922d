package bolt_test

import (
	"context"
	"errors"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
)

// crm is a people source that knows ada and bob, lists visitor 5 as ada, and knows
// by which hash a cookie names bob.
type crm struct{ err error }

var level = abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("level"), Value: wire.AppendStr(nil, "gold")}})

func (p crm) Find(source, key string) ([]byte, bool, error) {
	return level, source == "crm" && (key == "ada" || key == "bob"), p.err
}

func (p crm) OfVisitor(source string, visitor [16]byte) (string, bool, error) {
	return "ada", source == "crm" && string(visitor[:]) == string(id(5)), p.err
}

func (p crm) OfLink(source string, keyID uint8, hash [16]byte) (string, bool, error) {
	return "bob", source == "crm" && keyID == 2 && string(hash[:]) == bobsHash, p.err
}

func isCRM(source string) bool { return source == "crm" }

const bobsHash = "the hash of bob "

func TestPeople(t *testing.T) {
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, People: crm{}, HasSource: isCRM})
	sources := [][]byte{[]byte("crm"), []byte("other")}
	key := func(source, name string) abi.PersonKey {
		return abi.PersonKey{Source: []byte(source), Key: []byte(name)}
	}
	link := abi.Link{Source: []byte("crm"), KeyID: 2, Hash: []byte(bobsHash)}
	linked := shown(7, 1, c.Now())
	linked.Changes.Person = key("crm", "ada")
	put(t, s, linked)
	gone := shown(8, 1, c.Now())
	gone.Changes.Person = key("crm", "cyd") // left the source since
	put(t, s, gone)
	for _, test := range [...]struct {
		name string
		need abi.Need
		want string
	}{
		{"by key", abi.Need{Key: key("crm", "ada")}, "ada"},
		{"by a key of whichever source", abi.Need{Key: abi.PersonKey{Key: []byte("bob")}}, "bob"},
		{"by a key that the source does not know", abi.Need{Key: key("crm", "cyd")}, ""},
		{"by another source's key", abi.Need{Key: key("token", "ada")}, ""},
		{"the key before the link", abi.Need{Key: key("crm", "ada"), Link: link}, "ada"},
		{"by the source's hash", abi.Need{Link: link}, "bob"},
		{"by another key's hash", abi.Need{Link: abi.Link{Source: []byte("crm"), KeyID: 3, Hash: []byte(bobsHash)}}, ""},
		{"the link before the list", abi.Need{Visitor: id(5), Link: link}, "bob"},
		{"by the source's list", abi.Need{Visitor: id(5)}, "ada"},
		{"by the visitor's row", abi.Need{Visitor: id(7)}, "ada"},
		{"by the row, and the source knows nobody", abi.Need{Visitor: id(8)}, ""},
		{"nobody", abi.Need{Visitor: id(9)}, ""},
	} {
		test.need.Sources = sources
		f, err := s.Lookup(context.Background(), &test.need)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range f.Record.Persons {
			got += string(p.Key)
			if string(p.Source) != "crm" || string(p.Attributes) != string(level) {
				t.Errorf("%s: got %+v", test.name, p)
			}
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	// A history by the source's hash alone becomes bob's.
	put(t, s, &store.Change{Since: store.Always, Changes: abi.Changes{Visitor: id(9), Link: link, Persons: []abi.PersonChange{{Source: []byte("crm"), History: shown(0, 3, c.Now()).Changes.History}}}})
	f, err := s.Lookup(context.Background(), &abi.Need{Sources: sources, Key: key("crm", "bob")})
	if err != nil || len(f.Record.Persons) != 1 || f.Record.Persons[0].History.Len() != 1 {
		t.Errorf("%+v, %v", f.Record.Persons, err)
	}
}

// Of a source from which nobody is imported a person is known by the row.
func TestPersonOfTokens(t *testing.T) {
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, People: crm{}, HasSource: isCRM})
	change := shown(1, 1, c.Now())
	change.Changes.Person = abi.PersonKey{Source: []byte("idp"), Key: []byte("eve")}
	put(t, s, change)
	need := &abi.Need{Visitor: id(1), Sources: [][]byte{[]byte("crm"), []byte("idp")}}
	f, err := s.Lookup(context.Background(), need)
	if err != nil || len(f.Record.Persons) != 1 || string(f.Record.Persons[0].Key) != "eve" || string(f.Record.Persons[0].Source) != "idp" {
		t.Errorf("%+v, %v", f.Record.Persons, err)
	}
}

func TestPeopleFail(t *testing.T) {
	broken := errors.New("broken")
	s := openAt(t, bolt.Config{Dir: t.TempDir(), People: crm{broken}, HasSource: isCRM})
	for _, n := range [...]abi.Need{{Key: abi.PersonKey{Key: []byte("ada")}}, {Visitor: id(5)}, {Link: abi.Link{Hash: []byte(bobsHash)}}} {
		n.Sources = [][]byte{[]byte("crm")}
		if _, err := s.Lookup(context.Background(), &n); !errors.Is(err, broken) {
			t.Errorf("Lookup: %v", err)
		}
	}
}

func TestConfigRefused(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]bolt.Config{
		"no directory": {}, "people": {Dir: dir, People: crm{}}, "delay": {Dir: dir, Delay: -1}, "pending": {Dir: dir, Pending: 1}, "outbox_bytes": {Dir: dir, OutboxBytes: 1},
	} {
		if _, err := bolt.Open(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

package bolt

import (
	"context"
	"slices"
	"strings"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// maxLinkedRead is of how many of a person's other visitors a look-up reads the
// propositions, those linked last: some 3 µs each.
const maxLinkedRead = 32

// Lookup finds what is known, in memory or in the file; it waits for nobody who
// writes.
func (s *Store) Lookup(ctx context.Context, n *abi.Need) (found store.Found, err error) {
	if err := s.opened(ctx); err != nil {
		return store.Found{}, err
	}
	// Before anything is read: what changes from here on comes after it.
	found.Seq = s.memory.place()
	var visitor *row
	if len(n.Visitor) == abi.VisitorSize {
		if visitor, err = s.row(visitorKey(n.Visitor)); err != nil {
			return store.Found{}, err
		}
		if visitor == nil { // one that was erased has no row
			if found.Record.Erased, err = s.isErased(n.Visitor); err != nil {
				return store.Found{}, err
			}
		}
	}
	for _, name := range n.Folders {
		found.Record.Visitors = append(found.Record.Visitors, folder(visitor, name))
	}
	q := query{store: s, need: n, visitor: visitor, erased: found.Record.Erased}
	if err := q.persons(&found.Record); err != nil {
		return store.Found{}, err
	}
	return found, nil
}

// folder is what is known of a visitor in a folder: one that has a row is known in
// all of them, for the module tells what the row lacks. Its propositions name their
// environments, and the module takes those of the folder.
func folder(visitor *row, name []byte) abi.Visitor {
	v := abi.Visitor{Folder: slices.Clone(name)}
	if visitor == nil {
		return v
	}
	v.Known, v.History = true, visitor.history
	for i := range visitor.folders {
		if f := &visitor.folders[i]; string(f.Folder) == string(name) {
			v.Attributes = f.Attributes
		}
	}
	return v
}

// query looks for the persons of one need.
type query struct {
	store   *Store
	need    *abi.Need
	visitor *row // nil: none is known
	erased  bool
	others  []abi.HistoryEntry // propositions of the persons' other visitors
}

// persons finds the person for each source, and of the need's own sources where it
// asks for none.
func (q *query) persons(r *abi.Record) error {
	sources := q.need.Sources
	if len(sources) == 0 {
		sources = [][]byte{q.need.Key.Source, q.need.Link.Source}
	}
	for _, source := range sources {
		if !has(r.Persons, source) {
			if err := q.person(r, string(source)); err != nil {
				return err
			}
		}
	}
	if len(q.others) > 0 {
		slices.SortFunc(q.others, order)
		r.Linked = abi.AppendHistory(nil, bound(q.others))
	}
	return nil
}

func has(list []abi.Person, source []byte) bool {
	return slices.ContainsFunc(list, func(p abi.Person) bool { return string(p.Source) == string(source) })
}

// person adds the person of a source, if there is one: one that the source knows,
// or, where people are not imported from it, one that the store does.
func (q *query) person(r *abi.Record, source string) error {
	key, err := q.key(source)
	if err != nil || key == "" {
		return err
	}
	p := abi.Person{Source: []byte(source), Key: []byte(key[len(source)+2:])}
	attributes, known, err := q.store.config.People.Find(source, string(p.Key))
	if err != nil || !known && q.store.config.HasSource(source) {
		return err
	}
	held, err := q.store.row(key)
	if err != nil || held == nil && !known {
		return err
	}
	p.Attributes = attributes
	if held != nil {
		p.History = held.history
		if err := q.linked(held); err != nil {
			return err
		}
	}
	r.Persons = append(r.Persons, p)
	return nil
}

// key is that of the row of a source's person: of the one that was named, else of
// the one whom the cookie's link names, else of the one to whom the visitor's row
// is linked, else of the one for whom the source lists the visitor. It is empty if
// there is none.
func (q *query) key(source string) (string, error) {
	n, s := q.need, q.store
	if k := &n.Key; k.Key != nil && (len(k.Source) == 0 || string(k.Source) == source) {
		return personKey([]byte(source), k.Key), nil
	}
	if q.erased {
		return "", nil
	}
	if l := n.Link; len(l.Hash) > 0 && (len(l.Source) == 0 || string(l.Source) == source) {
		l.Source = []byte(source)
		if key, err := s.personOf(&l); err != nil || key != "" {
			return key, err
		}
	}
	if q.visitor != nil && q.visitor.link != "" && strings.HasPrefix(q.visitor.link[1:], source+"\x00") {
		return q.visitor.link, nil
	}
	if len(n.Visitor) != abi.VisitorSize {
		return "", nil
	}
	key, ok, err := s.config.People.OfVisitor(source, [abi.VisitorSize]byte(n.Visitor))
	if err != nil || !ok {
		return "", err
	}
	return personKey([]byte(source), []byte(key)), nil
}

// linked reads what the person's other visitors were shown.
func (q *query) linked(person *row) error {
	read := 0
	for i := range person.linked {
		id := person.linked[i][:]
		if string(id) == string(q.need.Visitor) {
			continue
		}
		if read++; read > maxLinkedRead {
			return nil
		}
		r, err := q.store.row(visitorKey(id))
		if err != nil {
			return err
		}
		if r != nil {
			q.others = append(q.others, entries(r.history)...)
		}
	}
	return nil
}

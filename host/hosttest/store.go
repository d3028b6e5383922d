package hosttest

import (
	"bytes"
	"cmp"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// Store keeps what a host's store has to keep, in maps and without any care for
// time or memory: what plugin/ABI.md says and nothing more.
type Store struct {
	visitors map[string]*row       // by id
	people   map[personKey]*person // whom it has heard of
	imports  map[string]bool       // the sources that know people of their own
	erased   map[string]bool
}

type row struct {
	folders map[string]abi.Attributes
	history []abi.HistoryEntry
	person  personKey
}

type person struct{ history []abi.HistoryEntry }

type personKey struct{ source, key string }

// NewStore is an empty store. The people of the sources that a snapshot's
// environments name are known to requests' records alone.
func NewStore(b []byte) *Store {
	s := &Store{visitors: map[string]*row{}, people: map[personKey]*person{}, erased: map[string]bool{}, imports: map[string]bool{}}
	view, err := snapshot.Open(b)
	if err != nil {
		panic(err) // it was compiled a moment ago
	}
	for i := range view.Count(snapshot.SecEnvironments) {
		s.imports[string(view.Name(view.Environment(i).People()))] = true
	}
	return s
}

// Handler is one whose host has the store: it looks up what a request needs,
// beside what the request's record holds, and takes in what is answered.
func (s *Store) Handler(inner Handler) Handler {
	var need abi.Need
	return func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		t.Helper()
		r.Flags |= abi.FlagStore
		if r.HasRecord {
			s.Fill(r, &need)
		}
		response := inner(t, settings, snapshot, r)
		if r.Kind == abi.KindEvent {
			if out, err := abi.DecodeReply(response); err == nil {
				need = out.Need
				if out.HasChanges {
					s.Append(&out.Changes)
				}
			}
			return response
		}
		if out, err := abi.DecodeResponse(response); err == nil {
			need = out.Need
			if out.Answer.HasChanges {
				s.Append(&out.Answer.Changes)
			}
		}
		return response
	}
}

// Fill puts what a need asks for into a request's record, but where the caller
// brings records of its own.
func (s *Store) Fill(r *abi.Request, n *abi.Need) {
	r.Record.Erased = s.erased[string(n.Visitor)]
	if !r.Flags.Has(abi.FlagVisitors) {
		r.Record.Visitors = nil
		v := s.visitors[string(n.Visitor)]
		for _, folder := range n.Folders {
			out := abi.Visitor{Folder: folder}
			if v != nil {
				out.Known, out.Attributes, out.History = true, v.folders[string(folder)], abi.AppendHistory(nil, v.history)
			}
			r.Record.Visitors = append(r.Record.Visitors, out)
		}
	}
	if r.Flags.Has(abi.FlagPeople) {
		return
	}
	for _, source := range n.Sources {
		if key, ok := s.find(string(source), n.Key, n.Link); ok && !s.imports[string(source)] {
			r.Record.Persons = append(r.Record.Persons, abi.Person{
				Source: source, Key: []byte(key.key), History: abi.AppendHistory(nil, s.people[key].history),
			})
			r.Record.Linked = abi.AppendHistory(nil, s.linked(key, string(n.Visitor)))
		}
	}
}

// find finds a person of a source by the key, or else by the link.
func (s *Store) find(source string, key abi.PersonKey, link abi.Link) (personKey, bool) {
	if key.Key != nil && (key.Source == nil || string(key.Source) == source) {
		k := personKey{source, string(key.Key)}
		return k, s.people[k] != nil
	}
	if link.Hash == nil || string(link.Source) != source {
		return personKey{}, false
	}
	l := visitor.Link{Set: true, KeyID: link.KeyID, Source: link.Source, Hash: [16]byte(link.Hash)}
	for k := range s.people {
		if k.source == source && l.Matches(seal.TestKeyring(), []byte(k.source), []byte(k.key)) {
			return k, true
		}
	}
	return personKey{}, false
}

// linked is what a person's other visitors were shown.
func (s *Store) linked(key personKey, but string) (out []abi.HistoryEntry) {
	for id, v := range s.visitors {
		if v.person == key && id != but {
			out = append(out, v.history...)
		}
	}
	sortHistory(out)
	return out
}

// Append takes changes in.
func (s *Store) Append(c *abi.Changes) {
	if c.Forget {
		delete(s.visitors, string(c.Visitor))
		s.erased[string(c.Visitor)] = true
		return
	}
	v := s.visitors[string(c.Visitor)]
	if v == nil {
		v = &row{folders: map[string]abi.Attributes{}}
		s.visitors[string(c.Visitor)] = v
	}
	if c.Person.Key != nil {
		v.person = personKey{string(c.Person.Source), string(c.Person.Key)}
		s.meet(v.person)
	} else if key, ok := s.find(string(c.Link.Source), abi.PersonKey{}, c.Link); ok {
		v.person = key
	}
	for _, f := range c.Folders {
		v.folders[string(f.Folder)] = bytes.Clone(f.Attributes)
	}
	v.history = merge(v.history, c.History)
	for _, p := range c.Persons {
		key := v.person
		if p.Key != nil {
			key = personKey{string(p.Source), string(p.Key)}
		}
		q := s.meet(key)
		q.history = merge(q.history, p.History)
	}
}

func (s *Store) meet(key personKey) *person {
	if s.people[key] == nil {
		s.people[key] = &person{}
	}
	return s.people[key]
}

// merge takes entries into a history, each proposition once.
func merge(list []abi.HistoryEntry, more abi.History) []abi.HistoryEntry {
	var e abi.HistoryEntry
	for it := more.Iterate(); it.Next(&e); {
		e := cloneEntry(&e)
		at := slices.IndexFunc(list, func(old abi.HistoryEntry) bool { return bytes.Equal(old.ID, e.ID) })
		if at < 0 {
			list = append(list, e)
			continue
		}
		old := &list[at]
		if len(old.Space) == 0 {
			old.Space = e.Space
		}
		if replaces(old, &e) {
			old.Status, old.Time = e.Status, e.Time
		}
	}
	sortHistory(list)
	return list
}

// replaces reports whether what is told of a proposition stands in place of what
// is known: a status those before it, and of those that end it the later.
func replaces(old, e *abi.HistoryEntry) bool {
	stage := func(s catalog.Status) catalog.Status { return min(s, catalog.Accepted) }
	switch {
	case e.Status == abi.Withdrawn:
		return old.Status < catalog.Interested
	case old.Status == abi.Withdrawn:
		return e.Status >= catalog.Interested
	case stage(e.Status) != stage(old.Status):
		return stage(e.Status) > stage(old.Status)
	}
	return e.Status != old.Status && e.Time >= old.Time
}

func sortHistory(list []abi.HistoryEntry) {
	slices.SortStableFunc(list, func(a, b abi.HistoryEntry) int {
		return cmp.Or(cmp.Compare(b.First, a.First), bytes.Compare(a.ID, b.ID))
	})
}

func cloneEntry(e *abi.HistoryEntry) abi.HistoryEntry {
	out := *e
	out.ID, out.Offer, out.Space = bytes.Clone(e.ID), bytes.Clone(e.Offer), bytes.Clone(e.Space)
	out.Channel, out.Environment = bytes.Clone(e.Channel), bytes.Clone(e.Environment)
	return out
}

package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// A host that has a store keeps there what the environments with "history: store"
// would keep in the cookie, and decides nothing: it is asked for what it has, and
// told what is new.

// stored reports whether the host's store keeps an environment's histories. A
// caller that brings records of its own is a store of its own, and of a person of
// no source nothing can be found again.
func (g *Guest) stored(env *snapshot.Environment) bool {
	flags := g.page.request.Flags
	switch {
	case !flags.Has(abi.FlagStore) || env.History() != snapshot.HistoryStore:
		return false
	case env.Kind() == snapshot.KindAnonymous:
		return !flags.Has(abi.FlagVisitors)
	}
	return !flags.Has(abi.FlagPeople) && len(g.personSource(env)) > 0
}

// personSource is the source of an environment's persons: of one that names none,
// that of the key, or else of the link.
func (g *Guest) personSource(env *snapshot.Environment) []byte {
	p := &g.page
	switch {
	case env.People() != snapshot.None:
		return g.view.Name(env.People())
	case p.identity.key != nil:
		return p.identity.source
	case p.state.Link.Set && !p.state.Link.Listed:
		return p.state.Link.Source
	}
	return nil
}

// pastPerson is the record of the person whose past counts in an environment, or
// nil. Of one that names no source it has the history alone: what a token says of
// its person stands.
func (g *Guest) pastPerson(env *snapshot.Environment) *abi.Person {
	p := &g.page
	flags := p.request.Flags
	if !flags.Has(abi.FlagStore) || flags.Has(abi.FlagPeople) {
		return g.person(env)
	}
	if !g.stored(env) {
		return nil
	}
	if env.People() != snapshot.None {
		return g.person(env)
	}
	source := g.personSource(env)
	for i := range p.request.Record.Persons {
		q := &p.request.Record.Persons[i]
		if string(q.Source) == string(source) && g.isTarget(q) {
			return q
		}
	}
	return nil
}

// isTarget reports whether a record is that of the person whom the request names,
// or else the link.
func (g *Guest) isTarget(q *abi.Person) bool {
	if key := g.page.identity.key; key != nil {
		return string(q.Key) == string(key)
	}
	return g.names(q.Source, q.Key)
}

// targetPerson is the person that an environment's target is, by the key where
// that is known.
func (g *Guest) targetPerson(env *snapshot.Environment) (source, key []byte) {
	source = g.personSource(env)
	if q := g.pastPerson(env); q != nil {
		return source, q.Key
	}
	if env.People() == snapshot.None {
		key = g.page.identity.key
	}
	return source, key
}

// folderRecord is what the host has looked up in an environment's folder, nil if
// that failed.
func (g *Guest) folderRecord(env *snapshot.Environment) *abi.Visitor {
	folder := g.view.Name(env.Folder())
	list := g.page.request.Record.Visitors
	for i := range list {
		if v := &list[i]; len(v.Folder) == 0 || string(v.Folder) == string(folder) {
			return v
		}
	}
	return nil
}

// visitorRecord is the host's record of the visitor in a folder, or nil: a store
// that does not know the visitor has none, and of who keeps everything in the
// cookie its record is not read.
func (g *Guest) visitorRecord(env *snapshot.Environment) *abi.Visitor {
	v, flags := g.folderRecord(env), g.page.request.Flags
	if flags.Has(abi.FlagStore) && !flags.Has(abi.FlagVisitors) && (v == nil || !v.Known || !g.stored(env)) {
		return nil
	}
	return v
}

// telling reports whether the host's store is told of this call: of a visitor who
// came with an id, or who was identified.
func (g *Guest) telling() bool {
	p := &g.page
	return p.request.Flags.Has(abi.FlagStore) && g.storing() && p.state.Known && (!p.fresh || p.explicit)
}

// away reports whether the store has, or with this call gets, what an environment
// would keep in the cookie. Where the look-up failed nobody knows.
func (g *Guest) away(env *snapshot.Environment) bool {
	if !g.telling() || !g.stored(env) {
		return false
	}
	if env.Kind() == snapshot.KindIdentified {
		return g.pastPerson(env) != nil
	}
	return g.page.fresh || g.folderRecord(env) != nil
}

// freeze takes back what this call has written about visitors whose look-up
// failed: it was worked out from what may be old.
func (g *Guest) freeze() {
	p := &g.page
	for e, index := range g.engine.Reached() {
		env := g.env(index)
		if env.Kind() == snapshot.KindIdentified || !g.telling() || !g.stored(env) || p.chronicles[e].away {
			continue
		}
		copy(g.engine.Stored(index), g.engine.Target(index))
		clear(g.engine.Changed(index))
	}
}

// forgetErased makes a stranger of a visitor that was erased. What the request
// itself says of a person stays.
func (g *Guest) forgetErased() {
	p := &g.page
	r := &p.request.Record
	if !r.Erased || !p.request.Flags.Has(abi.FlagStore) {
		return
	}
	p.sentEvents = p.events.N > 0
	p.events.N = 0
	p.state.Reset()
	r.Visitors = r.Visitors[:0]
	key := p.identity.key
	for i := range r.Persons {
		if q := &r.Persons[i]; key == nil || string(q.Key) != string(key) {
			q.Source = nowhere
		}
	}
	if key == nil {
		r.Linked = nil
	}
}

// nowhere is the name of no source.
var nowhere = []byte{0}

// env is an environment of the snapshot. It is not inlined, for the module's size.
//
//go:noinline
func (g *Guest) env(index uint32) *snapshot.Environment { return g.view.Environment(index) }

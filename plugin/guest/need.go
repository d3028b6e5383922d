package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

// mustAsk works out which people sources and folders the call can reach, and
// reports whether the host has to be asked for what they hold. It depends on
// the site, or on the environments of asked slots, on cookies and on the
// identity; never on which slots a page has.
func (g *Guest) mustAsk() bool {
	p := &g.page
	r := &p.request
	if r.HasRecord && r.Kind != abi.KindNeed {
		return false
	}
	p.needed = abi.Need{Sources: p.needed.Sources[:0], Folders: p.needed.Folders[:0]}
	if r.Mode == abi.SlotsAsked {
		for i := range r.Slots {
			if space := decide.FindSpace(&g.view, r.Host, &r.Slots[i]); space != snapshot.None {
				g.reach(g.view.Space(space).Environment())
			}
		}
	} else if env, ok := g.view.FindSite(r.Host); !ok {
		for i := range g.view.Count(snapshot.SecEnvironments) {
			g.reach(i)
		}
	} else if env != snapshot.None {
		g.reach(env)
	}
	who := p.identity.key != nil || p.state.Known
	persons := len(p.needed.Sources) > 0 || r.Flags.Has(abi.FlagPeople)
	// A store knows who was erased.
	return who && persons || r.Flags.Has(abi.FlagVisitors) || p.state.Known && r.Flags.Has(abi.FlagStore)
}

// reach notes an environment and those that its spaces fall back on.
func (g *Guest) reach(index uint32) {
	env := g.view.Environment(index)
	g.note(env)
	spaces := env.Spaces()
	for i := spaces.Start; i < spaces.End(); i++ {
		if linked := g.view.Space(i).Linked(); linked != snapshot.None {
			g.note(g.view.Environment(g.view.Space(linked).Environment()))
		}
	}
}

func (g *Guest) note(env *snapshot.Environment) {
	n := &g.page.needed
	if env.People() != snapshot.None {
		n.Sources = addName(n.Sources, g.view.Name(env.People()))
	}
	if env.Folder() != snapshot.None {
		n.Folders = addName(n.Folders, g.view.Name(env.Folder()))
	}
	if env.Kind() == snapshot.KindIdentified && g.stored(env) {
		n.Sources = addName(n.Sources, g.personSource(env))
		if env.Flags()&snapshot.EnvironmentMergesHistory != 0 {
			g.noteVisitors()
		}
	}
}

// noteVisitors notes all folders that are in the store: what was shown there
// counts for the person too.
func (g *Guest) noteVisitors() {
	n := &g.page.needed
	for i := range g.view.Count(snapshot.SecEnvironments) {
		if env := g.view.Environment(i); env.Kind() == snapshot.KindAnonymous && g.stored(env) {
			n.Folders = addName(n.Folders, g.view.Name(env.Folder()))
		}
	}
}

// addName adds a name once, up to what a host takes of a list.
func addName(list [][]byte, name []byte) [][]byte {
	if len(list) == abi.MaxVisitors {
		return list
	}
	for _, have := range list {
		if string(have) == string(name) {
			return list
		}
	}
	return append(list, name)
}

// need asks the host for the record.
func (g *Guest) need(dst []byte) []byte {
	p := &g.page
	n := &p.needed
	if p.state.Known {
		n.Visitor = p.state.ID[:]
	}
	n.Key = abi.PersonKey{Source: p.identity.source, Key: p.identity.key}
	if l := &p.state.Link; l.Set && !l.Listed {
		n.Link = abi.Link{Source: l.Source, KeyID: l.KeyID, Hash: l.Hash[:]}
	}
	return abi.AppendNeed(dst, n)
}

// readRecord tells the decision who the request may be.
func (g *Guest) readRecord() {
	p := &g.page
	g.forgetErased()
	id := &p.call.Identity
	id.Given = p.identity.key != nil
	id.Source, id.Key = p.identity.source, p.identity.key
	id.Linked = p.state.Link.Set && !p.state.Link.Listed
	id.HasRecords = p.request.Flags.Has(abi.FlagPeople)
	persons := p.request.Record.Persons
	for i := range persons {
		p.persons[i] = decide.Person{Source: persons[i].Source, Key: persons[i].Key}
	}
	id.Records = p.persons[:len(persons)]
}

// person is the record of the person that an environment's source knows, or
// nil. One that names no source has none, unless the caller is every source.
func (g *Guest) person(env *snapshot.Environment) *abi.Person {
	p := &g.page
	if env.People() == snapshot.None && !p.request.Flags.Has(abi.FlagPeople) {
		return nil
	}
	source := g.view.Name(env.People())
	for i := range p.request.Record.Persons {
		q := &p.request.Record.Persons[i]
		if len(q.Source) == 0 || len(source) == 0 || string(q.Source) == string(source) {
			return q
		}
	}
	return nil
}

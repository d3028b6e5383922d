package guest

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/visitor"
)

// codeMap16 begins a map of msgpack whose length takes two bytes.
const codeMap16 = 0xde

// tell puts into the answer what the host's store is to take in: of the visitor,
// and then of each person.
func (g *Guest) tell() {
	p := &g.page
	if !g.telling() {
		return
	}
	c := &p.answer.Changes
	first, kept := 0, false
	for e, index := range g.engine.Reached() {
		env := g.env(index)
		if g.stored(env) {
			kept = true
			if env.Kind() == snapshot.KindAnonymous {
				g.gather(e, env)
				if !p.fragment {
					g.tellFolder(e, first, env)
				}
			}
		}
		first += len(g.engine.Schema(index))
	}
	c.History = g.encodePast()
	for e, index := range g.engine.Reached() {
		if env := g.env(index); env.Kind() == snapshot.KindIdentified && g.stored(env) {
			g.gather(e, env)
			g.addPerson(env)
		}
	}
	if kept && p.explicit && !p.fragment {
		c.Person.Source, c.Person.Key = g.source(), p.identity.key
	}
	g.nameSubject(c)
	p.answer.HasChanges = c.Person.Key != nil || c.History != nil || len(c.Folders)+len(c.Persons) > 0
}

// nameSubject says whose changes these are.
//
//go:noinline
func (g *Guest) nameSubject(c *abi.Changes) {
	s := &g.page.state
	c.Visitor = s.ID[:]
	if s.Link.Set && !s.Link.Listed {
		c.Link.Source, c.Link.KeyID, c.Link.Hash = s.Link.Source, s.Link.KeyID, s.Link.Hash[:]
	}
}

// encodePast takes what was gathered as a history; nil for nothing.
//
//go:noinline
func (g *Guest) encodePast() abi.History {
	p := &g.page
	if p.pasts == 0 {
		return nil
	}
	start := len(p.text)
	p.text = append(wire.AppendArray(p.text, p.pasts), p.past...)
	p.past, p.pasts = p.past[:0], 0
	return abi.History(p.text[start:len(p.text):len(p.text)])
}

// addPerson tells what was gathered as that of an environment's person.
//
//go:noinline
func (g *Guest) addPerson(env *snapshot.Environment) {
	list := &g.page.answer.Changes.Persons
	if history := g.encodePast(); history != nil {
		source, key := g.targetPerson(env)
		*list = append(*list, abi.PersonChange{Source: source, Key: key, History: history})
	}
}

// gather lists the propositions of an environment that answered which are new, or
// which the host's record lacks or has less far.
func (g *Guest) gather(e int, env *snapshot.Environment) {
	p := &g.page
	list := g.engine.Propositions()
	for i := range list {
		if q := &list[i]; p.answer.Interaction != nil && g.env(q.Environment) == env && g.stores(q) {
			g.addShown(q, i, env)
		}
	}
	c := &p.chronicles[e]
	h := &c.history
	if c.away && h.N > h.Whole {
		p.changed = true
	}
	for i := range h.All() {
		entry := &h.Entries[i]
		switch {
		case i < h.Whole && entry.Recorded != visitor.RecordedWhole:
			g.addPast(env, entry, entry.ID[:])
		case i >= h.Whole && c.hands && !entry.Pinned:
			g.addPast(env, entry, g.foldedID(entry, h.N-i))
		}
	}
	for i := range p.events.All() {
		if event := &p.events.List[i]; c.raised>>i&1 != 0 && h.Find(event.ID[:]) < 0 {
			g.addPast(env, &event.Entry, event.ID[:])
		}
	}
}

// addShown gathers the i-th proposition of this call.
func (g *Guest) addShown(q *decide.Proposition, i int, env *snapshot.Environment) {
	p := &g.page
	sp := g.view.Space(q.Space)
	g.addEntry(&abi.HistoryEntry{
		ID: p.ids[i][:], Offer: g.name(g.view.Offer(q.Offer).Code()), Space: g.name(sp.Name()), Channel: g.name(sp.Channel()),
		Status: g.status(q), Time: p.request.Time, Environment: g.name(env.Name()), First: p.request.Time,
	})
}

// addPast gathers a proposition of the cookie, which does not say its space.
//
//go:noinline
func (g *Guest) addPast(env *snapshot.Environment, e *visitor.Entry, id []byte) {
	g.addEntry(&abi.HistoryEntry{
		ID: id, Offer: g.offerName(env, e.Offer), Channel: g.channelName(env, e.Channel), Status: e.Status,
		Time: visitor.Millis(e.Last), Environment: g.name(env.Name()), First: visitor.Millis(e.First),
	})
}

//go:noinline
func (g *Guest) addEntry(e *abi.HistoryEntry) {
	g.page.past = abi.AppendHistoryEntry(g.page.past, e)
	g.page.pasts++
}

// tellEvent gathers what the host's store is to take in of an event. The ticket
// says all of the proposition, whether a history has it or not.
func (g *Guest) tellEvent(event *visitor.Event, t *visitor.Ticket, env *snapshot.Environment, space *snapshot.Space) {
	p := &g.page
	if !p.state.Known || env == nil || !g.stored(env) {
		return
	}
	visitors, n := p.past, p.pasts
	person := env.Kind() == snapshot.KindIdentified
	if person { // at the end, and off again
		p.past, p.pasts = p.past[len(p.past):], 0
	}
	var l line
	g.lineOf(&l, t, env, space)
	g.addEntry(&abi.HistoryEntry{
		ID: event.ID[:], Offer: l.offer, Space: l.space, Channel: l.channel, Status: event.Status,
		Time: p.request.Time, Environment: l.environment, First: visitor.Millis(t.Minute),
	})
	if person {
		g.addPerson(env)
		p.past, p.pasts = visitors, n
	}
}

// tellReply puts into the reply what the host's store is to take in.
func (g *Guest) tellReply() {
	a, r := &g.page.answer, &g.endpoint.reply
	c := &a.Changes
	if !g.page.fragment && !g.page.called {
		c.History = g.encodePast()
		a.HasChanges = c.Forget || c.History != nil || len(c.Persons) > 0
		g.nameSubject(c)
	}
	if r.HasChanges = a.HasChanges; r.HasChanges {
		r.Changes = *c
	}
}

// foldedID stands in for the id of a folded proposition, whose own is gone: the
// same each time, so that one that is handed over twice is kept once.
//
//go:noinline
func (g *Guest) foldedID(e *visitor.Entry, place int) []byte {
	id := [abi.PropositionSize]byte{
		byte(e.Offer), byte(e.Offer >> 8), byte(e.Offer >> 16), byte(e.Offer >> 24),
		byte(e.Last), byte(e.Last >> 8), byte(e.Last >> 16), byte(place),
	}
	return g.keep(id[:])
}

//go:noinline
func (g *Guest) offerName(env *snapshot.Environment, hash uint32) []byte {
	if offer := g.offerOf(env, hash); offer != nil {
		return g.name(offer.Code())
	}
	return g.hashName(hash, 4)
}

//go:noinline
func (g *Guest) channelName(env *snapshot.Environment, hash uint16) []byte {
	spaces := env.Spaces()
	for i := spaces.Start; i < spaces.End(); i++ {
		if name := g.name(g.view.Space(i).Channel()); decide.ChannelHash(name) == hash {
			return name
		}
	}
	return g.hashName(uint32(hash)<<16, 2)
}

// tellFolder tells the visitor's data in the folder of an environment that
// answered, whole, if there is anything in it that the host's record lacks. first
// is the place of the environment's first attribute.
func (g *Guest) tellFolder(place, first int, env *snapshot.Environment) {
	p := &g.page
	if !p.chronicles[place].away || g.follows(place) {
		return
	}
	t := told{text: append(p.text, codeMap16, 0, 0)}
	for e := place; e < len(g.engine.Reached()); e++ {
		var s section
		g.section(&s, e, first)
		first += len(s.schema)
		if e == place || g.shares(place, e) {
			g.tellSection(&t, &s)
		}
	}
	if !t.changed {
		return
	}
	if record := g.visitorRecord(env); record != nil {
		var a abi.Attribute
		for it := record.Attributes.Iterate(); it.Next(&a); { // those of environments that did not answer
			if hash := snapshot.Hash32(a.Name); !g.declares(env, hash) && !g.declaredBy(place, hash, true) {
				t.text = append(wire.AppendStrBytes(t.text, a.Name), a.Value...)
				t.n++
			}
		}
	}
	start := len(p.text)
	p.text = t.text
	t.text = t.text[start:len(t.text):len(t.text)]
	t.text[1], t.text[2] = byte(t.n>>8), byte(t.n)
	p.answer.Changes.Folders = append(p.answer.Changes.Folders, abi.FolderChange{
		Folder: g.name(env.Folder()), Attributes: abi.Attributes(t.text),
	})
}

// told is a map of attributes that grows.
type told struct {
	text    []byte
	n       int
	changed bool // it has something that is new
}

// tellSection adds what the visitor has of one environment's attributes.
func (g *Guest) tellSection(t *told, s *section) {
	if len(s.data) > 0 {
		g.page.changed = true // the cookie goes without
	}
	target := g.env(g.engine.Reached()[s.place]).Target()
	for i := range s.schema {
		after, before, own := &s.after[i], &s.before[i], s.held[i].own
		wrote := s.changed[i] || after.Kind != before.Kind || after.Bits != before.Bits || !bytes.Equal(after.Bytes, before.Bytes)
		if after.Kind == expr.Missing || !wrote && own == ownNone || g.repeats(s.place, i) {
			continue
		}
		t.changed = t.changed || wrote || own == ownCookie
		t.text = wire.AppendStrBytes(t.text, g.name(g.view.Attribute(target.Start+uint32(i)).Name()))
		t.text = appendValue(t.text, after)
		t.n++
	}
}

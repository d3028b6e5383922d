package guest

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/visitor"
)

// maxPast is how many entries of a host's record are counted, the newest: it
// bounds what a record can cost. A cookie cannot hold as many.
const maxPast = 256

// chronicle is one history that the visitor cookie holds or is to hold.
type chronicle struct {
	person  bool // of the section, and
	section uint32
	env     uint32 // see visitor.Section.History
	history visitor.History
	raised  uint16 // which events of the second cookie changed it
	weighed bool   // the horizon is worked out
	away    bool   // the host's store has it, so that the cookie needs little of it
	settled bool   // and what is folded as well, so that it counts already
	hands   bool   // the store is yet to be told of it, as far as it is folded too
	horizon visitor.Horizon
}

// fillHistory reads what the targets of the environments that answer were shown
// before, takes in what the second cookie says of it, and tells the engine.
// Without consent nothing is known.
func (g *Guest) fillHistory() {
	p := &g.page
	reached := g.engine.Reached()
	p.chronicles = slices.Grow(p.chronicles[:0], len(reached))[:len(reached)]
	if !p.consent {
		return
	}
	g.heedEvents()
	for e := range reached {
		g.readHistory(e)
	}
	g.readOthers()
	for _, index := range reached {
		if env := g.view.Environment(index); env.Remembers() {
			g.tellHistory(index, env)
		}
	}
	for e, index := range reached {
		g.accept(index, p.chronicles[e].raised)
	}
}

// accept lets the spaces of accepted offers write what they say, when all is
// told that their expressions may read.
func (g *Guest) accept(index uint32, raised uint16) {
	v := &g.page.events
	for i := v.N - 1; i >= 0; i-- {
		if space := v.List[i].Space; raised>>i&1 != 0 && space != 0 {
			g.engine.Accept(index, space)
		}
	}
}

// heedEvents drops the events of another visitor. Those without a visitor come
// from a page that was made before there was one.
func (g *Guest) heedEvents() {
	v, s := &g.page.events, &g.page.state
	if v.Visitor != 0 && (!s.Known || v.Visitor != visitor.Tag(&s.ID)) {
		v.N = 0
	}
}

// readHistory reads the history of an environment that answers.
func (g *Guest) readHistory(e int) {
	p := &g.page
	index := g.engine.Reached()[e]
	env := g.view.Environment(index)
	c := &p.chronicles[e]
	c.weighed, c.settled, c.hands = false, false, false
	c.person, c.section, c.env = env.Kind() == snapshot.KindIdentified, env.Section(), g.historyName(env)
	p.state.Section(c.person, c.section).History(c.env, &c.history)
	stored := g.stored(env)
	if stored { // a store has been told of the events, so that it would hide them
		c.raised = g.applyEvents(c)
	}
	p.changed = raise(&c.history, g.record(env)) || p.changed
	if !stored {
		c.raised = g.applyEvents(c)
	}
	p.changed = p.changed || c.raised != 0
	c.away = stored && g.away(env)
	c.hands = stored && lacks(&c.history)
	c.settled = stored && !c.hands
}

// historyName is the name of an environment's history in its section: see
// visitor.Section.History.
func (g *Guest) historyName(env *snapshot.Environment) uint32 {
	if env.Flags()&snapshot.EnvironmentSharesFolder == 0 {
		return 0
	}
	return snapshot.Hash32(g.view.Name(env.Name()))
}

// applyEvents takes the second cookie's events into a history; the result says
// which changed it.
func (g *Guest) applyEvents(c *chronicle) uint16 {
	name := c.section
	if c.env != 0 {
		name = c.env
	}
	return g.page.events.Apply(&c.history, c.person, name)
}

// readOthers reads the histories of the cookie that belong to none of the
// environments that answer: they may have to make room, or count for a person.
func (g *Guest) readOthers() {
	p := &g.page
	for i := range p.state.Sections[:p.state.N] {
		t := &p.state.Sections[i]
		for it := t.Histories(); it.Next(); {
			if g.isRead(t, it.Environment) {
				continue
			}
			n := len(p.chronicles)
			p.chronicles = slices.Grow(p.chronicles, 1)[:n+1]
			c := &p.chronicles[n]
			c.weighed, c.away, c.settled, c.hands = false, false, false, false
			c.person, c.section, c.env = t.Person, t.Name, it.Environment
			if !it.Read(&c.history) {
				p.chronicles = p.chronicles[:n]
			}
		}
	}
}

func (g *Guest) isRead(t *visitor.Section, env uint32) bool {
	list := g.page.chronicles
	for i := range list {
		if c := &list[i]; c.person == t.Person && c.section == t.Name && c.env == env {
			return true
		}
	}
	return false
}

// tellHistory tells the engine what an environment's target was shown: by the
// cookie and the host's record, each proposition once, and, where histories are
// merged, what the visitor that is linked to the person was shown in any folder.
func (g *Guest) tellHistory(index uint32, env *snapshot.Environment) {
	p := &g.page
	own := &p.chronicles[slices.Index(g.engine.Reached(), index)]
	g.addHistory(index, own, own.settled || own.hands)
	g.addRecord(index, g.record(env), own, -1)
	if env.Flags()&snapshot.EnvironmentMergesHistory == 0 || !p.state.Link.Set || p.state.Link.Listed {
		return
	}
	for i := range p.chronicles {
		c := &p.chronicles[i]
		if c.person {
			continue
		}
		if i >= len(g.engine.Reached()) {
			p.changed = g.learnOther(c) || p.changed
		}
		g.addHistory(index, c, false)
	}
	for i := range p.request.Record.Visitors {
		if g.merges(i) {
			g.addRecord(index, p.request.Record.Visitors[i].History, nil, i)
		}
	}
	g.addRecord(index, p.request.Record.Linked, nil, -1)
}

// addHistory tells what the cookie has; what a store has as well is told with its
// space by the record.
func (g *Guest) addHistory(index uint32, c *chronicle, stored bool) {
	list := c.history.All()
	if c.settled {
		list = list[:c.history.Whole]
	}
	for i := range list {
		e := &list[i]
		if stored && e.Recorded != visitor.RecordedNot {
			continue
		}
		g.engine.AddPast(index, &decide.Past{
			Offer: e.Offer, Channel: e.Channel, Status: e.Status,
			First: visitor.Millis(e.First), Last: visitor.Millis(e.Last),
		})
	}
}

// noteShown puts what this call has shown into the histories.
func (g *Guest) noteShown() {
	p := &g.page
	if p.answer.Interaction == nil {
		return // without ids
	}
	list := g.engine.Propositions()
	now := visitor.Minute(p.request.Time)
	for i := range list {
		q := &list[i]
		if !g.stores(q) {
			continue
		}
		sp := g.view.Space(q.Space)
		p.chronicles[slices.Index(g.engine.Reached(), q.Environment)].history.Add(visitor.Entry{
			ID: p.ids[i], Offer: g.view.Offer(q.Offer).Hash(), Channel: decide.ChannelHash(g.view.Name(sp.Channel())),
			Status: g.status(q), First: now, Last: now,
		})
		p.changed = true
	}
}

// forget drops what is kept no longer, and of what is folded what no rule of the
// snapshot can count.
func (g *Guest) forget() {
	_, kept := g.view.Retention()
	least := visitor.Minute(g.page.request.Time - kept)
	for i := range g.page.chronicles {
		c := &g.page.chronicles[i]
		if c.history.N > c.history.Whole {
			g.weigh(c)
		}
		c.history.Prune(least, &c.horizon)
	}
}

// weigh works out what of a history the rules of the environments that see it
// can count.
func (g *Guest) weigh(c *chronicle) {
	c.weighed = true
	for status := range c.horizon {
		at := int64(1<<63 - 1) // the store counts what is away
		for i := range g.view.Count(snapshot.SecEnvironments) {
			if env := g.view.Environment(i); !c.away && g.sees(env, c) {
				at = min(at, g.engine.Horizon(env, catalog.Status(status)))
			}
		}
		c.horizon[status] = visitor.Minute(at)
	}
}

// sees reports whether the rules of an environment count a history: its own, or
// where histories are merged any visitor's.
func (g *Guest) sees(env *snapshot.Environment, c *chronicle) bool {
	if env.Section() == c.section && (env.Kind() == snapshot.KindIdentified) == c.person && g.historyName(env) == c.env {
		return true
	}
	return !c.person && env.Flags()&snapshot.EnvironmentMergesHistory != 0
}

// makeRoom takes entries out of the histories until about that many bytes are
// free: what no rule can count goes first, then the oldest. It reports whether
// anything went.
func (g *Guest) makeRoom(excess int) (gone bool) {
	const folded, whole = 8, 18 // bytes of an entry at most
	for excess > 0 {
		c, i, counts := g.dispensable()
		if c == nil {
			return gone
		}
		excess -= folded
		if i < c.history.Whole {
			excess -= whole - folded
		}
		if counts {
			g.page.answer.Evicted++
		}
		c.history.Remove(i)
		gone = true
	}
	return gone
}

// dispensable is the entry that goes first, and whether a rule could count it;
// nil if there is none.
func (g *Guest) dispensable() (from *chronicle, place int, counts bool) {
	least := uint32(0)
	for i := range g.page.chronicles {
		c := &g.page.chronicles[i]
		if !c.weighed {
			g.weigh(c)
		}
		for j := range c.history.All() {
			e := &c.history.Entries[j]
			if e.Pinned {
				continue
			}
			last, may := e.Last, c.horizon.Counts(e)
			if from == nil || !may && counts || may == counts && last < least {
				from, place, counts, least = c, j, may, last
			}
		}
	}
	return from, place, counts
}

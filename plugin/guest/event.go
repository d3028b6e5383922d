package guest

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// maxTickets is how many tickets of one request are looked at: one for each slot
// of a page.
const maxTickets = 64

// click notes a click and leads to the ticket's destination. It was checked when
// it was rendered, and is here again: whatever was signed then, this is no way to
// anywhere else than a link on a page could lead.
func (g *Guest) click() {
	g.begin()
	value := field(g.page.request.Query, "t")
	t, ok := visitor.OpenTicket(g.endpoint.ticket[:0], g.config.keys, visitor.Click, value)
	var location []byte
	if ok {
		location, ok = g.location(t.Destination)
	}
	if ok {
		g.take(visitor.Click, &t)
		g.redirect(location)
	} else {
		g.say(codeBadRequest, "this link is damaged")
	}
	g.end()
}

// event notes what the tickets in query and body say.
func (g *Guest) event() {
	g.begin()
	left := maxTickets
	query := g.tickets(g.page.request.Query, &left)
	if body := g.tickets(g.page.request.Body, &left); query || body {
		g.done()
	} else {
		g.say(codeBadRequest, "no ticket is good")
	}
	g.end()
}

// tickets notes the tickets of form-encoded text, as many as are left, and
// reports whether any verified. Tickets have no characters that need escapes.
func (g *Guest) tickets(text []byte, left *int) (good bool) {
	for len(text) > 0 && *left > 0 {
		var name, value []byte
		name, value, text = cutField(text)
		a, known := visitor.ParseAction(name)
		if !known || a == visitor.Click {
			continue
		}
		*left--
		if t, ok := visitor.OpenTicket(g.endpoint.ticket[:0], g.config.keys, a, value); ok {
			good = true
			g.take(a, &t)
		}
	}
	return good
}

// cutField takes the first field off form-encoded text, or off text/plain with a
// field on each line.
func cutField(text []byte) (name, value, rest []byte) {
	equals := -1
	for i, c := range text {
		if c == '=' && equals < 0 {
			equals = i
		}
		if c == '&' || c == '\r' || c == '\n' {
			text, rest = text[:i], text[i+1:]
			break
		}
	}
	if equals < 0 {
		return text, nil, rest
	}
	return text[:equals], text[equals+1:], rest
}

// field is the first field of that name, or nil.
func field(text []byte, want string) []byte {
	for len(text) > 0 {
		var name, value []byte
		if name, value, text = cutField(text); string(name) == want {
			return value
		}
	}
	return nil
}

// take takes one event in, unless its ticket has expired or is another
// visitor's, or it says nothing new.
func (g *Guest) take(a visitor.Action, t *visitor.Ticket) {
	e := &g.endpoint
	if !e.notes || !t.Good(e.now) || t.Visitor != 0 && t.Visitor != e.tag {
		return
	}
	env, space := g.find(t)
	if space != nil && space.Flags()&snapshot.SpaceStorePropositions == 0 {
		return
	}
	event := visitor.Event{Entry: visitor.Entry{
		ID: t.ID, Offer: t.Offer, Channel: t.Channel, Status: reached(a, space),
		First: t.Minute, Last: max(e.now, t.Minute),
	}}
	was := g.standing(&event)
	if was != nil && a == visitor.Seen && was.Status == catalog.Presented {
		g.writeLine(a, t, env, space) // that the page had it was known, and no more
		return
	}
	if was != nil && (a == visitor.Seen && was.Status != catalog.Generated || !was.Raise(event.Status, event.Last)) {
		return
	}
	if env != nil {
		locate(&event, env, t.Environment)
	}
	if a == visitor.Accept && space != nil && space.AcceptanceWrites().Count > 0 {
		event.Space = t.Space
	}
	if e.events.Note(event) {
		e.noted = true
		g.tellEvent(&event, t, env, space)
		e.events.Settle(e.now, g.holds) // at once: what has no room is not always the oldest
		g.writeLine(a, t, env, space)
	}
}

// reached is the status that an event gives a proposition: what its space says,
// as long as the snapshot has that.
func reached(a visitor.Action, space *snapshot.Space) catalog.Status {
	switch {
	case a == visitor.Click:
		return catalog.Interested
	case a == visitor.Reject:
		return catalog.Rejected
	case a == visitor.Seen && space != nil:
		return catalog.Status(space.OnProposed())
	case a == visitor.Seen:
		return catalog.Presented
	case space != nil:
		return catalog.Status(space.OnAccepted())
	}
	return catalog.Accepted
}

// locate tells an event where its proposition belongs, so that a page can put it
// there if the histories lack it: it was fetched ahead, or the page's answer is on
// its way, or another page's answer was on its way while this happened and has
// taken it out again.
func locate(event *visitor.Event, env *snapshot.Environment, name uint32) {
	event.Create = true
	event.Person, event.Section = env.Kind() == snapshot.KindIdentified, env.Section()
	if env.Flags()&snapshot.EnvironmentSharesFolder != 0 {
		event.Section = name
	}
}

// standing is how far a proposition has come by what both cookies say, nil if
// neither has it. The second one may lag behind, where answers to two events
// have passed each other: it is told.
func (g *Guest) standing(event *visitor.Event) *visitor.Entry {
	e := &g.endpoint
	held := g.page.state.Find(&e.history, event)
	noted := e.events.Find(&event.ID)
	switch {
	case noted == nil:
		return held
	case held == nil:
		held = &e.history.Entries[0]
		*held = noted.Entry
	default:
		held.Learn(noted.Status, noted.Last)
		noted.Status, noted.Last = held.Status, max(held.Last, noted.First)
	}
	return held
}

// find finds a ticket's environment and space in the snapshot, nil if it lacks
// them.
func (g *Guest) find(t *visitor.Ticket) (*snapshot.Environment, *snapshot.Space) {
	for i := range g.view.Count(snapshot.SecEnvironments) {
		env := g.view.Environment(i)
		if g.hash(env.Name()) != t.Environment {
			continue
		}
		spaces := env.Spaces()
		for s := spaces.Start; s < spaces.End(); s++ {
			if space := g.view.Space(s); g.hash(space.Name()) == t.Space {
				return env, space
			}
		}
		return env, nil
	}
	return nil, nil
}

// writeLine adds the event's line to the reply, if it is to hold any.
func (g *Guest) writeLine(a visitor.Action, t *visitor.Ticket, env *snapshot.Environment, space *snapshot.Space) {
	p, r := &g.page, &g.endpoint.reply
	if !p.request.Want.Has(abi.WantEvents) || len(r.Events) == maxTickets {
		return
	}
	var l line
	g.lineOf(&l, t, env, space)
	l.event, l.proposition = "seen", t.ID[:]
	switch a {
	case visitor.Click:
		l.event = "clicked"
	case visitor.Accept:
		l.event = "accepted"
	case visitor.Reject:
		l.event = "rejected"
	}
	start := len(p.text)
	p.text = l.append(p.text)
	r.Events = append(r.Events, p.text[start:len(p.text):len(p.text)])
}

// lineOf gives a line the names of a ticket's proposition, as far as the snapshot
// has them.
//
//go:noinline
func (g *Guest) lineOf(l *line, t *visitor.Ticket, env *snapshot.Environment, space *snapshot.Space) {
	l.time = g.page.request.Time
	l.environment, l.space = g.hashName(t.Environment, 4), g.hashName(t.Space, 4)
	l.channel, l.offer = g.hashName(uint32(t.Channel)<<16, 2), g.hashName(t.Offer, 4)
	if env != nil {
		l.environment = g.name(env.Name())
		l.offer = g.offerName(env, t.Offer)
	}
	if space != nil {
		l.space, l.channel = g.name(space.Name()), g.name(space.Channel())
	}
}

//go:noinline
func (g *Guest) name(id uint32) []byte { return g.view.Name(id) }

// hashName stands in for a name of which the first bytes of its hash are known.
//
//go:noinline
func (g *Guest) hashName(hash uint32, n int) []byte {
	name := [9]byte{'#'}
	b := [...]byte{byte(hash >> 24), byte(hash >> 16), byte(hash >> 8), byte(hash)}
	return g.keep(appendHex(name[:1], b[:n]))
}

// offerOf is the offer of an environment with that hash, or nil.
func (g *Guest) offerOf(env *snapshot.Environment, hash uint32) *snapshot.Offer {
	list := env.Offers()
	for i := list.Start; i < list.End(); i++ {
		if offer := g.view.Offer(i); offer.Hash() == hash {
			return offer
		}
	}
	return nil
}

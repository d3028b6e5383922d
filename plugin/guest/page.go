package guest

import (
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/render"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// page is the scratch memory of one call.
type page struct {
	request abi.Request
	answer  abi.Answer
	call    decide.Call
	state   visitor.State

	consent    bool
	erasing    bool  // the visitor wants to be forgotten, and may be recognised for it
	prefetched bool  // nobody looks at the page yet
	sentOurs   bool  // the browser sent a visitor cookie, whatever it was worth
	sentEvents bool  // the second cookie was sent and must go
	keyID      uint8 // of the cookie that verified
	fresh      bool  // the visitor was minted in this call
	explicit   bool  // the visitor was identified by a key
	replaced   bool  // what is known of the visitor is another person's
	changed    bool  // the cookie must be written
	listed     bool
	strict     bool // what does not fit into the cookie is left out
	fragment   bool // one slot of the page is wanted, alone
	called     bool // the decide API is asked

	identity struct {
		source, key []byte
		token       bool // it is from a verified token, which carries attributes
		attributes  seal.Attributes
	}
	persons [abi.MaxPersons]decide.Person
	events  visitor.Events // of the second cookie
	// The histories of the cookie: of the environments that answer, in their
	// order, then the others.
	chronicles []chronicle
	past       []byte // entries of a history that a store is to be told of, and
	pasts      int    // how many they are
	slots      [abi.MaxSlots]abi.Slot
	spaces     [abi.MaxSlots]uint32 // that the slots ask for
	held       []held               // what the visitor's record has for the target attributes

	opened  [seal.OpenSize]byte
	second  [seal.OpenSize]byte
	token   [seal.TokenSize]byte
	body    []byte // of the new cookie
	text    []byte // strings that live until the response is written
	out     []byte // renderings and fields
	fields  [maxFields]render.Field
	ids     [abi.MaxSlots][abi.PropositionSize]byte // of the call's propositions
	links   links                                   // of the proposition that is rendered
	names   [][]byte                                // category paths
	tail    int                                     // where in the response what follows the slots begins
	needed  abi.Need
	idText  [2 * abi.VisitorSize]byte
	idBytes [abi.VisitorSize]byte
	talk    [abi.InteractionSize]byte

	// What the lists above begin with, so that the first calls do not grow
	// them step by step: enough for a page of four slots.
	room struct {
		body  [2 << 10]byte // before it is made to fit
		text  [4 << 10]byte
		out   [8 << 10]byte
		held  [64]held
		names [64][]byte
	}
}

// begin makes room in the lists of a new page.
func (p *page) begin() {
	r := &p.room
	p.body, p.text, p.out = r.body[:0], r.text[:0], r.out[:0]
	p.held, p.names = r.held[:0], r.names[:0]
}

// maxFields is the most content fields of a space that are rendered.
const maxFields = 256

// answer runs a page call: read the visitor, find the slots, resolve, fill,
// decide, store, write.
func (g *Guest) answer(dst []byte) []byte {
	p := &g.page
	g.readVisitor()
	g.findSlots()
	if g.mustAsk() {
		return g.need(dst)
	}
	if p.request.Kind == abi.KindNeed {
		return abi.AppendPing(dst, g.view.Hash())
	}
	g.readRecord()
	g.engine.Resolve(&p.call)
	g.settleVisitor()
	g.agree()
	g.fillTargets()
	g.fillHistory()
	g.engine.Decide()
	g.engine.Store()
	g.mintPropositions()
	switch {
	case p.fragment:
		g.show()
		return nil
	case p.called:
		g.answerCall()
		return nil
	}
	dst = g.writeSlots(dst)
	g.writePropositions()
	g.writeVisitor()
	p.answer.Keep = g.storing()
	p.tail = len(dst)
	return abi.AppendAnswerTail(dst, &p.answer)
}

func (p *page) reset() {
	changes := &p.answer.Changes
	p.answer = abi.Answer{
		Propositions: p.answer.Propositions[:0], Cookies: p.answer.Cookies[:0], Events: p.answer.Events[:0],
		Changes: abi.Changes{Folders: changes.Folders[:0], Persons: changes.Persons[:0]},
	}
	p.call = decide.Call{}
	p.state.Reset()
	p.events.N = 0
	p.erasing, p.sentOurs, p.sentEvents, p.fresh, p.explicit, p.replaced, p.changed, p.listed = false, false, false, false, false, false, false, false
	p.fragment, p.called = false, false
	p.keyID = 0
	p.identity.source, p.identity.key, p.identity.token = nil, nil, false
	p.identity.attributes = seal.Attributes{}
	p.body, p.text, p.out, p.names = p.body[:0], p.text[:0], p.out[:0], p.names[:0]
	p.past, p.pasts = p.past[:0], 0
}

// findSlots makes the call's slots: the request's, or the page's list.
func (g *Guest) findSlots() {
	p := &g.page
	r, c := &p.request, &p.call
	c.Time, c.Seed = r.Time, r.Seed
	c.Host, c.Path, c.Query, c.Headers = r.Host, r.Path, r.Query, r.Headers
	c.Attributes = r.Attributes
	c.Slots = r.Slots
	if r.Mode == abi.SlotsAsked {
		c.Spaces = decide.FindSpaces(p.spaces[:0], &g.view, r.Host, r.Slots)
		return
	}
	env, found := g.findPage(r.Host, r.Path)
	if found == nil {
		for i := range r.Slots {
			r.Slots[i].Held = abi.HeldYes
		}
		return
	}
	p.listed = true
	list := found.Slots()
	for i := range list.Count {
		asked := g.view.PageSlot(list.Start + i)
		s := &p.slots[i] // of a listed slot nothing else is ever set
		s.Space = g.view.Name(g.view.Space(asked.Space()).Name())
		s.N = int(asked.N())
		s.Environment = g.view.Name(env.Name())
		s.Held = heldBy(r, s)
		p.spaces[i] = asked.Space()
	}
	c.Slots, c.Spaces = p.slots[:list.Count], p.spaces[:list.Count]
}

// heldBy says whether the body holds a listed slot.
func heldBy(r *abi.Request, s *abi.Slot) abi.Held {
	if !r.HasSlots {
		return abi.HeldUnknown
	}
	for i := range r.Slots {
		if r.Slots[i].N == s.N && string(r.Slots[i].Space) == string(s.Space) {
			return abi.HeldYes
		}
	}
	return abi.HeldNo
}

// findPage is the page that lists a path: of the site's
// environment, or, in a catalog without sites, of the only environment that
// lists it.
func (g *Guest) findPage(host, path []byte) (*snapshot.Environment, *snapshot.Page) {
	if index, ok := g.view.FindSite(host); ok {
		if index == snapshot.None {
			return nil, nil
		}
		env := g.view.Environment(index)
		return env, g.view.FindPage(env, path)
	}
	var env *snapshot.Environment
	var page *snapshot.Page
	for i := range g.view.Count(snapshot.SecEnvironments) {
		e := g.view.Environment(i)
		if found := g.view.FindPage(e, path); found != nil {
			if page != nil {
				return nil, nil
			}
			env, page = e, found
		}
	}
	return env, page
}

package guest_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

var orders = flag.Int("orders", 3_000, "random orders of events for TestStatusModel")

// threeSpaces is a catalog whose spaces differ in the status on proposition and on
// acceptance.
const threeSpaces = `
catalog: three
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {likes: {type: int, default: 0}}
    spaces:
      plain: {channel: web}
      later: {channel: web, store: {on_proposition: interested, on_acceptance: scheduled, visitor_on_acceptance: {likes: target.likes + 1}}}
      given: {channel: web, store: {on_proposition: accepted}}
    categories: {all: {offers: {x: {weights: 1, content: {plain: {}, later: {}, given: {}}}}}}
`

// The reference model. Nothing in it is how the cookies work: what a cookie
// knows is a set of propositions and a set of events, and a status is what comes
// out when the events of a proposition are gone through in the order in which
// they happened.

// proposed is one proposition of an order.
type proposed struct {
	space     string
	decidedAs catalog.Status // generated, or its space's status on proposition
	ahead     bool           // the page was fetched ahead and noted nothing
	ticket    visitor.Ticket
	void      bool // the ticket has expired, or is another visitor's
	happened  []happened
}

// happened is one event that was noted, with its place among all of an order.
type happened struct {
	at     int
	action visitor.Action
}

// knows is what a cookie knows, or two together: bit n stands for the n-th
// proposition or event.
type knows struct{ propositions, events uint64 }

func (k knows) and(l knows) knows { return knows{k.propositions | l.propositions, k.events | l.events} }

// unknown stands for a proposition that nobody knows.
const unknown = catalog.Rejected + 1

// brings is the status that an event brings by itself.
func (p *proposed) brings(a visitor.Action) catalog.Status {
	switch {
	case a == visitor.Click, a == visitor.Seen && p.space == "later":
		return catalog.Interested
	case a == visitor.Seen && p.space == "plain":
		return catalog.Presented
	case a == visitor.Reject:
		return catalog.Rejected
	case a == visitor.Accept && p.space == "later":
		return catalog.Scheduled
	}
	return catalog.Accepted
}

// after is the status of a proposition after an event that brings another one.
func after(was, is catalog.Status) catalog.Status {
	ends := []catalog.Status{catalog.Accepted, catalog.Scheduled, catalog.Rejected}
	if was == unknown || slices.Contains(ends, was) && slices.Contains(ends, is) { // of those the later event wins
		return is
	}
	return max(was, is)
}

// notes reports whether an event changes anything for who sees a status. Being
// seen raises what was generated, and nothing else.
func (p *proposed) notes(was catalog.Status, a visitor.Action) bool {
	if p.void || a == visitor.Seen && was != unknown && was != catalog.Generated {
		return false
	}
	return after(was, p.brings(a)) != was
}

// status is that of a proposition, the n-th, for somebody who knows this much.
func (p *proposed) status(n int, k knows) catalog.Status {
	s := unknown
	if k.propositions>>n&1 != 0 {
		s = p.decidedAs
	}
	for _, h := range p.happened {
		if k.events>>h.at&1 != 0 {
			s = after(s, p.brings(h.action))
		}
	}
	return s
}

// underway is an answer that has not arrived yet: a page's or an event's.
type underway struct {
	page   bool
	cookie string
	knows  knows
}

// order is one browser with two tabs and what becomes of it, in the model and in
// its cookies.
type order struct {
	t       *testing.T
	g       *guest.Guest
	r       *rand.Rand
	b       jar
	seed    uint64
	now     uint32
	events  int
	page    knows // the visitor cookie
	second  knows // the second one
	list    []proposed
	answers []underway
}

// At most five propositions: neither is any of them folded, nor has the second
// cookie to drop one for want of room.
const mostProposed = 5

func newOrder(t *testing.T, g *guest.Guest, seed uint64) *order {
	o := &order{t: t, g: g, seed: seed, r: rand.New(rand.NewPCG(seed, 1)), b: jar{}, now: visitor.Minute(noon)}
	o.b["proffer"] = o.visitorCookie(&visitor.History{})
	return o
}

// visitorCookie is what a page's answer sets.
func (o *order) visitorCookie(h *visitor.History) string {
	s := visitor.State{ID: [16]byte{5}, VisitStart: noon / 1000, LastNoted: noon / 1000}
	w := visitor.BeginSection(s.AppendHead(nil), false, snapshot.Hash32([]byte("visitors")))
	w.AppendHistory(0, h)
	return string(seal.Seal(nil, seal.TestKeyring(), seal.UseCookie, "proffer", w.End()))
}

// asks asks for a page with the cookies that the browser has: it sees what the
// model says, and proposes.
func (o *order) asks() {
	var h visitor.History
	body, _, _ := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(o.b["proffer"]))
	var s visitor.State
	section := snapshot.Hash32([]byte("visitors"))
	if !s.Decode(body) || !s.Section(false, section).History(0, &h) {
		o.t.Fatal("the visitor cookie does not open")
	}
	o.b.noted(o.t).Apply(&h, false, section)
	k := o.page.and(o.second)
	for n := range o.list {
		got := unknown
		if at := h.Find(o.list[n].ticket.ID[:]); at >= 0 {
			got = h.Entries[at].Status
		}
		if want := o.list[n].status(n, k); got != want {
			o.t.Fatalf("order %d: proposition %d is %v, want %v", o.seed, n, got, want)
		}
	}
	if len(o.list) == mostProposed {
		return
	}
	n := len(o.list)
	p := o.propose(n)
	if p.ahead {
		return
	}
	h.Add(visitor.Entry{ID: p.ticket.ID, Offer: p.ticket.Offer, Channel: p.ticket.Channel, Status: p.decidedAs, First: o.now, Last: o.now})
	k.propositions |= 1 << n
	o.answers = append(o.answers, underway{true, o.visitorCookie(&h), k})
}

func (o *order) propose(n int) *proposed {
	p := proposed{space: []string{"plain", "plain", "later", "given"}[o.r.IntN(4)], ahead: o.r.IntN(6) == 0, ticket: *shopTicket(byte(n+1), 0)}
	p.ticket.Space, p.ticket.Offer, p.ticket.Minute = snapshot.Hash32([]byte(p.space)), uint32(n), o.now
	if o.r.IntN(3) > 0 {
		p.decidedAs = p.brings(visitor.Seen)
	}
	p.ticket.Visitor = visitor.Tag(&[16]byte{5})
	switch o.r.IntN(12) {
	case 0:
		p.void, p.ticket.Minute = true, o.now-visitor.TicketLife-1
	case 1:
		p.void = true
		p.ticket.Visitor++
	case 2:
		p.ticket.Visitor = 0
	}
	o.list = append(o.list, p)
	return &o.list[n]
}

// does sends an event, perhaps again and again before any answer: it notes what
// the model says.
func (o *order) does() {
	if len(o.list) == 0 || o.sending() == 2 {
		return
	}
	n := o.r.IntN(len(o.list))
	p := &o.list[n]
	a := []visitor.Action{visitor.Click, visitor.Seen, visitor.Accept, visitor.Reject}[o.r.IntN(4)]
	k := o.page.and(o.second)
	was := p.status(n, k)
	notes := p.notes(was, a)
	what := "POST event?" + a.String() + "=" + signed(a, &p.ticket)
	if a == visitor.Click {
		what = "GET click?t=" + signed(a, &p.ticket)
	}
	r := calls(o.g, what)
	r.Time = visitor.Millis(o.now)
	got := replied(o.t, o.g, o.b.on(r))
	tells := notes || a == visitor.Seen && was == catalog.Presented && !p.void
	if noted := len(got.Cookies) == 1; noted != notes || (len(got.Events) == 1) != tells {
		o.t.Fatalf("order %d: %s of %d (%v, %+v) noted: %v, want %v", o.seed, a, n, was, p, noted, notes)
	}
	if !notes {
		return
	}
	p.happened = append(p.happened, happened{o.events, a})
	l := o.second
	l.events |= 1 << o.events
	o.events++
	set := jar{}
	set.take(got.Cookies)
	o.answers = append(o.answers, underway{false, set["proffer_e"], l})
}

// sending is how many answers to events are underway: each tab sends one at a
// time.
func (o *order) sending() (n int) {
	for i := range o.answers {
		if !o.answers[i].page {
			n++
		}
	}
	return n
}

// arrives lets one of the answers that are underway arrive.
func (o *order) arrives() {
	if len(o.answers) == 0 {
		return
	}
	i := o.r.IntN(len(o.answers))
	a := o.answers[i]
	o.answers = slices.Delete(o.answers, i, i+1)
	if a.page {
		o.b["proffer"], o.page = a.cookie, a.knows
	} else {
		o.b["proffer_e"], o.second = a.cookie, a.knows
	}
}

func (o *order) run(steps int) {
	for range steps {
		o.now++
		switch o.r.IntN(10) {
		case 0, 1, 2:
			o.asks()
		case 3, 4, 5:
			o.does()
		default:
			o.arrives()
		}
		if o.r.IntN(40) == 0 { // no answer is underway for hours
			o.answers, o.now = nil, o.now+61+o.r.Uint32N(600)
		}
	}
	for len(o.answers) > 0 {
		o.arrives()
	}
	o.asks()
}

// TestStatusModel sends events of several propositions in random orders, with
// answers that pass each other, and compares every status that a page sees, and
// whether an event is noted, with the model.
func TestStatusModel(t *testing.T) {
	g := ready(t, testConfig(), build(t, threeSpaces))
	noted := 0
	for seed := range *orders {
		o := newOrder(t, g, uint64(seed))
		o.run(10 + seed%30)
		noted += o.events
	}
	t.Logf("%d orders, %d events noted", *orders, noted)
}

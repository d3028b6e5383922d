package decide

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// group is the slots of one asked space with equal categories and themes (as
// sets) and equal attributes of their own. They share one ranking.
type group struct {
	first    int // slot
	depth    int // greatest ordinal asked
	proposed int // propositions of earlier groups
	taken    int // codes that these took
}

// Decide fills every slot, group by group in the order of their first slots.
// The offers of earlier groups are taken for later ones. Who is held out gets
// nothing.
func (e *Engine) Decide() {
	if e.heldOut = e.view.Holdout() != nil && e.ngroups > 0 && e.view.HoldsOut(e.lotID()); e.heldOut {
		return
	}
	for g := range e.groups[:e.ngroups] {
		e.decideGroup(g)
	}
}

// groupOf begins with the latest group, because slots of one group mostly stand
// together.
func (e *Engine) groupOf(slot int) int {
	for g := e.ngroups - 1; g >= 0; g-- {
		first := e.groups[g].first
		if e.results[first].Asked == e.results[slot].Asked && sameAsk(&e.call.Slots[first], &e.call.Slots[slot]) {
			return g
		}
	}
	g := &e.groups[e.ngroups]
	g.first, g.depth, g.proposed, g.taken = slot, 0, 0, 0
	e.ngroups++
	return e.ngroups - 1
}

func sameAsk(a, b *abi.Slot) bool {
	if plain(a) && plain(b) {
		return true
	}
	return sameSet(a.Categories, b.Categories) && sameSet(a.Themes, b.Themes) &&
		covers(a.Attributes, b.Attributes) && covers(b.Attributes, a.Attributes)
}

// plain reports whether a slot asks for what its space shows by default.
func plain(s *abi.Slot) bool { return len(s.Categories)+len(s.Themes)+len(s.Attributes) == 0 }

//go:noinline
func sameSet(a, b [][]byte) bool { return subset(a, b) && subset(b, a) }

// subset reports whether every name of a is in b.
func subset(a, b [][]byte) bool {
	for _, x := range a {
		if !containsName(b, x) {
			return false
		}
	}
	return true
}

func containsName(list [][]byte, name []byte) bool {
	for _, y := range list {
		if bytes.Equal(name, y) {
			return true
		}
	}
	return false
}

// covers reports whether every attribute of a is in b with the same value.
func covers(a, b []abi.Attribute) bool {
	for i := range a {
		x, y := lastOf(a, a[i].Name), lastOf(b, a[i].Name)
		if y == nil || !bytes.Equal(x.Value, y.Value) {
			return false
		}
	}
	return true
}

// lastOf is the attribute of a name that counts where it is repeated, or nil.
func lastOf(list []abi.Attribute, name []byte) *abi.Attribute {
	for i := len(list) - 1; i >= 0; i-- {
		if bytes.Equal(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

// decideGroup ranks a group's offers and gives slot n the n-th.
func (e *Engine) decideGroup(g int) {
	first := e.groups[g].first
	r := &e.results[first]
	f := e.frames[r.Environment]
	sp := e.view.Space(r.Space)
	e.enter(f, r, &e.call.Slots[first])
	e.scopeGroup(f, sp, &e.call.Slots[first])
	if f.env.Rules().Count > 0 {
		e.counted(f, r.Space)
	}
	proposed := len(e.proposed)
	e.groups[g].proposed, e.groups[g].taken = proposed, e.ntaken
	e.place(g, e.rank(f, r.Space, e.groups[g].depth), sp.FallbackOffer())
	if f.counter.ready {
		for i := proposed; i < len(e.proposed); i++ {
			e.countProposed(f, &e.proposed[i])
		}
	}
}

// place gives the first n offers of e.best to a group's slots, and the fallback
// offer to the first of those that get none. Slots of one group with one ordinal
// are one proposition.
func (e *Engine) place(g, n int, fallback uint32) {
	slots := e.call.Slots
	for i := e.groups[g].first; i < len(slots); i++ {
		r, k := &e.results[i], slots[i].N
		if r.group != g {
			continue
		}
		at := len(e.proposed)
		switch {
		case k <= n:
			c := &e.best[k-1]
			r.Offer, r.Rank, r.Weight = c.offer, k, c.weight
			if c.placed > 0 {
				r.Proposition = c.placed - 1
				q := &e.proposed[r.Proposition]
				q.Held = moreHeld(q.Held, slots[i].Held)
				continue
			}
			c.placed = at + 1
			e.taken[e.ntaken] = c.code
			e.ntaken++
		case fallback == none:
			continue
		default:
			ok := e.fallsBack(fallback, r.Space)
			if ok {
				r.Offer, r.Fallback = fallback, true
			}
			if fallback = none; !ok {
				continue
			}
		}
		r.Proposition = at
		e.proposed = e.proposed[:at+1] // one for each slot at most
		p := &e.proposed[at]
		p.Asked, p.Environment, p.Space, p.Mode, p.Path = r.Asked, r.Environment, r.Space, r.Mode, r.Path
		p.Offer, p.Rank, p.Weight, p.Fallback = r.Offer, r.Rank, r.Weight, r.Fallback
		p.Proposition, p.group, p.Held = at, g, slots[i].Held
	}
}

// fallsBack reports whether a fallback offer may stand in a slot of its space: it
// needs content for the space and must be live; nothing else counts.
func (e *Engine) fallsBack(offer, space uint32) bool {
	o := e.view.Offer(offer)
	return o.Flags()&snapshot.OfferLive != 0 && !e.paused.offer(offer) && e.view.FindContent(o, space) != nil
}

func moreHeld(a, b abi.Held) abi.Held {
	if a == abi.HeldYes || b == abi.HeldYes {
		return abi.HeldYes
	}
	if a == abi.HeldUnknown || b == abi.HeldUnknown {
		return abi.HeldUnknown
	}
	return abi.HeldNo
}

package decide

import (
	"math"
	"math/bits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// candidate is an eligible offer with what it sorts by.
type candidate struct {
	offer  uint32
	code   uint32 // name id: names are sorted, so ids order as codes do
	weight float64
	tie    uint64
}

// before is the sort order: weight descending, tie ascending, code ascending.
func (c *candidate) before(d *candidate) bool {
	if c.weight != d.weight {
		return c.weight > d.weight
	}
	if c.tie != d.tie {
		return c.tie < d.tie
	}
	return c.code < d.code
}

// rank puts the first depth offers of the space's ranking into e.best and
// says how many there are. Offers lie in the order of the greatest weight that
// each can have, so the scan ends when no later one can come before the last
// that was found.
func (e *Engine) rank(f *frame, space uint32, depth int) int {
	if !e.holds(f, f.env.Filter()) {
		return 0
	}
	offers := f.env.Offers()
	word := e.view.Space(space).Live()
	tie := e.callTie(f)
	n := 0
	for base := uint32(0); base < offers.Count; base, word = base+64, word+1 {
		for live := e.view.Bitmap(word); live != 0; live &= live - 1 {
			i := offers.Start + base + uint32(bits.TrailingZeros64(live))
			o := e.view.Offer(i)
			if n == depth && o.Bound() < e.best[n-1].weight {
				return n
			}
			if !e.open(f, o, i, space) {
				continue
			}
			c := candidate{offer: i, code: o.Code(), tie: snapshot.Tie(tie, o.Tie())}
			c.weight = e.weigh(f, o, space)
			if n == depth && !c.before(&e.best[n-1]) || !e.eligible(f, o, c.weight) {
				continue
			}
			n = e.insert(c, n, depth)
		}
	}
	return n
}

// insert keeps e.best sorted and at most depth long. A candidate for a full one
// comes before its last.
func (e *Engine) insert(c candidate, n, depth int) int {
	if n == depth {
		n--
	}
	i := n
	for ; i > 0 && c.before(&e.best[i-1]); i-- {
		e.best[i] = e.best[i-1]
	}
	e.best[i] = c
	return n + 1
}

// Whether an offer is eligible is found out in three steps, the cheap ones first
// and its own filter last: most offers that pass the others have too small a
// weight to be ranked, whatever their filter says. The order of the steps cannot
// change the answer.

// open reports whether an offer is within its dates, in scope, not taken and
// not paused, and whether its categories let it pass.
func (e *Engine) open(f *frame, o *snapshot.Offer, offer, space uint32) bool {
	now := e.call.Time
	if now < o.From() || now >= o.To() || !f.allowed[o.Category()-f.env.Categories().Start] {
		return false
	}
	if e.isTaken(o.Code(), space) || len(e.paused.offers) > 0 && e.paused.offer(offer) {
		return false
	}
	f.offer = offer
	_, ok := e.chain(f, o.Category(), space)
	return ok
}

// weigh is the final weight of an offer that is open.
func (e *Engine) weigh(f *frame, o *snapshot.Offer, space uint32) float64 {
	factor, _ := e.chain(f, o.Category(), space)
	return e.weight(f, o, space) * factor
}

// eligible reports whether an offer that is open and has that final weight
// passes the filters that are left.
func (e *Engine) eligible(f *frame, o *snapshot.Offer, weight float64) bool {
	return weight > 0 && !math.IsInf(weight, 0) && e.offerChain(f, o.Category()) && e.holds(f, o.Filter())
}

func (e *Engine) isTaken(code, space uint32) bool {
	return e.ntaken > 0 && e.view.Space(space).Flags()&snapshot.SpaceAllowDuplicates == 0 &&
		contains(e.taken[:e.ntaken], code)
}

// weight is the greatest usable one of an offer, 0 if there is none.
func (e *Engine) weight(f *frame, o *snapshot.Offer, space uint32) float64 {
	now, top := e.call.Time, 0.0
	r := o.Weights()
	for i := r.Start; i < r.End(); i++ {
		w := e.view.Weight(i)
		if now < w.From() || now >= w.To() || w.Space() != none && w.Space() != space {
			continue
		}
		v := w.Value()
		if p := w.Program(); p != none {
			v = e.number(f, p)
		}
		// Not a number fails the comparison; infinity is no weight either.
		if v > top && v <= math.MaxFloat64 && e.holds(f, w.Filter()) {
			top = v
		}
	}
	return top
}

// chain reports whether a category and its ancestors let their offers pass,
// and the product of their active multipliers from the root on.
func (e *Engine) chain(f *frame, cat, space uint32) (float64, bool) {
	if f.space != space {
		clear(f.chain)
		f.space = space
	}
	i := cat - f.env.Categories().Start
	if f.chain[i] == unknown {
		e.walkChain(f, cat, space)
	}
	return f.factor[i], f.chain[i] == pass
}

// walkChain works a category's state out from its parent's, but for filters
// that read the offer. The tree is at most as deep as the compiler allows.
func (e *Engine) walkChain(f *frame, cat, space uint32) {
	c := e.view.Category(cat)
	i := cat - f.env.Categories().Start
	factor, ok := 1.0, true
	if p := c.Parent(); p != none {
		factor, ok = e.chain(f, p, space)
	}
	if now := e.call.Time; now >= c.MultiplierFrom() && now < c.MultiplierTo() {
		factor *= c.Multiplier()
	}
	f.factor[i] = factor
	f.chain[i] = fail
	if ok && (e.readsOffer(c) || e.holds(f, c.Filter())) {
		f.chain[i] = pass
	}
}

// readsOffer reports whether a category's own filter differs between offers.
func (e *Engine) readsOffer(c *snapshot.Category) bool {
	return c.Filter() != none && e.view.Uses(c.Filter())&perOffer != 0
}

// offerChain evaluates the filters of a category and its ancestors that read
// the offer, which is in scope.
func (e *Engine) offerChain(f *frame, cat uint32) bool {
	c := e.view.Category(cat)
	if c.Flags()&snapshot.CategoryOfferFilter == 0 {
		return true
	}
	for {
		if e.readsOffer(c) && !e.holds(f, c.Filter()) {
			return false
		}
		if c.Parent() == none {
			return true
		}
		c = e.view.Category(c.Parent())
	}
}

// callTie is the call's part of the tie hash: the bucket that the environment
// asks for, and the id. Without an id the bucket is always the seed.
func (e *Engine) callTie(f *frame) uint64 {
	id := e.call.Visitor.ID
	if len(id) == 0 && !e.call.Visitor.Refused {
		id = e.call.Identity.tieKey(f)
	}
	bucket := e.call.Seed
	if len(id) > 0 {
		switch f.env.Ties() {
		case snapshot.TiesVisit:
			bucket = uint64(e.call.Visitor.VisitStart)
		case snapshot.TiesDay:
			bucket = uint64(e.localDay())
		}
	}
	return snapshot.CallTie(bucket, id)
}

// tieKey is the person key where a person is all that is known.
func (id *Identity) tieKey(f *frame) []byte {
	if id.Given && f.env.Kind() == snapshot.KindIdentified {
		return id.Key
	}
	return nil
}

const dayMS = 24 * 60 * 60 * 1000

// localDay is the number of the day in the catalog's zone.
func (e *Engine) localDay() int64 {
	lo, hi := uint32(0), e.view.Count(snapshot.SecTransitions)
	for lo < hi {
		mid := (lo + hi) / 2
		if e.view.Transition(mid).At() <= e.call.Time {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	local := e.call.Time
	if e.view.Count(snapshot.SecTransitions) > 0 {
		local += e.view.Transition(max(lo, 1) - 1).Offset() // the first holds before it too
	}
	day := local / dayMS
	if local%dayMS < 0 {
		day--
	}
	return day
}

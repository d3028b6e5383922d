package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// candidate is an eligible offer with what it sorts by.
type candidate struct {
	offer  uint32
	code   uint32 // name id: names are sorted, so ids order as codes do
	weight float64
	tie    uint64

	placed int // 1 + the proposition of the slots that it was given to, 0 = none
}

// become copies what a candidate is ranked by.
func (c *candidate) become(d *candidate) {
	c.offer, c.code, c.weight, c.tie, c.placed = d.offer, d.code, d.weight, d.tie, 0
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
// that was found. As soon as there are as many as asked, an offer's own filter
// is run last: most offers are too light to be ranked, whatever it says.
func (e *Engine) rank(f *frame, space uint32, depth int) int {
	if !e.holds(f, f.env.Filter()) {
		return 0
	}
	e.beginScan(f, space, depth)
	for {
		if !e.walk(f) {
			if !e.more(f) {
				return e.scan.n
			}
			continue
		}
		o := e.view.Offer(e.scan.offer)
		if gate := f.gates[o.Category()-e.scan.category]; gate == unseen {
			e.gate(f, o.Category())
		} else {
			e.consider(f, o, gate)
		}
	}
}

// consider takes the offer at which the scan stands, if it is eligible and one
// of the first.
func (e *Engine) consider(f *frame, o *snapshot.Offer, gate float64) {
	s := &e.scan
	f.offer = s.offer
	if !s.simple && e.skips(f, o) || s.n < s.depth && !e.passes(f, o) {
		return
	}
	c := &e.looked
	c.offer, c.code, c.tie = s.offer, o.Code(), snapshot.Tie(s.tie, o.Tie())
	c.weight = e.weight(f, o, s.space) * gate
	if !(c.weight > 0 && c.weight <= math.MaxFloat64) {
		return
	}
	if s.n == s.depth && (!c.before(&e.best[s.n-1]) || !e.passes(f, o)) {
		return
	}
	if e.insert(c); s.n == s.depth {
		s.floor, s.worst = e.best[s.n-1].weight, e.best[s.n-1].tie
	}
}

// skips reports whether an offer was taken by an earlier group, is paused, or
// is excluded by a presentation rule.
func (e *Engine) skips(f *frame, o *snapshot.Offer) bool {
	s := &e.scan
	if c := &f.counter; (c.bars || len(c.tallies) > 0) && e.excludes(f, s.offer) {
		return true
	}
	return e.ntaken > 0 && !s.duplicates && contains(e.taken[:e.ntaken], o.Code()) ||
		len(e.paused.offers) > 0 && e.paused.offer(s.offer)
}

// passes reports whether an offer passes its own filter and those filters of its
// categories that read the offer.
func (e *Engine) passes(f *frame, o *snapshot.Offer) bool {
	return f.sieve.covers(e.scan.rank) || e.holds(f, o.Filter()) && e.offerChain(f, o)
}

// insert keeps e.best sorted and at most depth long. A candidate for a full one
// comes before its last.
func (e *Engine) insert(c *candidate) {
	s := &e.scan
	if s.n < s.depth {
		s.n++
	}
	i := s.n - 1
	for ; i > 0 && c.before(&e.best[i-1]); i-- {
		e.best[i].become(&e.best[i-1])
	}
	e.best[i].become(c)
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
			v, _ = e.number(f, p)
		}
		// Not a number fails the comparison; infinity is no weight either.
		if v > top && v <= math.MaxFloat64 && e.holds(f, w.Filter()) {
			top = v
		}
	}
	return top
}

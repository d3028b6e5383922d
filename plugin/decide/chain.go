package decide

import "github.com/profferhq/proffer/catalog/snapshot"

// The gate of a category, for the offers of a group: the product of its active
// multipliers and its ancestors', or one of these.
const (
	unseen = 0.0  // not worked out yet
	closed = -1.0 // its offers are not in scope or do not pass
)

// gate works out a category's gate.
func (e *Engine) gate(f *frame, cat uint32) {
	i := cat - f.env.Categories().Start
	factor, ok := closed, false
	if f.all || f.allowed[i] {
		factor, ok = e.chain(f, cat)
	}
	if !ok || factor == unseen { // no weight that is multiplied by 0 counts
		factor = closed
	}
	f.gates[i] = factor
}

// chain reports whether a category and its ancestors let their offers pass, but
// for filters that read the offer, and the product of their active multipliers
// from the root on. It is worked out once, from the parent's; the tree is at
// most as deep as the compiler allows.
func (e *Engine) chain(f *frame, cat uint32) (float64, bool) {
	i := cat - f.env.Categories().Start
	if known := f.known(f.chain[i]); known != unknown {
		return f.factor[i], known == pass
	}
	c := e.view.Category(cat)
	f.chain[i] = f.age | fail // ends a circle of parents, which Verify refuses
	factor, ok := 1.0, true
	if p := c.Parent(); p != none {
		factor, ok = e.chain(f, p)
	}
	if now := e.call.Time; now >= c.MultiplierFrom() && now < c.MultiplierTo() {
		factor *= c.Multiplier()
	}
	if ok && c.Filter() != none {
		uses := e.view.Uses(c.Filter())
		f.bySpace = f.bySpace || uses&perGroup != 0
		ok = uses&perOffer != 0 || e.truth(f, c.Filter())
	}
	f.factor[i] = factor
	if ok {
		f.chain[i] = f.age | pass
	}
	return factor, ok
}

// readsOffer reports whether a category's own filter differs between offers.
func (e *Engine) readsOffer(c *snapshot.Category) bool {
	return c.Filter() != none && e.view.Uses(c.Filter())&perOffer != 0
}

// offerChain evaluates the filters of a category and its ancestors that read
// the offer, which is in scope.
func (e *Engine) offerChain(f *frame, o *snapshot.Offer) bool {
	c := e.view.Category(o.Category())
	if c.Flags()&snapshot.CategoryOfferFilter == 0 {
		return true
	}
	for range snapshot.MaxDepth {
		if e.readsOffer(c) && !e.holds(f, c.Filter()) {
			return false
		}
		if c.Parent() == none {
			return true
		}
		c = e.view.Category(c.Parent())
	}
	return false // a circle of parents, which Verify refuses
}

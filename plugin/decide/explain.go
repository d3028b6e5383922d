package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/expr"
)

// explainBudget bounds the expression steps of all reasons of a call. They are
// worked out without index and memory: four times what a call may take.
const explainBudget = 4 * StepBudget

// Reason is what became of one offer in a group.
type Reason struct {
	_         [0]func() // not comparable: spares the module a comparison that nothing uses
	candidate           // its weight is 0 if the offer is not in scope
	Why       abi.Why
	// Detail is the category whose filter it is, the place of the rule among the
	// environment's, why weights are not usable, or the rank of an eligible one.
	Detail uint64
	// Count is what the rule has counted, or 1 if the filter did not say no but
	// failed, or the place of the weight that counts among the offer's.
	Count uint32
}

// Offer is the one that it is about.
func (r *Reason) Offer() uint32 { return r.offer }

// Weight is the offer's greatest usable weight, times the multipliers.
func (r *Reason) Weight() float64 { return r.weight }

// blame notes the constraint, unless an earlier one has removed the offer.
//
//go:noinline
func (r *Reason) blame(why abi.Why) {
	if r.Why == abi.WhyEligible {
		r.Why = why
	}
}

// Groups is how many groups of slots were decided.
func (e *Engine) Groups() int { return e.ngroups }

// First is the first slot of a group.
func (e *Engine) First(group int) int { return e.groups[group].first }

// Group is which of them a slot is in; -1: nothing was decided.
func (r *Result) Group() int { return r.group }

// BeginExplain makes ready for Explain, after Decide and Store and what uses
// their results.
func (e *Engine) BeginExplain() { e.machine.Reset(explainBudget) }

// Explain tells of every offer of the environment that answered a group what
// became of it: the eligible as the ranking has them, then the others, both in
// the order of weights; nothing where the steps ran out. It asks every
// constraint of every offer in the order of abi.Why, with what the groups before
// this one were given. So it is slow: with Decide it shares the counters, the
// scope of expressions and the categories that are asked, but no bound, no index
// and no result that was remembered.
func (e *Engine) Explain(g int) []Reason {
	first := e.groups[g].first
	r, s := &e.results[first], &e.call.Slots[first]
	f := e.frames[r.Environment]
	sp := e.view.Space(r.Space)
	e.enter(f, r, s)
	e.scopeGroup(f, sp, s)
	proposed := e.proposed
	e.proposed = proposed[:e.groups[g].proposed]
	f.counter.ready = false
	e.counted(f, r.Space)
	e.proposed = proposed
	tie := e.callTie(f)
	list := make([]Reason, f.env.Offers().Count)
	for i := range list {
		e.explain(f, &list[i], f.env.Offers().Start+uint32(i), sp, r)
		list[i].tie = snapshot.Tie(tie, list[i].tie)
	}
	if e.OverBudget() {
		return nil
	}
	sortReasons(list)
	for i := range list {
		if r := &list[i]; r.Why == abi.WhyEligible {
			r.Detail = uint64(i + 1)
		}
	}
	return list
}

// sortReasons is a shell sort: short, and fast enough for some thousand offers.
func sortReasons(list []Reason) {
	for gap := len(list) / 2; gap > 0; gap /= 2 {
		for i := gap; i < len(list); i++ {
			for j := i; j >= gap && list[j].comesBefore(&list[j-gap]); j -= gap {
				list[j], list[j-gap] = list[j-gap], list[j]
			}
		}
	}
}

func (r *Reason) comesBefore(x *Reason) bool {
	if eligible := r.Why == abi.WhyEligible; eligible != (x.Why == abi.WhyEligible) {
		return eligible
	}
	return r.before(&x.candidate)
}

// explain asks one constraint after the other of an offer, for the group of a
// result.
func (e *Engine) explain(f *frame, r *Reason, offer uint32, sp *snapshot.Space, group *Result) {
	o, now := e.view.Offer(offer), e.call.Time
	r.candidate = candidate{offer: offer, code: o.Code(), tie: o.Tie()}
	r.Why = abi.WhyEligible
	f.offer = offer
	rank := offer - f.env.Offers().Start
	if e.view.Bitmap(sp.Live()+rank/64)>>(rank%64)&1 == 0 {
		r.blame(abi.WhyNotLive)
	}
	if !f.all && !f.allowed[o.Category()-f.env.Categories().Start] {
		r.blame(abi.WhyScope)
	}
	if r.Why != abi.WhyEligible {
		return
	}
	e.blameFilter(f, r, f.env.Filter(), abi.WhyEnvironment)
	if now < o.From() || now >= o.To() {
		r.blame(abi.WhyPeriod)
	}
	factor := e.blameCategories(f, r, o.Category(), snapshot.MaxDepth)
	e.blameFilter(f, r, o.Filter(), abi.WhyFilter)
	if r.weight = e.weigh(f, r, o, group.Space) * factor; !(r.weight > 0 && r.weight <= math.MaxFloat64) {
		r.blame(abi.WhyFinalWeight)
	}
	if e.paused.offer(offer) {
		r.blame(abi.WhyPaused)
	}
	e.blameRules(f, r, rank)
	if sp.Flags()&snapshot.SpaceAllowDuplicates == 0 && contains(e.taken[:e.groups[group.group].taken], r.code) {
		r.blame(abi.WhyTaken)
	}
}

// verdict evaluates a condition without remembering it.
func (e *Engine) verdict(f *frame, program uint32) uint8 {
	if program == none {
		return pass
	}
	e.offerScope(f, e.view.Uses(program))
	switch v := e.machine.Eval(e.view.Program(program), &f.scope); {
	case v.Kind != expr.Bool:
		return unknown
	case v.Bits != 0:
		return pass
	}
	return fail
}

func (e *Engine) blameFilter(f *frame, r *Reason, program uint32, why abi.Why) {
	if r.Why != abi.WhyEligible {
		return
	}
	if holds := e.verdict(f, program); holds != pass {
		r.Why = why
		if holds == unknown {
			r.Count = 1
		}
	}
}

// blameCategories asks the filters from the root on, and gives the product of
// the multipliers.
func (e *Engine) blameCategories(f *frame, r *Reason, cat uint32, depth int) float64 {
	factor := 1.0
	c := e.view.Category(cat)
	if c.Parent() != none && depth > 0 {
		factor = e.blameCategories(f, r, c.Parent(), depth-1)
	}
	if now := e.call.Time; now >= c.MultiplierFrom() && now < c.MultiplierTo() {
		factor *= c.Multiplier()
	}
	if r.Why == abi.WhyEligible {
		r.Detail = uint64(cat)
		e.blameFilter(f, r, c.Filter(), abi.WhyCategory)
	}
	return factor
}

// weigh gives an offer's greatest usable weight and notes its place, or why none
// is usable.
func (e *Engine) weigh(f *frame, r *Reason, o *snapshot.Offer, space uint32) (top float64) {
	list, now, place := o.Weights(), e.call.Time, uint32(0)
	faults := uint64(0)
	for i := range list.Count {
		w := e.view.Weight(list.Start + i)
		if now < w.From() || now >= w.To() || w.Space() != none && w.Space() != space {
			continue
		}
		v, ok, fault := w.Value(), true, uint64(0)
		if p := w.Program(); p != none {
			v, ok = e.number(f, p)
		}
		holds := e.verdict(f, w.Filter())
		switch {
		case !ok:
			fault = abi.WeightFailed
		case !(v > 0 && v <= math.MaxFloat64):
			fault = abi.WeightNumber
		case holds == unknown:
			fault = abi.WeightFilterFailed
		case holds == fail:
			fault = abi.WeightFilter
		case v > top:
			top, place = v, i
		}
		faults |= fault << (4 * i)
	}
	if r.Why != abi.WhyEligible {
		return top
	}
	if r.Count, r.Detail = place, faults; top == 0 {
		r.Why = abi.WhyNoWeight
	}
	return top
}

// blameRules finds the first rule that excludes an offer.
func (e *Engine) blameRules(f *frame, r *Reason, rank uint32) {
	c := &f.counter
	for i := range c.rules {
		rule := e.view.Rule(f.env.Rules().Start + uint32(i))
		if r.Why != abi.WhyEligible || !c.rules[i].on || !e.view.Applies(rule, rank) {
			continue
		}
		n := c.rules[i].count
		for j := range c.tallies {
			if t := &c.tallies[j]; t.rule == uint32(i) && e.tallyOf(rule, t, r.offer) {
				n = t.count
			}
		}
		if n >= rule.Quantity() || e.call.Visitor.Refused {
			r.Why, r.Detail, r.Count = abi.WhyRule, uint64(i), n
		}
	}
}

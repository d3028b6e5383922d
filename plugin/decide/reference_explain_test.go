package decide_test

import (
	"math"
	"slices"
	"strconv"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// blame is why an offer was removed, in names; no reason is the zero why.
type blame struct {
	why    abi.Why
	failed bool
	detail string
	count  uint32
}

// blames are the reasons of every offer of a group's environment. An offer that
// is in the ranking has none.
func (r *reference) blames(g *set, out *answer, taken map[string]bool, ranking []ranked) map[string]blame {
	all := map[string]blame{}
	f := flatten(g.answers.env)
	for i := range f.offers {
		o := &f.offers[i]
		b := r.blame(g, f, o, out, taken)
		rank := slices.IndexFunc(ranking, func(x ranked) bool { return x.code == o.Code.S })
		if b.why == 0 {
			b = blame{why: abi.WhyEligible, detail: strconv.Itoa(rank + 1)}
		} else if rank >= 0 {
			b.detail = "but it is in the ranking"
		}
		all[o.Code.S] = b
	}
	return all
}

func (r *reference) blame(g *set, f *flat, o *entry, out *answer, taken map[string]bool) blame {
	switch {
	case !o.live() || !o.shows(g.answers.Name.S):
		return blame{why: abi.WhyNotLive}
	case !r.inScope(g, f, o):
		return blame{why: abi.WhyScope}
	}
	if holds, failed := r.verdict(g, o, g.answers.env.Filter); !holds {
		return blame{why: abi.WhyEnvironment, failed: failed}
	}
	if !r.inPeriod(o) {
		return blame{why: abi.WhyPeriod}
	}
	for _, c := range o.path {
		if holds, failed := r.verdict(g, o, c.Filter); !holds {
			return blame{why: abi.WhyCategory, failed: failed, detail: c.Name.S}
		}
	}
	if holds, failed := r.verdict(g, o, o.Filter); !holds {
		return blame{why: abi.WhyFilter, failed: failed}
	}
	if codes, usable := r.weightCodes(g, o); !usable {
		return blame{why: abi.WhyNoWeight, detail: codes}
	}
	if w := r.weigh(g, f, o); !(w > 0) || math.IsInf(w, 0) {
		return blame{why: abi.WhyFinalWeight}
	}
	if slices.Contains(r.q.pausedOffers, [2]string{g.answers.env.Name.S, o.Code.S}) {
		return blame{why: abi.WhyPaused}
	}
	if b := r.excluding(g, out, o.Code.S); b.why != 0 {
		return b
	}
	if taken[o.Code.S] && !g.answers.AllowDuplicates {
		return blame{why: abi.WhyTaken}
	}
	return blame{}
}

// inPeriod tells whether it is an offer's time.
func (r *reference) inPeriod(o *entry) bool {
	return r.active(o.From, o.To) && !slices.ContainsFunc(o.path, func(c *catalog.Category) bool { return !r.active(c.From, c.To) })
}

// verdict tells whether a filter is true, and whether it fails: some condition
// does and none is false.
func (r *reference) verdict(g *set, o *entry, f catalog.Filter) (holds, failed bool) {
	for _, c := range f {
		if c.When.S != "" {
			when, err := r.eval(g, o, c.When.S)
			failed = failed || err != nil
			if err != nil || when == false {
				continue
			}
		}
		v, err := r.eval(g, o, c.Expr.S)
		if err == nil && v != true {
			return false, false
		}
		failed = failed || err != nil
	}
	return !failed, failed
}

// weightCodes are why weights are not usable, as digits in order.
func (r *reference) weightCodes(g *set, o *entry) (codes string, usable bool) {
	for _, w := range r.weights(o) {
		code := r.weightCode(g, o, &w)
		usable = usable || code == weightUsable
		if code > 0 {
			codes += strconv.Itoa(code)
		}
	}
	return sorted(codes), usable
}

const weightUsable = -1

func (r *reference) weightCode(g *set, o *entry, w *catalog.Weight) int {
	if !r.active(w.From, w.To) || w.Space.S != "" && w.Space.S != g.answers.Name.S {
		return 0
	}
	value := w.Value
	if w.Expr.S != "" {
		if _, err := r.eval(g, o, w.Expr.S); err != nil {
			return abi.WeightFailed
		}
		value = r.number(g, o, w.Expr.S)
	}
	if !(value > 0) || math.IsInf(value, 0) {
		return abi.WeightNumber
	}
	switch holds, failed := r.verdict(g, o, w.Filter); {
	case failed:
		return abi.WeightFilterFailed
	case !holds:
		return abi.WeightFilter
	}
	return weightUsable
}

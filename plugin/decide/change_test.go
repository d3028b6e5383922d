package decide_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

// withIneligible gives a catalog that is the test's own one more offer in one of
// its environments, which no call shows anybody.
func (g draw) withIneligible(c *catalog.Catalog) *catalog.Catalog {
	e := c.Environments[g.n(len(c.Environments))]
	o := &catalog.Offer{
		Code: catalog.Text{S: "o999"}, Enabled: true, Approved: true, Weights: []catalog.Weight{{Value: 100}},
	}
	for _, s := range e.Spaces {
		o.Content = append(o.Content, catalog.Content{Space: s.Name})
	}
	into := e.Categories[g.n(len(e.Categories))]
	switch w := &o.Weights[0]; g.n(12) {
	case 0:
		o.Enabled = false
	case 1:
		o.Approved = false
	case 2:
		o.Filter = catalog.Filter{{Expr: catalog.Text{S: `false`}}}
	case 3:
		o.Filter = catalog.Filter{{Expr: catalog.Text{S: `10 / (target.visits - target.visits) > 1`}}}
	case 4:
		w.Value = pick(g, 0, -1.0)
	case 5:
		w.Expr = catalog.Text{S: pick(g, `10 / (target.visits - target.visits)`, `0.0 / (target.score - target.score)`, `1.0 / (target.score - target.score)`)}
	case 6:
		o.Content = nil
	case 7:
		o.To = catalog.Instant{Set: true, MS: gridStart - 1} // before any call
	case 8:
		o.From = catalog.Instant{Set: true, MS: gridStart + gridSize*gridStep}
	case 9:
		w.From = catalog.Instant{Set: true, MS: gridStart + gridSize*gridStep}
	case 10:
		w.Filter = catalog.Filter{{Expr: catalog.Text{S: `target.vip && !target.vip`}}}
	case 11:
		into = &catalog.Category{Name: catalog.Text{S: "closed"}, AlwaysInclude: true}
		e.Categories = append(e.Categories, into)
	}
	into.Offers = append(into.Offers, o)
	return c
}

// raisingAWeight raises one weight of an offer: whoever is shown the ranking of
// one of its spaces sees the offer where it was or before that, and the others
// in their order.
func raisingAWeight(t *rapid.T, g draw, c *catalog.Catalog, before *decide.Engine) {
	env := c.Environments[g.n(len(c.Environments))]
	var plain []*catalog.Offer
	for _, o := range flatten(env).offers {
		if slices.ContainsFunc(o.Weights, func(w catalog.Weight) bool { return w.Expr.S == "" }) {
			plain = append(plain, o.Offer)
		}
	}
	if len(plain) == 0 {
		return
	}
	o := plain[g.n(len(plain))]
	i := slices.IndexFunc(o.Weights, func(w catalog.Weight) bool { return w.Expr.S == "" })
	calls := make([]*call, 4)
	was := make([][]string, len(calls))
	for j := range calls {
		calls[j] = g.call(c)
		a := ask{space: env.Spaces[g.n(len(env.Spaces))].Name.S, environment: env.Name.S}
		calls[j].asks = nil
		for a.n = 1; a.n <= abi.MaxSlots; a.n++ {
			calls[j].asks = append(calls[j].asks, a)
		}
		was[j] = calls[j].ranking(before)
	}
	o.Weights[i].Value += pick(g, 0.25, 1, 1.5, 100)
	after := decide.New(open(t, c))
	for j, q := range calls {
		is, code := q.ranking(after), env.Name.S+"/"+o.Code.S
		from, to := slices.Index(was[j], code), slices.Index(is, code)
		if from >= 0 && (to < 0 || to > from) {
			t.Fatalf("a raised weight takes %s from place %d to %d\n%+v\n%s", code, from+1, to+1, *q, dump(c))
		}
		rest, same := others(was[j], code), others(is, code)
		n := min(len(rest), len(same))
		if !slices.Equal(rest[:n], same[:n]) {
			t.Fatalf("a raised weight of %s changes the order of the others: %v, before %v\n%+v\n%s", code, same, rest, *q, dump(c))
		}
	}
}

// ranking is what the slots of a call show, but for the fallback offer.
func (q *call) ranking(e *decide.Engine) (codes []string) {
	a := q.run(e)
	for _, s := range a.slots {
		if s.rank > 0 {
			codes = append(codes, s.environment+"/"+s.offer)
		}
	}
	return codes
}

func others(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

// noOfferTwice: what a slot shows no slot of a later group shows, unless its
// space allows that.
func noOfferTwice(_ draw, c *catalog.Catalog, e *decide.Engine, q *call) string {
	a := q.run(e)
	for i, r := range e.Results() {
		for j, later := range e.Results() {
			s := &a.slots[j]
			if r.Rank > 0 && later.Rank > 0 && r.Group() < later.Group() && a.slots[i].offer == s.offer && !allowsDuplicates(c, s) {
				return fmt.Sprintf("slots %d and %d show %s", i, j, s.offer)
			}
		}
	}
	return ""
}

func allowsDuplicates(c *catalog.Catalog, o *outcome) bool {
	for _, e := range c.Environments {
		for _, s := range e.Spaces {
			if e.Name.S == o.environment && s.Name.S == o.space {
				return s.AllowDuplicates
			}
		}
	}
	return false
}

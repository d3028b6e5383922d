package decide_test

import (
	"strconv"

	"github.com/profferhq/proffer/catalog"
)

// rules draws presentation rules and who applies them.
func (g draw) rules(c *catalog.Catalog) {
	for i := range pick(g, 0, 0, 1, 2, 4) {
		r := &catalog.Rule{
			Name: catalog.Text{S: "r" + strconv.Itoa(i)}, Active: !g.chance(10),
			Channel: catalog.Text{S: pick(g, "", "", "web", "mobile")}, Quantity: pick(g, int64(1), 1, 2, 3),
			SameChannelOnly: g.chance(30), Counted: catalog.Counting(g.n(4)),
			Status: catalog.CountedStatus(pick(g, 0, 0, 1, 1, 2, 3, 4)),
		}
		if g.chance(60) {
			r.Period.MS = int64(1+g.n(8)) * gridStep
		} else {
			r.Calendar = pick(g, catalog.CalendarDay, catalog.CalendarWeek, catalog.CalendarMonth)
		}
		if g.chance(60) {
			r.AppliesTo = catalog.Text{S: pick(g, appliesSources...)}
		}
		switch {
		case g.chance(25):
			r.Target = g.filter(targetFilters)
		case g.chance(15): // counts anew for each space
			r.Target = g.filter(spaceFilters)
		}
		if g.chance(40) {
			r.Propositions = g.filter(propositionSources)
		}
		c.Rules = append(c.Rules, r)
		for _, e := range c.Environments {
			if g.chance(60) {
				e.Typology = append(e.Typology, r.Name)
			}
		}
	}
}

// history draws what a target was shown; half of it at the edge of a period, of
// one that a rule has if there are rules.
func (g draw) history(now int64, rules []*catalog.Rule) (out []past) {
	for range pick(g, 0, 1, 3, 6) {
		p := past{
			code: pick(g, "o0", "o1", "o2", "o3", "o4", "gone"), channel: pick(g, "web", "web", "mobile", "post"),
			status: catalog.Status(g.n(6)), first: g.moment(),
		}
		if g.chance(50) {
			edge := int64(g.n(8)) * gridStep
			if len(rules) > 0 {
				edge = rules[g.n(len(rules))].Period.MS
			}
			p.first = now - edge + int64(g.n(3)-1)
		}
		if p.last = p.first; p.status > catalog.Presented {
			p.last += int64(g.n(4)) * gridStep
		}
		out = append(out, p)
	}
	return out
}

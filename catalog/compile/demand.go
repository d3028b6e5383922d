package compile

import (
	"fmt"
	"maps"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
)

// maxParts is how many conditions of one filter people still see through.
const maxParts = 5

// demands looks at what the filters of an environment demand together.
type demands struct {
	l       *linker
	env     *environment
	domains rule.Domains
	root    demand
	chains  map[*category]*chain
}

// demand is a filter with what it demands; facts are nil where that is unknown.
type demand struct {
	filter catalog.Filter
	facts  *rule.Facts
	kind   string // of whose filter it is
	name   string
}

// chain are the filters that an offer of a category passes first.
type chain struct {
	list  []demand
	never bool // one of them is never true, or two exclude each other
}

func (l *linker) demands(env *environment) *demands {
	d := &demands{l: l, env: env, domains: domainsOf(env, l.src), chains: map[*category]*chain{}}
	d.root = d.demand(env.src.Filter, rule.RoleEnvironment, "environment", env.src.Name.S)
	root := &chain{}
	root.never = d.check(root, d.root, d.domains, "no offer of the environment is ever shown")
	root.list = append(root.list, d.root)
	d.chains[nil] = root
	return d
}

// domainsOf are the names whose values an environment settles.
func domainsOf(env *environment, src *catalog.Catalog) rule.Domains {
	d := rule.Domains{
		"interaction.environment": {env.src.Name.S},
		"interaction.mode":        {"explicit", "implicit"},
	}
	switch env.src.Kind {
	case catalog.Anonymous:
		d["interaction.mode"] = []string{"anonymous"}
	case catalog.Identified:
	default:
		delete(d, "interaction.mode")
	}
	if env.broken || src.Incomplete {
		return d // there may be more spaces, categories and arms
	}
	for _, x := range src.Experiments {
		d["experiment."+x.Name.S] = append(namesOf(x.Arms, func(a catalog.Arm) string { return a.Name.S }), "")
	}
	d["interaction.space"] = distinct(namesOf(env.spaces, func(s *space) string { return s.src.Name.S }))
	d["interaction.channel"] = distinct(namesOf(env.spaces, func(s *space) string { return s.src.Channel.S }))
	d["offer.category"] = distinct(namesOf(env.categories, func(c *category) string { return c.src.Name.S }))
	return d
}

func (d *demands) demand(f catalog.Filter, role rule.Role, kind, name string) demand {
	out := demand{filter: f, kind: kind, name: name}
	if len(f) > 0 {
		out.facts = d.env.facts[filterSource(f, role)]
	}
	return out
}

func (d *demands) category(c *category) {
	above := d.chains[c.parent]
	own := &chain{list: above.list, never: above.never}
	if len(c.src.Filter) > 0 {
		f := d.demand(c.src.Filter, rule.RoleCategory, "category", c.src.Name.S)
		own.never = d.check(above, f, d.domains, fmt.Sprintf("no offer of category %q is ever shown", c.src.Name.S)) || above.never
		own.list = append(slices.Clone(above.list), f)
	}
	d.chains[c] = own
}

// offer looks at an offer's own filter, and reports whether the offer's
// filters can never be true.
func (d *demands) offer(o *offer) (never bool) {
	above := d.chains[o.category]
	if len(o.src.Filter) == 0 {
		return above.never
	}
	f := d.demand(o.src.Filter, rule.RoleOffer, "offer", o.src.Code.S)
	return d.check(above, f, d.shown(o), fmt.Sprintf("offer %q is never shown", o.src.Code.S)) || above.never
}

// weights looks at the filters of an offer's weights.
func (d *demands) weights(o *offer, never bool) {
	var above *chain
	for i := range o.src.Weights {
		w := &o.src.Weights[i]
		if len(w.Filter) == 0 {
			continue
		}
		if above == nil {
			own := d.demand(o.src.Filter, rule.RoleOffer, "offer", o.src.Code.S)
			above = &chain{list: append(slices.Clone(d.chains[o.category].list), own), never: never}
		}
		d.check(above, d.demand(w.Filter, rule.RoleWeight, "weight", ""), d.shown(o), "this weight never counts")
	}
}

// shown are the domains for an offer: it is shown on the spaces that it has
// content for.
func (d *demands) shown(o *offer) rule.Domains {
	if len(o.contents) == 0 || len(o.contents) < len(o.src.Content) || d.env.broken || d.l.src.Incomplete {
		return d.domains
	}
	out := maps.Clone(d.domains)
	out["interaction.space"] = distinct(namesOf(o.contents, func(c content) string { return c.space.src.Name.S }))
	out["interaction.channel"] = distinct(namesOf(o.contents, func(c content) string { return c.space.src.Channel.S }))
	return out
}

// check remarks on a filter, and reports whether it is never true below what
// stands above it; so says what follows then.
func (d *demands) check(above *chain, f demand, domains rule.Domains, so string) (never bool) {
	if f.facts == nil {
		return false
	}
	if f.facts.Parts > maxParts {
		first := f.filter[0].Expr
		d.l.remark(first, "many-conditions", "move what several offers share into their category's filter, or give a part a name among the environment's filters", nil,
			"this filter has %d conditions; more than %d are hard to see through and to test", f.facts.Parts, maxParts)
	}
	for _, c := range f.facts.Constants {
		d.constant(f.filter, c, so)
		never = never || !c.Value && !c.When
	}
	if never || above.never {
		return never
	}
	facts := make([]*rule.Facts, 0, len(above.list)+1)
	for i := range above.list {
		facts = append(facts, above.list[i].facts)
	}
	c, found := d.env.rules.Conflict(domains, append(facts, f.facts)...)
	if found {
		d.conflict(above, f, c, so)
	}
	return found
}

// constant remarks on a part that is the same for everybody.
func (d *demands) constant(f catalog.Filter, c rule.Constant, so string) {
	at := piece(f, c.Place)
	const hint = "it asks about nothing that differs between visitors or calls"
	switch {
	case c.When && c.Value:
		d.l.remark(at, "always-true", "leave out the when", nil, "this is always true, so the condition is always taken into account")
	case c.When:
		d.l.remark(at, "never-true", hint, nil, "this is never true, so the condition is never taken into account")
	case c.Value:
		d.l.remark(at, "always-true", "remove it", nil, "this is always true, so it changes nothing")
	default:
		d.l.remark(at, "never-true", hint, nil, "this is never true, so %s", so)
	}
}

// conflict remarks on a part that is never true, alone or beside another.
func (d *demands) conflict(above *chain, f demand, c rule.Conflict, so string) {
	at := piece(f.filter, c.At)
	switch {
	case c.Domain:
		hint := ""
		for _, word := range c.Words {
			if !slices.Contains(c.Values, word) {
				hint = didYouMean(word, c.Values)
			}
		}
		d.l.remark(at, "never-true", hint, nil, "%s is %s here, so this is never true: %s", c.Name, oneOf(c.Values), so)
		return
	case c.Alone:
		d.l.remark(at, "never-true", "", nil, "no value of %s makes this true, so %s", c.Name, so)
		return
	}
	hint := "if one of the two is enough, join them by ||"
	other := f
	if c.OtherGroup < len(above.list) {
		other = above.list[c.OtherGroup]
		hint = fmt.Sprintf("the filter of %s %q holds here too", other.kind, other.name)
	}
	if c.Several {
		d.l.remark(at, "contradiction", "", place(piece(other.filter, c.Other), "the first of them"),
			"no value of %s makes this and all the other conditions on it true, so %s", c.Name, so)
		return
	}
	d.l.remark(at, "contradiction", hint, place(piece(other.filter, c.Other), "the other one"),
		"no value of %s makes both this and another condition true, so %s", c.Name, so)
}

// piece is a part of a filter in its source.
func piece(f catalog.Filter, p rule.Place) catalog.Text {
	text := f[p.Condition].Expr
	if p.When {
		text = f[p.Condition].When
	}
	return text.Slice(p.Offset, p.End)
}

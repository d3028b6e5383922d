package compile

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// ruleUse is what the environments make of one rule.
type ruleUse struct {
	envs    []*environment
	applies bool // to an offer of one of them
}

// typology compiles the rules that an environment names. A rule that several
// name is compiled for each: its expressions stand on their schemas.
func (l *linker) typology(env *environment) {
	for i, ref := range env.src.Typology {
		if i > 0 && env.src.Typology[i-1].S == ref.S {
			continue
		}
		at := slices.IndexFunc(l.src.Rules, func(r *catalog.Rule) bool { return r.Name.S == ref.S })
		if at < 0 && l.gap(catalog.Pos{}, "rules") {
			continue
		}
		if at < 0 {
			l.unknown(ref, "unknown-rule", "rule", namesOf(l.src.Rules, func(r *catalog.Rule) string { return r.Name.S }))
			continue
		}
		before := len(l.diags)
		p := l.presentation(env, l.src.Rules[at])
		l.foundIn(before, ref, env)
		if use := l.use(ref.S); p.src.Active {
			use.applies = use.applies || slices.ContainsFunc(p.applies, func(w uint64) bool { return w != 0 })
			env.typology = append(env.typology, p)
		}
		l.use(ref.S).envs = append(l.use(ref.S).envs, env)
	}
	if n := len(env.typology); n > snapshot.MaxRules {
		l.error(env.src.Name.Pos, "too-many", "", "environment %q has %d rules, more than %d", env.src.Name.S, n, snapshot.MaxRules)
	}
}

func (l *linker) use(name string) *ruleUse {
	if l.uses[name] == nil {
		l.uses[name] = &ruleUse{}
	}
	return l.uses[name]
}

func (l *linker) presentation(env *environment, src *catalog.Rule) *presentation {
	l.name(src.Name.S)
	l.name(src.Channel.S)
	return &presentation{
		src:          src,
		target:       l.filter(env, src.Target, rule.RoleAudience),
		propositions: l.filter(env, src.Propositions, rule.RolePropositions),
		applies:      l.applies(env, src.AppliesTo),
	}
}

// applies finds the offers of an environment that an expression is true of. It
// is known now, so that no decision evaluates it.
func (l *linker) applies(env *environment, src catalog.Text) []uint64 {
	if bits, ok := env.applies[src.S]; ok {
		return bits
	}
	holds := func(int) bool { return true }
	if src.S != "" {
		if env.rules == nil {
			return nil
		}
		a, issues := env.rules.CompileApplies(src.S)
		for _, issue := range issues {
			l.issue(env, src, issue)
		}
		if issues != nil {
			return nil
		}
		values, known := env.offerValues(), map[*category]bool{}
		holds = func(rank int) bool {
			c := env.offers[rank].category
			yes, ok := known[c]
			if !ok {
				yes = a.Hold(values[rank])
			}
			if a.ByCategory {
				known[c] = yes
			}
			return yes
		}
	}
	bits := make([]uint64, (len(env.offers)+63)/64)
	for rank := range env.offers {
		if holds(rank) {
			bits[rank/64] |= 1 << (rank % 64)
		}
	}
	if env.applies == nil {
		env.applies = map[string][]uint64{}
	}
	env.applies[src.S] = bits
	return bits
}

// offerValues are what expressions know of an environment's offers, by rank.
func (env *environment) offerValues() []rule.Offer {
	if env.values != nil {
		return env.values
	}
	env.values = make([]rule.Offer, len(env.offers))
	for rank, o := range env.offers {
		var v rule.OfferValues
		v.Code, v.Category = o.src.Code.S, o.category.src.Name.S
		v.Categories, v.Themes = o.category.path, o.category.themes
		v.Attributes = make([]any, len(env.offerAttrs))
		for i := range env.offerAttrs {
			if d := env.offerAttrs[i].Default; d != nil {
				v.Attributes[i] = goValue(d)
			}
		}
		for j := range o.src.Attributes {
			if i := indexOf(env.offerAttrs, o.src.Attributes[j].Name.S); i >= 0 {
				v.Attributes[i] = goValue(&o.src.Attributes[j].Value)
			}
		}
		env.values[rank] = env.rules.Offer(&v)
	}
	return env.values
}

// foundIn says of the problems that a rule has in an environment, from one on,
// where that environment names it, and drops those that another one had too.
func (l *linker) foundIn(from int, ref catalog.Text, env *environment) {
	found := slices.Clone(l.diags[from:])
	l.diags = l.diags[:from]
	for _, d := range found {
		known := slices.ContainsFunc(l.diags, func(o catalog.Diagnostic) bool { return o.Pos == d.Pos && o.Message == d.Message })
		if known {
			continue
		}
		if d.Related == nil {
			d.Related = &catalog.Related{Pos: ref.Pos, Message: "environment " + env.src.Name.S + " names the rule here"}
		}
		l.report(d)
	}
}

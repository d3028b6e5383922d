package decide_test

import (
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog"
)

// holds tells whether a filter is true.
func (r *reference) holds(g *set, o *entry, f catalog.Filter) bool {
	for _, c := range f {
		if c.When.S != "" {
			when, err := r.eval(g, o, c.When.S)
			if err != nil {
				return false
			}
			if when == false {
				continue
			}
		}
		if v, err := r.eval(g, o, c.Expr.S); err != nil || v != true {
			return false
		}
	}
	return true
}

// number is a weight's value, 0 if it fails.
func (r *reference) number(g *set, o *entry, src string) float64 {
	v, err := r.eval(g, o, src)
	if err != nil {
		return 0
	}
	switch v := v.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return v.(float64)
}

// eval evaluates an expression with cel-go.
func (r *reference) eval(g *set, o *entry, src string) (any, error) {
	v, _, err := r.cel[src].Eval(r.scope(g, o))
	if err != nil {
		return nil, err
	}
	if l, ok := v.(traits.Lister); ok {
		out := []string{}
		for it := l.Iterator(); it.HasNext() == types.True; {
			out = append(out, it.Next().Value().(string))
		}
		return out, nil
	}
	return v.Value(), nil
}

// scope is every name that has a value.
func (r *reference) scope(g *set, o *entry) map[string]any {
	q := r.q
	m := map[string]any{
		"interaction.mode": g.mode.String(), "interaction.space": g.answers.Name.S,
		"interaction.channel": g.answers.Channel.S, "interaction.environment": g.answers.env.Name.S,
		"interaction.new_visit": q.newVisit,
	}
	for _, x := range r.c.Experiments {
		m["experiment."+x.Name.S] = r.arm(&x)
	}
	m["request.query"], m["request.header"] = q.sentQuery(), q.sentHeaders()
	m["history"] = &chronicle{now: q.time, past: q.past[g.answers.env.Name.S], offers: flatten(g.answers.env)}
	for name, s := range map[string]string{
		"interaction.language": q.language, "request.host": q.host, "request.path": q.path,
		"request.country": q.country, "request.device": q.device,
	} {
		if s != "" {
			m[name] = s
		}
	}
	for name, v := range r.targets[g.answers.env.Name.S] {
		m["target."+name] = v
	}
	for _, f := range g.answers.env.Filters {
		program := r.cel[f.Expr.S]
		m[f.Name.S] = func() any {
			v, _, err := program.Eval(m)
			if err != nil {
				return types.WrapErr(err)
			}
			return v
		}
	}
	for _, d := range append(slices.Clone(q.data), g.own...) {
		for _, a := range callSchema {
			if a.Name.S == d.name {
				delete(m, "interaction."+d.name)
				if v := typed(d.value, a.Type); v != nil {
					m["interaction."+d.name] = v
				}
			}
		}
	}
	if o != nil {
		m["offer.code"], m["offer.category"] = o.Code.S, o.own().Name.S
		m["offer.categories"], m["offer.themes"] = o.names(), o.themes()
		m["offer.kind"] = "plain"
		for _, a := range o.Attributes {
			m["offer."+a.Name.S] = a.Value.Double
		}
	}
	return m
}

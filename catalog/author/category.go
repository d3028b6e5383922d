package author

import (
	"fmt"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// categories reads the categories of an environment or of a category.
func (r *reader) categories(group []val, e *catalog.Environment) []*catalog.Category {
	list, _ := r.fields(group, nil)
	var out []*catalog.Category
	for i := range list {
		out = append(out, r.category(&list[i], e))
	}
	return out
}

func (r *reader) category(f *field, e *catalog.Environment) *catalog.Category {
	c := &catalog.Category{Pos: f.key.pos(), Name: r.name(f.key, plainName, "a category")}
	o := r.object(c.Pos, f.group(), categoryShape)
	c.Enabled = r.bool(o.get("enabled"), true)
	c.From, c.To = r.period(o)
	c.Themes = r.names(o.get("themes"), plainName, "a theme")
	c.Multiplier = r.multiplier(o.get("multiplier"))
	c.Filter = r.filter(o.get("filter"))
	c.AlwaysInclude = r.bool(o.get("always_include"), false)
	c.Categories = r.categories(o.group("categories"), e)
	offers, _ := r.fields(o.group("offers"), nil)
	for i := range offers {
		c.Offers = append(c.Offers, r.offer(&offers[i], e))
	}
	return c
}

// multiplier reads a factor, or a factor and its dates.
func (r *reader) multiplier(v val) catalog.Multiplier {
	if !v.ok() {
		return catalog.Multiplier{}
	}
	m := catalog.Multiplier{Pos: v.pos()}
	factor := v
	if v.n.Kind == yaml.Map {
		o := r.object(m.Pos, []val{v}, multiplierShape)
		m.From, m.To = r.period(o)
		factor = o.get("value")
	}
	f, ok := r.number(factor)
	if ok && f <= 0 {
		r.error(factor.pos(), "bad-number", fmt.Sprintf("a multiplier is greater than 0, and %s is not", clip(factor.n.Text)), "")
		return m
	}
	m.Value = f
	return m
}

// filter reads an expression, or a list of expressions and of conditions.
func (r *reader) filter(v val) catalog.Filter {
	if !v.ok() {
		return nil
	}
	if v.n.Kind == yaml.Scalar {
		if t := r.expression(v); t.S != "" {
			return catalog.Filter{{Expr: t}}
		}
		return nil
	}
	if v.n.Kind == yaml.Map {
		r.wrongType(v, "an expression or a list", "put it in a list: - when: …")
		return nil
	}
	var out catalog.Filter
	for _, item := range r.list(v, "") {
		if c := r.condition(item); c.Expr.S != "" {
			out = append(out, c)
		}
	}
	return out
}

// condition reads an expression, alone or with when.
func (r *reader) condition(v val) catalog.Condition {
	if !v.ok() || v.n.Kind != yaml.Map {
		return catalog.Condition{Expr: r.expression(v)}
	}
	o := r.object(v.pos(), []val{v}, conditionShape)
	return catalog.Condition{When: r.expression(o.get("when")), Expr: r.expression(o.get("expr"))}
}

package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// ordered is a copy of a catalog whose entries stand in one order, however the
// author wrote them: equal catalogs compile to equal bytes, programs numbered
// alike. Fields, the slots of a page and the conditions of a filter keep the
// author's order, which means something or is cheaper to evaluate.
func ordered(c *catalog.Catalog) *catalog.Catalog {
	out := *c
	out.Environments = sortedCopies(c.Environments, func(e *catalog.Environment) string { return e.Name.S })
	out.Rules = sortedCopies(c.Rules, func(r *catalog.Rule) string { return r.Name.S })
	out.Experiments = sortedBy(c.Experiments, func(e *catalog.Experiment) string { return e.Name.S })
	for i := range out.Experiments {
		out.Experiments[i].Arms = sortedBy(out.Experiments[i].Arms, func(a *catalog.Arm) string { return a.Name.S })
	}
	for _, e := range out.Environments {
		e.Filters = sortedBy(e.Filters, func(f *catalog.NamedFilter) string { return f.Name.S })
		e.Typology = sortedBy(e.Typology, func(t *catalog.Text) string { return t.S })
		e.Pages = sortedBy(e.Pages, func(p *catalog.Page) string { return p.Match.S })
		e.Spaces = sortedCopies(e.Spaces, func(s *catalog.Space) string { return s.Name.S })
		for _, s := range e.Spaces {
			text := func(t *catalog.Text) string { return t.S }
			attribute := func(w *catalog.Write) string { return w.Attribute.S }
			s.Categories, s.Themes = sortedBy(s.Categories, text), sortedBy(s.Themes, text)
			s.Store.Visitor, s.Store.OnAcceptance = sortedBy(s.Store.Visitor, attribute), sortedBy(s.Store.OnAcceptance, attribute)
		}
		e.Categories = orderedTree(e.Categories)
	}
	return &out
}

func orderedTree(list []*catalog.Category) []*catalog.Category {
	list = sortedCopies(list, func(c *catalog.Category) string { return c.Name.S })
	for _, c := range list {
		c.Categories = orderedTree(c.Categories)
		c.Offers = sortedCopies(c.Offers, func(o *catalog.Offer) string { return o.Code.S })
		for _, o := range c.Offers {
			o.Weights = slices.Clone(o.Weights)
			slices.SortStableFunc(o.Weights, compareWeights)
			o.Content = orderedContent(o.Content)
			o.Translations = sortedBy(o.Translations, func(t *catalog.Translation) string { return t.Language.S })
			for i := range o.Translations {
				o.Translations[i].Content = orderedContent(o.Translations[i].Content)
			}
		}
	}
	return list
}

func orderedContent(list []catalog.Content) []catalog.Content {
	list = sortedBy(list, func(c *catalog.Content) string { return c.Space.S })
	for i := range list {
		list[i].Fields = sortedBy(list[i].Fields, func(f *catalog.ContentField) string { return f.Name.S })
	}
	return list
}

// sortedBy is a sorted copy of a list.
func sortedBy[T any](list []T, key func(*T) string) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int { return strings.Compare(key(&a), key(&b)) })
	return out
}

// sortedCopies is a sorted list of copies of what a list points to.
func sortedCopies[T any](list []*T, key func(*T) string) []*T {
	out := make([]*T, len(list))
	for i, v := range list {
		one := *v
		out[i] = &one
	}
	slices.SortStableFunc(out, func(a, b *T) int { return strings.Compare(key(a), key(b)) })
	return out
}

func compareWeights(a, b catalog.Weight) int {
	return cmp.Or(
		strings.Compare(a.Space.S, b.Space.S), compareInstants(a.From, b.From), compareInstants(a.To, b.To),
		cmp.Compare(a.Value, b.Value), strings.Compare(a.Expr.S, b.Expr.S),
		slices.CompareFunc(a.Filter, b.Filter, func(x, y catalog.Condition) int {
			return cmp.Or(strings.Compare(x.When.S, y.When.S), strings.Compare(x.Expr.S, y.Expr.S))
		}),
	)
}

func compareInstants(a, b catalog.Instant) int {
	return cmp.Or(cmp.Compare(start(a), start(b)), cmp.Compare(a.MS, b.MS))
}

package draw

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// drawer draws one catalog.
type drawer struct{ *rapid.T }

// Catalog draws a catalog that compiles.
func Catalog(t *rapid.T) *catalog.Catalog {
	d := drawer{t}
	c := &catalog.Catalog{
		Name:     text(d.oneOf("", "acme", "b")),
		Zone:     text(d.oneOf("", "UTC", "Asia/Kolkata", "Europe/Paris")),
		Language: text(d.oneOf("", "en", "pt-BR")),
		People:   []catalog.Text{text("main"), text("crm")},
	}
	if d.coin("consent") {
		c.Consent = d.consent()
	}
	if d.coin("default weight") {
		c.DefaultWeight = &catalog.Float{F: d.weight()}
	}
	var folders []string
	for i, name := range d.some([]string{"customers", "visitors", "acme", "hero", "z"}, 1) {
		e := &catalog.Environment{Name: text(name), Kind: catalog.Anonymous}
		if i > 0 && d.coin("identified") {
			e.Kind = catalog.Identified
			e.People = text(d.oneOf("", "main", "crm"))
		} else {
			e.VisitorFolder = text("folder-" + name)
			if len(folders) > 0 && d.coin("shared folder") {
				e.VisitorFolder = text("folder-" + d.oneOf(folders...))
			}
			folders = append(folders, name)
		}
		c.Environments = append(c.Environments, e)
	}
	types := map[string]catalog.Attribute{}
	for _, e := range c.Environments {
		d.options(c, e)
		d.environment(e, types)
	}
	d.rules(c)
	d.experiments(c)
	d.fallbacks(c, folders)
	d.jsonSlots(c)
	if d.coin("sites") {
		for _, host := range d.some([]string{"www.example.com", "*.example.com", "*.shop.example.com", "*", "Other.Example", "*.example.org"}, 1) {
			e := rapid.SampledFrom(c.Environments).Draw(t, "site")
			site := catalog.Site{Host: text(host), Environment: e.Name}
			if d.coin("consent of the site") {
				own := d.consent()
				site.Consent = &own
			}
			c.Sites = append(c.Sites, site)
		}
	}
	return c
}

// fallbacks links spaces of identified environments to anonymous ones.
func (d drawer) fallbacks(c *catalog.Catalog, anonymous []string) {
	for _, e := range c.Environments {
		if e.Kind == catalog.Anonymous {
			continue
		}
		for _, s := range e.Spaces {
			if d.coin("no fallback") {
				continue
			}
			name := d.oneOf(anonymous...)
			i := slices.IndexFunc(c.Environments, func(e *catalog.Environment) bool { return e.Name.S == name })
			to := rapid.SampledFrom(c.Environments[i].Spaces).Draw(d.T, "linked space")
			s.Identification.Fallback = text(name + "/" + to.Name.S)
		}
	}
}

// environment draws one, with the attributes that visitor folders have so far.
func (d drawer) environment(e *catalog.Environment, have map[string]catalog.Attribute) {
	e.Target = d.attributes()
	for i := range e.Target {
		agree(e.VisitorFolder.S, &e.Target[i], have)
	}
	e.Attributes = d.attributes()
	e.OfferAttributes = d.attributes()
	d.namedFilters(e)
	e.Ties = catalog.Ties(rapid.IntRange(0, 2).Draw(d.T, "ties"))
	e.Filter = d.filter(e, false)
	for _, name := range d.some([]string{"hero", "side", "a", "footer"}, 1) {
		e.Spaces = append(e.Spaces, d.space(e, name))
	}
	for _, match := range d.some([]string{"/", "/a", "/a/b", "/a/*", "/a/**", "/**", "/b/c/**", "/b/*", "/*"}, 0) {
		e.Pages = append(e.Pages, d.page(e, match))
	}
	names := d.some([]string{"travel", "beach", "hero", "a", "sale", "all"}, 1)
	e.Categories = d.tree(e, names, 1)
	d.defaults(e)
}

func (d drawer) page(e *catalog.Environment, match string) catalog.Page {
	p := catalog.Page{Match: text(match)}
	for range rapid.IntRange(0, 3).Draw(d.T, "slots") {
		s := rapid.SampledFrom(e.Spaces).Draw(d.T, "slot")
		p.Slots = append(p.Slots, catalog.PageSlot{Space: s.Name.S, N: d.ordinal()})
	}
	return p
}

func (d drawer) ordinal() int { return rapid.SampledFrom([]int{1, 1, 2, 3, 100}).Draw(d.T, "ordinal") }

// attributes draws one group of a schema. The names are none of the built-in
// ones.
func (d drawer) attributes() (out []catalog.Attribute) {
	for _, name := range d.some([]string{"a_b", "a_c", "x1", "visits", "country"}, 0) {
		a := catalog.Attribute{Name: text(name), Type: catalog.Type(rapid.IntRange(1, 7).Draw(d.T, "type"))}
		if d.coin("default") {
			v := d.value(a.Type)
			a.Default = &v
		}
		out = append(out, a)
	}
	return out
}

// agree declares an attribute as its visitor folder has it.
func agree(folder string, a *catalog.Attribute, have map[string]catalog.Attribute) {
	key := folder + "/" + a.Name.S
	if first, ok := have[key]; ok && folder != "" {
		*a = first
	}
	have[key] = *a
}

// value draws a constant of a type.
func (d drawer) value(t catalog.Type) catalog.Value {
	v := catalog.Value{Type: t}
	n := rapid.IntRange(0, 3).Draw(d.T, "length")
	switch t {
	case catalog.TypeBool:
		v.Bool = d.coin("bool")
	case catalog.TypeInt:
		v.Int = rapid.SampledFrom([]int64{0, 1, -1, 300, -1 << 63, 1<<63 - 1}).Draw(d.T, "int")
	case catalog.TypeDouble:
		v.Double = rapid.SampledFrom([]float64{0, 1, -2.5, 1e300}).Draw(d.T, "double")
	case catalog.TypeString:
		v.String = d.oneOf("", "FR", "é€", "a long one that does not fit into thirty-one bytes")
	case catalog.TypeStringList:
		v.Strings = []string{"a", "FR", ""}[:n]
	case catalog.TypeIntList:
		v.Ints = []int64{1, -7, 1 << 40}[:n]
	case catalog.TypeDoubleList:
		v.Doubles = []float64{0.5, 2, -1}[:n]
	}
	return v
}

func text(s string) catalog.Text { return catalog.Text{S: s} }

func (d drawer) coin(label string) bool { return rapid.Bool().Draw(d.T, label) }

func (d drawer) oneOf(list ...string) string { return rapid.SampledFrom(list).Draw(d.T, "one of") }

// some draws at least n of the list, in any order.
func (d drawer) some(list []string, n int) []string {
	order := rapid.Permutation(list).Draw(d.T, "some")
	return order[:rapid.IntRange(n, min(len(list), n+3)).Draw(d.T, "how many")]
}

// when draws a bound of a period, often none.
func (d drawer) when() catalog.Instant {
	ms := rapid.SampledFrom([]int64{-1, -1, Start, Start + 1, Start + 86_400_000}).Draw(d.T, "instant")
	return catalog.Instant{Set: ms >= 0, MS: max(ms, 0)}
}

// Start is the moment around which the bounds of periods lie:
// 2026-06-01T00:00:00Z in milliseconds.
const Start = 1_780_272_000_000

// period draws bounds in their order.
func (d drawer) period() (from, to catalog.Instant) {
	from, to = d.when(), d.when()
	if from.Set && to.Set && from.MS >= to.MS {
		to.Set, to.MS = false, 0
	}
	return from, to
}

func (d drawer) weight() float64 {
	return rapid.SampledFrom([]float64{0.1, 1, 1, 2, 2.5, 8, 1e6, 1e308, 0, -1}).Draw(d.T, "weight")
}

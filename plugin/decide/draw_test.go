package decide_test

import (
	"math/bits"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// draw makes random catalogs. All their environments have one schema, so that
// an expression is compiled once for all of them; dates lie on a grid that the
// calls' times lie on too, weights repeat so that there are ties, and the same
// codes stand in several environments.
type draw struct {
	t    *rapid.T
	busy bool // most offers have filters that an index is made for
}

// n is a number below max, all about equally likely: rapid's own ranges prefer
// small numbers, and chances made of them would mean nothing.
func (g draw) n(max int) int {
	v := 0
	for range bits.Len(uint(max)) + 2 {
		v *= 2
		if coin.Draw(g.t, "bit") {
			v++
		}
	}
	return v % max
}

var coin = rapid.Bool()

func (g draw) chance(percent int) bool { return g.n(100) >= 100-percent }

func pick[T any](g draw, list ...T) T { return list[g.n(len(list))] }

// some is every entry of a list with a chance.
func some[T any](g draw, percent int, list []T) (out []T) {
	for _, v := range list {
		if g.chance(percent) {
			out = append(out, v)
		}
	}
	return out
}

// The grid of dates: every six hours for three days around a Sunday on which
// clocks in Europe change.
const (
	gridStart = 1774483200000 // 2026-03-26T00:00:00Z
	gridStep  = 6 * 60 * 60 * 1000
	gridSize  = 20
)

func (g draw) instant() int64 { return gridStart + int64(g.n(gridSize))*gridStep }

// moment is a time of a call: on the grid, or a millisecond beside it.
func (g draw) moment() int64 { return g.instant() + int64(g.n(3)-1) }

func (g draw) period() (from, to catalog.Instant) {
	if g.chance(25) {
		from = catalog.Instant{Set: true, MS: gridStart + int64(g.n(gridSize*3/4))*gridStep}
	}
	if g.chance(25) {
		to = catalog.Instant{Set: true, MS: gridStart + int64(gridSize/4+g.n(gridSize*3/4))*gridStep}
	}
	return from, to
}

var (
	spaceNames    = []string{"s0", "s1", "s2", "s3"}
	categoryNames = []string{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"}
	themeNames    = []string{"t0", "t1", "t2"}
	hosts         = []string{"", "www.a.example", "b.a.example", "x.b.a.example", "a.example"}
)

func texts(list []string) (out []catalog.Text) {
	for _, s := range list {
		out = append(out, catalog.Text{S: s})
	}
	return out
}

// The schema of every environment.
var (
	targetSchema = []catalog.Attribute{
		{Name: catalog.Text{S: "visits"}, Type: catalog.TypeInt},
		{Name: catalog.Text{S: "country"}, Type: catalog.TypeString},
		{Name: catalog.Text{S: "score"}, Type: catalog.TypeDouble},
		{Name: catalog.Text{S: "vip"}, Type: catalog.TypeBool},
		{Name: catalog.Text{S: "tags"}, Type: catalog.TypeStringList},
	}
	callSchema = []catalog.Attribute{
		{Name: catalog.Text{S: "coupon"}, Type: catalog.TypeString},
		{Name: catalog.Text{S: "basket"}, Type: catalog.TypeDouble},
	}
	offerSchema = []catalog.Attribute{
		{Name: catalog.Text{S: "margin"}, Type: catalog.TypeDouble},
		{Name: catalog.Text{S: "kind"}, Type: catalog.TypeString, Default: &catalog.Value{Type: catalog.TypeString, String: "plain"}},
	}
)

func (g draw) catalog() *catalog.Catalog {
	c := &catalog.Catalog{
		Name: catalog.Text{S: "drawn"}, Zone: catalog.Text{S: pick(g, "", "", "", "", "Europe/Paris")},
		Language: catalog.Text{S: "en"}, People: texts([]string{"main"}),
	}
	g.busy = g.chance(40)
	if g.chance(50) {
		c.DefaultWeight = &catalog.Float{F: pick(g, 1.0, 2.0)}
	}
	visitors := g.environment("visitors", catalog.Anonymous, nil)
	c.Environments = append(c.Environments, visitors)
	if g.chance(50) {
		others := g.environment("others", catalog.Anonymous, nil)
		if g.chance(50) {
			others.VisitorFolder = visitors.VisitorFolder
			others.ShareFolder.On, visitors.ShareFolder.On = true, true
		}
		c.Environments = append(c.Environments, others)
	}
	linked := slices.Clone(c.Environments)
	if g.chance(80) {
		c.Environments = append(c.Environments, g.environment("known", catalog.Identified, linked))
	}
	if g.chance(50) {
		club := g.environment("club", catalog.Identified, linked)
		club.People = catalog.Text{S: "main"}
		c.Environments = append(c.Environments, club)
	}
	if g.chance(40) {
		c.Sites = g.sites(c)
	}
	c.Experiments = []catalog.Experiment{g.experiment("hero", "a", "b", "c"), g.experiment("colour", "red", "blue")}
	if g.chance(15) {
		c.Holdout = &catalog.Holdout{Name: catalog.Text{S: "all"}, Version: int64(1 + g.n(9)), Percent: pick(g, 10.0, 50, 90)}
	}
	g.rules(c)
	return c
}

// experiment draws one; its first arm always has a share.
func (g draw) experiment(name string, arms ...string) catalog.Experiment {
	x := catalog.Experiment{Name: catalog.Text{S: name}, Version: int64(1 + g.n(20))}
	for i, a := range arms {
		x.Arms = append(x.Arms, catalog.Arm{Name: catalog.Text{S: a}, Weight: int64(pick(g, 0, 1, 10, 50) + (len(arms)-i)/len(arms))})
	}
	return x
}

func (g draw) sites(c *catalog.Catalog) []catalog.Site {
	var out []catalog.Site
	for _, host := range some(g, 60, []string{"www.a.example", "*.a.example", "*.b.a.example", "*"}) {
		env := c.Environments[g.n(len(c.Environments))]
		out = append(out, catalog.Site{Host: catalog.Text{S: host}, Environment: env.Name})
	}
	return out
}

func (g draw) environment(name string, kind catalog.Kind, linked []*catalog.Environment) *catalog.Environment {
	e := &catalog.Environment{
		Name: catalog.Text{S: name}, Kind: kind,
		Target: targetSchema, Attributes: callSchema, OfferAttributes: offerSchema,
		Ties: pick(g, catalog.TiesView, catalog.TiesVisit, catalog.TiesDay),
	}
	for _, n := range namedOrder {
		e.Filters = append(e.Filters, catalog.NamedFilter{
			Name: catalog.Text{S: n}, Expr: catalog.Text{S: pick(g, namedSources[n]...)},
		})
	}
	if kind == catalog.Anonymous {
		e.VisitorFolder = catalog.Text{S: name}
	} else {
		e.MergeHistory.On = g.chance(40)
	}
	if g.chance(8) {
		e.Filter = g.filter(generalFilters)
	}
	names := some(g, 70, spaceNames)
	if len(names) == 0 {
		names = spaceNames[:1]
	}
	cats := g.tree(e)
	g.offers(cats, names)
	for _, s := range names {
		e.Spaces = append(e.Spaces, g.space(s, e, linked))
	}
	return e
}

// tree draws an environment's categories and gives them in a row.
func (g draw) tree(e *catalog.Environment) (all []*catalog.Category) {
	for _, name := range categoryNames[:2+g.n(len(categoryNames)-1)] {
		c := &catalog.Category{
			Name: catalog.Text{S: name}, Enabled: !g.chance(5), AlwaysInclude: g.chance(15),
			Themes: texts(some(g, 25, themeNames)),
		}
		if g.chance(20) {
			c.From, c.To = g.period()
		}
		if g.chance(40) {
			c.Multiplier = catalog.Multiplier{Value: pick(g, 2, 3, 0.5, 0.1)}
			c.Multiplier.From, c.Multiplier.To = g.period()
		}
		switch {
		case g.chance(12):
			c.Filter = g.filter(allFilters)
		case g.chance(8): // worked out anew for each space
			c.Filter = g.filter(spaceFilters)
		}
		list := &e.Categories
		if len(all) > 0 && g.chance(65) {
			list = &all[g.n(len(all))].Categories
		}
		*list = append(*list, c)
		all = append(all, c)
	}
	return all
}

// offers puts offers into categories.
func (g draw) offers(cats []*catalog.Category, spaces []string) {
	count := 4 + g.n(16)
	if g.chance(6) {
		count += 60 + g.n(80) // more than a word of a bitmap, or two
	}
	for i := range count {
		o := &catalog.Offer{
			Code: catalog.Text{S: "o" + strconv.Itoa(i)}, Enabled: !g.chance(5), Approved: !g.chance(5),
		}
		if g.chance(30) {
			o.From, o.To = g.period()
		}
		switch {
		case g.busy && g.chance(85):
			o.Filter = g.conditions()
		case g.chance(20):
			o.Filter = g.filter(allFilters)
		}
		for range pick(g, 0, 1, 1, 1, 2, 3) {
			o.Weights = append(o.Weights, g.weight(spaces))
		}
		if g.chance(60) {
			o.Attributes = append(o.Attributes, catalog.AttributeValue{
				Name: catalog.Text{S: "margin"}, Value: catalog.Value{Type: catalog.TypeDouble, Double: float64(g.n(4))},
			})
		}
		for _, s := range some(g, 80, spaces) {
			o.Content = append(o.Content, catalog.Content{Space: catalog.Text{S: s}})
		}
		c := cats[g.n(len(cats))]
		c.Offers = append(c.Offers, o)
	}
}

func (g draw) weight(spaces []string) catalog.Weight {
	w := catalog.Weight{Value: pick(g, 1.0, 1, 1, 2, 2, 3, 0.5, 0, -1)}
	if g.chance(25) {
		w.Expr = catalog.Text{S: pick(g, weightSources...)}
	}
	if g.chance(20) {
		w.From, w.To = g.period()
	}
	if g.chance(20) {
		w.Space = catalog.Text{S: pick(g, spaces...)}
	}
	if g.chance(20) {
		w.Filter = g.filter(allFilters)
	}
	return w
}

func (g draw) filter(sources []string) (f catalog.Filter) {
	for range pick(g, 1, 1, 1, 2) {
		c := catalog.Condition{Expr: catalog.Text{S: pick(g, sources...)}}
		if g.chance(20) {
			c.When = catalog.Text{S: pick(g, sources...)}
		}
		f = append(f, c)
	}
	return f
}

// conditions draws a filter of several conditions, most of which an index tells.
func (g draw) conditions() (f catalog.Filter) {
	for range pick(g, 1, 1, 2, 2, 3, 4) {
		sources := indexFilters
		if g.chance(10) {
			sources = allFilters
		}
		f = append(f, g.filter(sources)[0])
		if g.chance(80) {
			f[len(f)-1].When = catalog.Text{}
		}
	}
	return f
}

func (g draw) space(name string, e *catalog.Environment, linked []*catalog.Environment) *catalog.Space {
	s := &catalog.Space{
		Name: catalog.Text{S: name}, Channel: catalog.Text{S: pick(g, "web", "web", "mobile", "mobile", "post")},
		AllowDuplicates: g.chance(20),
		Store:           catalog.Store{Propositions: !g.chance(15), OnProposed: pick(g, catalog.Presented, catalog.Presented, catalog.Generated, catalog.Accepted), OnAccepted: catalog.Accepted},
	}
	m := flatten(e)
	if g.chance(25) {
		s.Categories = texts(some(g, 40, m.categories))
	}
	if g.chance(15) {
		s.Themes = texts(some(g, 60, m.themes))
	}
	if codes := m.showing(name); len(codes) > 0 && g.chance(40) {
		s.FallbackOffer = catalog.Text{S: pick(g, codes...)}
	}
	for _, w := range some(g, 30, writeSources) {
		s.Store.Visitor = append(s.Store.Visitor, w)
	}
	s.Store.OnAcceptance = some(g, 40, writeSources)
	if len(linked) > 0 { // of an identified environment: nobody there is on the channel post
		s.Channel.S = pick(g, "web", "mobile")
		s.Identification.Implicit = g.chance(50)
		if g.chance(65) {
			env := linked[g.n(len(linked))]
			s.Identification.Fallback = catalog.Text{S: env.Name.S + "/" + env.Spaces[g.n(len(env.Spaces))].Name.S}
		}
	}
	return s
}

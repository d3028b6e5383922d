package hosttest_test

import (
	"math/rand/v2"
	"strconv"

	"github.com/profferhq/proffer/catalog"
)

// journey draws a catalog and the requests of one browser.
type journey struct{ *rand.Rand }

func (d journey) chance(percent int) bool { return d.IntN(100) < percent }

func oneOf[T any](d journey, list ...T) T { return list[d.IntN(len(list))] }

func someOf[T any](d journey, percent int, list ...T) (out []T) {
	for _, v := range list {
		if d.chance(percent) {
			out = append(out, v)
		}
	}
	return out
}

func word(s string) catalog.Text { return catalog.Text{S: s} }

func words(list []string) (out []catalog.Text) {
	for _, s := range list {
		out = append(out, word(s))
	}
	return out
}

// Journeys begin on 2026-03-28, the day before clocks in Europe change.
const journeyStart = 1_774_656_000_000

var (
	journeySpaces = []string{"hero", "side", "app"}
	journeyThemes = []string{"sun", "snow"}
	journeyTests  = []string{
		`target.visits > 1`, `target.visits % 2 == 0`, `target.country == "FR"`, `request.country in ["FR", "DE"]`, `target.vip`,
		`!target.vip`, `"a" in target.tags`, `target.score > 2.0`, `interaction.basket > 10.0`, `interaction.coupon == "X"`,
		`interaction.new_visit`, `interaction.space == "hero"`, `interaction.mode == "anonymous"`, `interaction.language.startsWith("fr")`,
		`request.path == "/a"`, `request.device == "phone"`, `10 / target.visits > 3`, `known`, `!known`,
	}
	journeyOfferTests = []string{`offer.margin > 1.0`, `offer.code != "o2"`, `"sun" in offer.themes`, `"c0" in offer.categories`}
	journeyWrites     = []catalog.Write{
		{Attribute: word("visits"), Expr: word(`target.visits + (interaction.new_visit ? 1 : 0)`)},
		{Attribute: word("country"), Expr: word(`request.country`)},
		{Attribute: word("score"), Expr: word(`target.score * 1.5`)},
		{Attribute: word("vip"), Expr: word(`interaction.mode != "anonymous" || target.vip`)},
		{Attribute: word("tags"), Expr: word(`target.vip ? ["a", "b"] : ["b"]`)},
	}
)

func (d journey) catalog() *catalog.Catalog {
	c := &catalog.Catalog{
		Name: word("drawn"), Zone: word(oneOf(d, "", "Europe/Paris", "Asia/Kolkata")), Language: word("en"), People: words([]string{"crm"}),
	}
	c.Consent = oneOf(d,
		catalog.Consent{Source: catalog.ConsentAssumed},
		catalog.Consent{Source: catalog.ConsentCookie, Name: word("consent"), Value: word("yes")},
		catalog.Consent{Source: catalog.ConsentHeader, Name: word("x-consent"), Value: word("yes")})
	visitors, guests := d.environment("visitors"), d.environment("guests")
	if d.chance(30) {
		guests.VisitorFolder = visitors.VisitorFolder
		guests.ShareFolder.On, visitors.ShareFolder.On = true, true
	}
	customers := d.environment("customers")
	customers.Kind, customers.VisitorFolder = catalog.Identified, catalog.Text{}
	customers.People, customers.MergeHistory.On = word(oneOf(d, "", "crm")), d.chance(50)
	for _, s := range customers.Spaces {
		s.Identification.Implicit = d.chance(70)
		if to := oneOf(d, nil, visitors, guests); to != nil {
			s.Identification.Fallback = word(to.Name.S + "/" + to.Spaces[d.IntN(len(to.Spaces))].Name.S)
		}
	}
	c.Environments = []*catalog.Environment{visitors, guests, customers}
	if d.chance(40) {
		c.Sites = []catalog.Site{{Host: word("www.shop.example"), Environment: word("visitors")}, {Host: word("*.shop.example"), Environment: word("customers")}}
	}
	d.rules(c)
	return c
}

func (d journey) environment(name string) *catalog.Environment {
	e := &catalog.Environment{
		Name: word(name), Kind: catalog.Anonymous, VisitorFolder: word(name), Ties: catalog.Ties(d.IntN(3)),
		Target: []catalog.Attribute{
			{Name: word("visits"), Type: catalog.TypeInt, Default: &catalog.Value{Type: catalog.TypeInt}},
			{Name: word("country"), Type: catalog.TypeString}, {Name: word("vip"), Type: catalog.TypeBool},
			{Name: word("score"), Type: catalog.TypeDouble, Default: &catalog.Value{Type: catalog.TypeDouble, Double: 1.5}},
			{Name: word("tags"), Type: catalog.TypeStringList},
		},
		Attributes:      []catalog.Attribute{{Name: word("basket"), Type: catalog.TypeDouble}, {Name: word("coupon"), Type: catalog.TypeString}},
		OfferAttributes: []catalog.Attribute{{Name: word("margin"), Type: catalog.TypeDouble}},
		Filters:         []catalog.NamedFilter{{Name: word("known"), Expr: word(`target.visits > 0 || interaction.mode != "anonymous"`)}},
		Pages:           []catalog.Page{{Match: word("/**"), Slots: []catalog.PageSlot{{Space: "hero", N: 1}, {Space: "side", N: 2}}}},
	}
	for _, s := range journeySpaces {
		e.Spaces = append(e.Spaces, d.space(s))
	}
	list := &e.Categories
	for i := range 1 + d.IntN(4) {
		c := &catalog.Category{Name: word("c" + strconv.Itoa(i)), Enabled: !d.chance(5), Themes: words(someOf(d, 40, journeyThemes...)), AlwaysInclude: d.chance(10)}
		c.From, c.To = d.period()
		if d.chance(15) {
			c.Filter = d.filter(journeyTests)
		}
		if d.chance(30) {
			c.Multiplier = catalog.Multiplier{Value: oneOf(d, 0.5, 3)}
		}
		for j := range 1 + d.IntN(4) {
			c.Offers = append(c.Offers, d.offer("o"+strconv.Itoa(i*4+j)))
		}
		*list = append(*list, c)
		if d.chance(50) {
			list = &c.Categories
		}
	}
	for _, s := range e.Spaces {
		if first := e.Categories[0].Offers[0]; d.chance(30) && first.Content[0].Space.S == s.Name.S {
			s.FallbackOffer = first.Code
		}
	}
	return e
}

func (d journey) space(name string) *catalog.Space {
	s := &catalog.Space{
		Name: word(name), Channel: word(map[string]string{"hero": "web", "side": "web", "app": "mobile"}[name]), AllowDuplicates: d.chance(20),
		Fields: []catalog.Field{{Name: word("title"), Type: catalog.FieldText, Required: true}, {Name: word("url"), Type: catalog.FieldURL}},
		HTML: word(`<a href="{{ url }}" data-seen="{{ proposition.seen_url }}">{{ title }} {{ target.visits }}</a>` +
			`<form action="{{ proposition.accept_url }}"></form><form action="{{ proposition.reject_url }}"></form>`),
		Store: catalog.Store{
			Propositions: !d.chance(15), OnProposed: oneOf(d, catalog.Presented, catalog.Presented, catalog.Generated, catalog.Interested),
			OnAccepted: oneOf(d, catalog.Accepted, catalog.Scheduled), Visitor: someOf(d, 40, journeyWrites...), OnAcceptance: someOf(d, 30, journeyWrites...),
		},
	}
	s.Viewable.On = d.chance(20)
	if d.chance(20) {
		s.Categories = words([]string{"c0"})
	}
	return s
}

func (d journey) period() (from, to catalog.Instant) {
	const day = 24 * 60 * 60 * 1000
	if d.chance(15) {
		from = catalog.Instant{Set: true, MS: journeyStart + int64(d.IntN(10))*day}
	}
	if d.chance(15) {
		to = catalog.Instant{Set: true, MS: journeyStart + int64(10+d.IntN(10))*day}
	}
	return from, to
}

func (d journey) filter(tests []string) (f catalog.Filter) {
	for range 1 + d.IntN(2) {
		c := catalog.Condition{Expr: word(oneOf(d, tests...))}
		if d.chance(15) {
			c.When = word(oneOf(d, tests...))
		}
		f = append(f, c)
	}
	return f
}

func (d journey) offer(code string) *catalog.Offer {
	o := &catalog.Offer{Code: word(code), Enabled: !d.chance(5), Approved: !d.chance(5)}
	o.From, o.To = d.period()
	all := append(append([]string{}, journeyTests...), journeyOfferTests...)
	if d.chance(45) {
		o.Filter = d.filter(all)
	}
	for range 1 + d.IntN(2) {
		w := catalog.Weight{Value: float64(1 + d.IntN(3))}
		if d.chance(20) {
			w.Value, w.Expr = 0, word(oneOf(d, `target.visits`, `target.score`, `offer.margin`, `10 / target.visits`, `interaction.basket`))
		}
		if d.chance(20) {
			w.Filter = d.filter(all)
		}
		o.Weights = append(o.Weights, w)
	}
	if d.chance(60) {
		o.Attributes = []catalog.AttributeValue{{Name: word("margin"), Value: catalog.Value{Type: catalog.TypeDouble, Double: float64(d.IntN(4))}}}
	}
	spaces := someOf(d, 75, journeySpaces...)
	if len(spaces) == 0 {
		spaces = journeySpaces[:1]
	}
	for _, s := range spaces {
		o.Content = append(o.Content, d.content(s, oneOf(d, "Offer "+code, "For {{ target.country }}", "{{ interaction.language }} & <b>")))
	}
	if d.chance(30) {
		o.Translations = []catalog.Translation{{Language: word("fr"), Content: []catalog.Content{d.content(spaces[0], "Offre "+code)}}}
	}
	return o
}

func (d journey) content(space, title string) catalog.Content {
	return catalog.Content{Space: word(space), Fields: []catalog.ContentField{
		{Name: word("title"), Value: word(title)}, {Name: word("url"), Value: word(oneOf(d, "/o", "/o?v={{ target.visits }}", "https://www.shop.example/x"))},
	}}
}

func (d journey) rules(c *catalog.Catalog) {
	for i := range d.IntN(4) {
		r := &catalog.Rule{
			Name: word("r" + strconv.Itoa(i)), Active: !d.chance(10), Channel: word(oneOf(d, "", "", "web", "mobile")), Quantity: int64(1 + d.IntN(3)),
			SameChannelOnly: d.chance(30), Counted: catalog.Counting(d.IntN(4)), Status: catalog.CountedStatus(d.IntN(5)),
			AppliesTo: word(oneOf(d, "", "", "", journeyOfferTests[1], journeyOfferTests[2])),
		}
		if r.Calendar = catalog.Calendar(d.IntN(4)); r.Calendar == catalog.NoCalendar {
			r.Period.MS = oneOf[int64](d, 1, 60, 24*60, 5*24*60) * 60_000
		}
		if d.chance(20) {
			r.Target = catalog.Filter{{Expr: word(oneOf(d, journeyTests[:12]...))}}
		}
		if d.chance(20) {
			r.Propositions = catalog.Filter{{Expr: word(oneOf(d, `proposition.code != "o1"`, `proposition.status != "rejected"`, `proposition.channel == "web"`))}}
		}
		c.Rules = append(c.Rules, r)
		for _, e := range c.Environments {
			if d.chance(70) {
				e.Typology = append(e.Typology, r.Name)
			}
		}
	}
}

package draw

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// namedFilters draws predefined filters, each of which may name those before
// it. The names of those that ask about the offer start with "offer".
func (d drawer) namedFilters(e *catalog.Environment) {
	for _, name := range d.some([]string{"known", "often", "offer_good", "offer_other"}, 0) {
		offer := strings.HasPrefix(name, "offer")
		e.Filters = append(e.Filters, catalog.NamedFilter{Name: text(name), Expr: text(d.condition(e, offer))})
	}
}

// named are tests by predefined filters.
func named(e *catalog.Environment, offer bool) (out []string) {
	for _, f := range e.Filters {
		if offer || !strings.HasPrefix(f.Name.S, "offer") {
			out = append(out, f.Name.S, "!"+f.Name.S)
		}
	}
	return out
}

// rules draws rules that all environments may name, and some for each that
// know its attributes.
func (d drawer) rules(c *catalog.Catalog) {
	var shared []string
	for _, name := range d.some([]string{"no_nagging", "weekly", "a-b", "hero"}, 0) {
		c.Rules = append(c.Rules, d.rule(&catalog.Environment{}, name))
		shared = append(shared, name)
	}
	for _, e := range c.Environments {
		names := d.some([]string{"own", "z"}, 0)
		for i, name := range names {
			names[i] = name + "-" + e.Name.S
			c.Rules = append(c.Rules, d.rule(e, names[i]))
		}
		if len(shared) > 0 {
			names = append(names, d.some(shared, 0)...)
		}
		for _, name := range names {
			e.Typology = append(e.Typology, text(name))
		}
	}
}

func (d drawer) rule(e *catalog.Environment, name string) *catalog.Rule {
	r := &catalog.Rule{
		Name: text(name), Active: d.coin("active") || d.coin("active after all"), Channel: text(d.oneOf("", "web", "mobile", "fax")),
		AppliesTo:       text(d.appliesTo(e)),
		Target:          d.filter(e, false),
		Quantity:        rapid.Int64Range(1, 5).Draw(d.T, "quantity"),
		SameChannelOnly: d.coin("same channel"),
		Counted:         catalog.Counting(rapid.IntRange(0, 3).Draw(d.T, "counted")),
		Status:          catalog.CountedStatus(rapid.IntRange(0, 4).Draw(d.T, "counted status")),
		Propositions:    d.propositions(e),
	}
	if d.coin("calendar") {
		r.Calendar = catalog.Calendar(rapid.IntRange(1, 3).Draw(d.T, "which calendar"))
	} else {
		r.Period.MS = rapid.SampledFrom([]int64{1, 24 * 60, 54 * 60, 365 * 24 * 60}).Draw(d.T, "minutes") * 60_000
	}
	return r
}

// appliesTo is an expression over offers, often none.
func (d drawer) appliesTo(e *catalog.Environment) string {
	tests := []string{
		"", "", "true", "false", "1 / 0 == 1", `offer.code != "hero:0"`, `"sun" in offer.themes`, `offer.category == "travel"`,
		`size(offer.categories) > 1`, `offer.code.startsWith("a") || "sale" in offer.categories`,
	}
	for _, test := range declared("offer.", e.OfferAttributes) {
		tests = append(tests, test, "!("+test+")", test+` || offer.category == "all"`)
	}
	return d.oneOf(tests...)
}

// propositions draws a filter of propositions, often none.
func (d drawer) propositions(e *catalog.Environment) (out catalog.Filter) {
	tests := []string{
		`proposition.code != "hero:0"`, `proposition.status in ["accepted", "rejected"]`,
		`proposition.channel == interaction.channel || !(proposition.category == "travel")`, d.test(e, false),
	}
	if e.HistoryStore.On {
		tests = append(tests, `proposition.space != "side"`)
	}
	for range max(rapid.IntRange(-2, 2).Draw(d.T, "propositions"), 0) {
		c := catalog.Condition{Expr: text(d.oneOf(tests...))}
		if d.coin("when") {
			c.When = text(d.condition(e, false))
		}
		out = append(out, c)
	}
	return out
}

// experiments draws what divides the ids, and how long records are kept.
func (d drawer) experiments(c *catalog.Catalog) {
	for _, name := range d.some([]string{"hero_test", "a", "colours"}, 0) {
		x := catalog.Experiment{Name: text(name), Version: rapid.Int64Range(1, 3).Draw(d.T, "version")}
		for _, arm := range d.some([]string{"a", "b", "hero", "off"}, 1) {
			x.Arms = append(x.Arms, catalog.Arm{Name: text(arm), Weight: rapid.SampledFrom([]int64{1, 0, 50, 1_000_000}).Draw(d.T, "share")})
		}
		x.Arms[0].Weight = max(x.Arms[0].Weight, 1)
		c.Experiments = append(c.Experiments, x)
	}
	if d.coin("holdout") {
		c.Holdout = &catalog.Holdout{Name: text("all"), Version: 7, Percent: rapid.SampledFrom([]float64{0.5, 5, 100}).Draw(d.T, "percent")}
	}
	const day = 24 * 60 * 60 * 1000
	if slices.ContainsFunc(c.Environments, func(e *catalog.Environment) bool { return e.HistoryStore.On }) {
		c.Retention.Visitors.MS = 365 * day // as long as the longest rule
	} else if d.coin("retention") {
		c.Retention.Visitors.MS = rapid.SampledFrom([]int64{0, day, 90 * day}).Draw(d.T, "visitors")
		c.Retention.Propositions.MS = rapid.SampledFrom([]int64{0, 365 * day, 400 * day}).Draw(d.T, "propositions kept")
	}
}

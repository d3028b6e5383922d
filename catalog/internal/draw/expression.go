package draw

import (
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// filter draws a filter, often none.
func (d drawer) filter(e *catalog.Environment, offer bool) (out catalog.Filter) {
	for range max(rapid.IntRange(-2, 2).Draw(d.T, "conditions"), 0) {
		c := catalog.Condition{Expr: text(d.condition(e, offer))}
		if d.coin("when") {
			c.When = text(d.condition(e, offer))
		}
		out = append(out, c)
	}
	return out
}

// condition is an expression that is true or false. offer says that there is an
// offer at hand.
func (d drawer) condition(e *catalog.Environment, offer bool) string {
	switch rapid.IntRange(0, 5).Draw(d.T, "form") {
	case 0:
		return d.test(e, offer) + " && " + d.test(e, offer)
	case 1:
		return d.test(e, offer) + " || !(" + d.test(e, offer) + ")"
	case 2:
		return d.test(e, offer) + " ? " + d.test(e, offer) + " : " + d.test(e, offer)
	}
	return d.test(e, offer)
}

func (d drawer) test(e *catalog.Environment, offer bool) string {
	tests := []string{
		"true", "interaction.new_visit", `interaction.mode == "explicit"`, `interaction.space != "hero"`,
		`request.path.startsWith("/a")`, `request.path.matches("^/[a-z]+$")`, `!request.host.endsWith(".test")`, `request.country in ["FR", "DE"]`, `interaction.environment == "visitors"`,
		`request.query.a == "1"`, `request.query["b c"].startsWith("x") || "b c" in request.query`, `!has(request.query.a)`,
		`request.header["x-campaign"] in ["a", "b"]`, `!("x-a" in request.header) && request.header.x != request.query.x`,
	}
	tests = append(append(tests, declared("target.", e.Target)...), declared("interaction.", e.Attributes)...)
	tests = append(tests, named(e, offer)...)
	if offer {
		tests = append(tests, `offer.code != "hero:0"`, `"sun" in offer.themes`, `offer.category == "travel"`, `size(offer.categories) > 1`)
		tests = append(tests, declared("offer.", e.OfferAttributes)...)
	}
	return d.oneOf(tests...)
}

// declared are tests of a schema's attributes.
func declared(group string, list []catalog.Attribute) (out []string) {
	for _, a := range list {
		name := group + a.Name.S
		out = append(out, map[catalog.Type]string{
			catalog.TypeBool:       name,
			catalog.TypeInt:        name + " > 3",
			catalog.TypeDouble:     name + " <= 2.5",
			catalog.TypeString:     name + ` == "FR"`,
			catalog.TypeStringList: `"a" in ` + name,
			catalog.TypeIntList:    `1 in ` + name,
			catalog.TypeDoubleList: "size(" + name + ") > 1",
		}[a.Type])
	}
	return out
}

// number is an expression of a weight.
func (d drawer) number(e *catalog.Environment) string {
	numbers := []string{"1 + 2", "interaction.new_visit ? 5.0 : 2.5", "size(offer.themes) + 1", "1 / 0"}
	for _, a := range e.Target {
		if a.Type == catalog.TypeInt {
			numbers = append(numbers, "target."+a.Name.S+" * 2")
		}
	}
	return d.oneOf(numbers...)
}

// words is an expression with a text form, where there is an offer at hand.
func (d drawer) words(e *catalog.Environment) string {
	words := []string{"interaction.space", `"<" + interaction.channel`, "request.country", "request.query.a", "1 + 1", "offer.code",
		`offer.code.upperAscii().replace(":", "-")`, `offer.categories.join(" > ")`}
	for _, a := range e.Target {
		if a.Type <= catalog.TypeString {
			words = append(words, "target."+a.Name.S)
		}
	}
	return d.oneOf(words...)
}

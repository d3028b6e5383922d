package draw

import (
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

// tree draws categories of these names: each is beside the one before it or
// below it.
func (d drawer) tree(e *catalog.Environment, names []string, depth int) (out []*catalog.Category) {
	for len(names) > 0 {
		c := d.category(e, names[0])
		names = names[1:]
		if len(names) > 0 && depth < 4 && d.coin("child") {
			n := rapid.IntRange(1, len(names)).Draw(d.T, "children")
			c.Categories = d.tree(e, names[:n], depth+1)
			names = names[n:]
		}
		out = append(out, c)
	}
	return out
}

func (d drawer) category(e *catalog.Environment, name string) *catalog.Category {
	c := &catalog.Category{
		Name: text(name), Enabled: d.coin("enabled") || d.coin("enabled after all"),
		AlwaysInclude: d.coin("always include"),
		Filter:        d.filter(e, true),
	}
	c.From, c.To = d.period()
	for _, t := range d.some([]string{"sun", "snow", "hero", "sale"}, 0) {
		c.Themes = append(c.Themes, text(t))
	}
	if d.coin("multiplier") {
		c.Multiplier.Value = rapid.SampledFrom([]float64{0.5, 1.1, 2, 3.7, 1e-300}).Draw(d.T, "multiplier")
		c.Multiplier.From, c.Multiplier.To = d.period()
	}
	for i := range rapid.IntRange(0, 3).Draw(d.T, "offers") {
		c.Offers = append(c.Offers, d.offer(e, name+":"+strconv.Itoa(i)))
	}
	return c
}

func (d drawer) offer(e *catalog.Environment, code string) *catalog.Offer {
	o := &catalog.Offer{
		Code: text(code), Label: text(d.oneOf("", "A label", "Ein Zeichen: ß")),
		Enabled: d.coin("enabled") || d.coin("enabled after all"), Approved: d.coin("approved") || d.coin("approved after all"),
		Filter: d.filter(e, true),
	}
	o.From, o.To = d.period()
	for range rapid.IntRange(0, 3).Draw(d.T, "weights") {
		o.Weights = append(o.Weights, d.offerWeight(e))
	}
	for _, a := range e.OfferAttributes {
		if d.coin("attribute") {
			o.Attributes = append(o.Attributes, catalog.AttributeValue{Name: a.Name, Value: d.value(a.Type)})
		}
	}
	for _, s := range e.Spaces {
		if d.coin("content") {
			o.Content = append(o.Content, d.content(e, s))
		}
	}
	for _, tag := range d.some([]string{"fr", "fr-CH", "DE", "zh-Hant-TW"}, 0) {
		o.Translations = append(o.Translations, d.translation(e, o, tag))
	}
	return o
}

// translation translates some of an offer's content.
func (d drawer) translation(e *catalog.Environment, o *catalog.Offer, tag string) catalog.Translation {
	t := catalog.Translation{Language: text(tag)}
	for _, s := range e.Spaces {
		shown := slices.ContainsFunc(o.Content, func(c catalog.Content) bool { return c.Space.S == s.Name.S })
		if shown && d.coin("translated") {
			c := d.content(e, s)
			if len(c.Fields) > 0 && d.coin("not all") {
				c.Fields = c.Fields[1:]
			}
			t.Content = append(t.Content, c)
		}
	}
	return t
}

func (d drawer) offerWeight(e *catalog.Environment) catalog.Weight {
	w := catalog.Weight{Value: d.weight(), Filter: d.filter(e, true)}
	if rapid.IntRange(0, 4).Draw(d.T, "expression") == 0 {
		w.Value, w.Expr = 0, text(d.number(e))
	}
	w.From, w.To = d.period()
	if d.coin("one space") {
		w.Space = rapid.SampledFrom(e.Spaces).Draw(d.T, "weight's space").Name
	}
	return w
}

func (d drawer) content(e *catalog.Environment, s *catalog.Space) catalog.Content {
	c := catalog.Content{Space: s.Name}
	for _, f := range s.Fields {
		if f.Required || d.coin("field") {
			c.Fields = append(c.Fields, catalog.ContentField{Name: f.Name, Value: text(d.source(e, f.Type))})
		}
	}
	return c
}

// source is the source of a field's value.
func (d drawer) source(e *catalog.Environment, t catalog.FieldType) string {
	hole := "{{ " + d.words(e) + " }}"
	switch t {
	case catalog.FieldURL, catalog.FieldImage:
		return d.oneOf("/a/b?c=1&d=2", "https://example.com/é", "/s/"+hole, "https://example.com/?q="+hole+"&r=1")
	case catalog.FieldHTML:
		return d.oneOf("plain &amp; simple", "<b>bold</b><br>", "<p>"+hole+"</p>", `<a href="/x">`+hole+"</a>")
	case catalog.FieldNumber:
		return d.oneOf("12.50", "-3", "{{ "+d.number(e)+" }}")
	case catalog.FieldBool:
		return d.oneOf("true", "false", "{{ "+d.condition(e, true)+" }}")
	}
	return d.oneOf("", "A title", `<"quoted"> & 'so'`, "Hello "+hole+"!", hole+hole, "é€\nß")
}

package draw

import (
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

func (d drawer) space(e *catalog.Environment, name string) *catalog.Space {
	s := &catalog.Space{
		Name: text(name), Channel: text(d.oneOf("web", "mobile")),
		Identification:  catalog.Identification{Implicit: d.coin("implicit")},
		AllowDuplicates: d.coin("duplicates"),
		Store: catalog.Store{
			Propositions: d.coin("propositions"),
			OnProposed:   d.status(), OnAccepted: d.status(),
			Visitor: d.writes(e), OnAcceptance: d.writes(e),
		},
	}
	for _, f := range d.some([]string{"title", "url", "image", "body", "price", "sale"}, 0) {
		s.Fields = append(s.Fields, catalog.Field{
			Name: text(f), Type: catalog.FieldType(rapid.IntRange(1, 6).Draw(d.T, "field type")), Required: d.coin("required"),
		})
	}
	if d.coin("rendering") {
		s.HTML = text(d.rendering(e, s.Fields))
	}
	if d.coin("rendering as JSON") {
		s.JSON = text(d.json(e, s.Fields))
	}
	if d.coin("rendering as text") {
		s.Text = text(d.plain(e, s.Fields))
	}
	s.Viewable.On = d.coin("viewable")
	if d.coin("track") {
		s.Track = &catalog.Flag{On: d.coin("tracked")}
	}
	return s
}

// json shows every field once, as a value or within a string, and an expression.
func (d drawer) json(e *catalog.Environment, fields []catalog.Field) string {
	out := "{"
	for _, f := range fields {
		hole := "{{ " + f.Name.S + " }}"
		part := `"` + f.Name.S + `": ` + d.oneOf(hole, "["+hole+"]", `"\"`+hole+`!"`) + ", "
		if !f.Required || d.coin("conditional") {
			part = "{{? " + f.Name.S + " }}" + part + "{{/}}"
		}
		out += part
	}
	return out + `"more": {{ ` + d.words(e) + " }} }"
}

// plain shows every field once, and an expression.
func (d drawer) plain(e *catalog.Environment, fields []catalog.Field) string {
	out := "{{ " + d.words(e) + " }}"
	for _, f := range fields {
		out += "{{? " + f.Name.S + " }}<{{ " + f.Name.S + " }}>{{/}}\n"
	}
	return out
}

func (d drawer) status() catalog.Status {
	return catalog.Status(rapid.IntRange(0, 5).Draw(d.T, "status"))
}

// rendering shows every field once, and an expression.
func (d drawer) rendering(e *catalog.Environment, fields []catalog.Field) string {
	out := `<div class="offer">`
	for _, f := range fields {
		hole := "{{ " + f.Name.S + " }}"
		part := `<span title="` + hole + `">` + hole + `</span>`
		switch f.Type {
		case catalog.FieldURL:
			part = `<a href="` + hole + `">more</a>`
		case catalog.FieldImage:
			part = `<img src="` + hole + `" alt="">`
		case catalog.FieldHTML:
			part = `<div>` + hole + `</div>`
		}
		if !f.Required {
			part = "{{? " + f.Name.S + " }}" + part + "{{/}}"
		}
		out += part + "\n"
	}
	if d.coin("proposition") {
		out += `<b id="p-{{ proposition.id }}" data-seen="{{ proposition.seen_url }}"></b>{{? proposition.id }}<form action="{{ proposition.accept_url }}"></form>{{/}}`
	}
	return out + "<i>{{ " + d.words(e) + " }}</i></div>"
}

// writes draws visitor data for some of the target attributes.
func (d drawer) writes(e *catalog.Environment) (out []catalog.Write) {
	for _, a := range e.Target {
		if d.coin("write") {
			out = append(out, catalog.Write{Attribute: a.Name, Expr: text(d.newValue(a))})
		}
	}
	return out
}

// newValue is an expression of an attribute's type.
func (d drawer) newValue(a catalog.Attribute) string {
	name := "target." + a.Name.S
	switch a.Type {
	case catalog.TypeBool:
		return d.oneOf("interaction.new_visit", "!"+name, name)
	case catalog.TypeInt:
		return d.oneOf(name+" + 1", name+" + (interaction.new_visit ? 1 : 0)", "7")
	case catalog.TypeDouble:
		return d.oneOf(name+" * 2.0", "0.5")
	case catalog.TypeString:
		return d.oneOf("request.country", name+" + interaction.space", `"x"`)
	case catalog.TypeStringList:
		return d.oneOf(name, `["a", "b"]`)
	case catalog.TypeIntList:
		return d.oneOf(name, `[1, 2]`)
	}
	return d.oneOf(name, `[0.5]`)
}

// defaults draws what spaces ask by themselves and fall back on, once there
// are categories and offers.
func (d drawer) defaults(e *catalog.Environment) {
	names, themes := all(e.Categories, func(c *catalog.Category) []string { return []string{c.Name.S} }), all(e.Categories, themesOf)
	for _, s := range e.Spaces {
		for range rapid.IntRange(0, 2).Draw(d.T, "default categories") {
			s.Categories = append(s.Categories, text(d.oneOf(names...)))
		}
		if len(themes) > 0 && d.coin("default themes") {
			s.Themes = []catalog.Text{text(d.oneOf(themes...)), text(d.oneOf(themes...))}
		}
		shown := all(e.Categories, func(c *catalog.Category) []string { return shownOn(c, s.Name.S) })
		if len(shown) > 0 && d.coin("fallback offer") {
			s.FallbackOffer = text(d.oneOf(shown...))
		}
	}
}

// all gathers what a tree's categories have.
func all(tree []*catalog.Category, of func(*catalog.Category) []string) (out []string) {
	for _, c := range tree {
		out = append(out, of(c)...)
		out = append(out, all(c.Categories, of)...)
	}
	return out
}

func themesOf(c *catalog.Category) (out []string) {
	for _, t := range c.Themes {
		out = append(out, t.S)
	}
	return out
}

// shownOn are a category's offers with content for a space.
func shownOn(c *catalog.Category, space string) (out []string) {
	for _, o := range c.Offers {
		for _, content := range o.Content {
			if content.Space.S == space {
				out = append(out, o.Code.S)
			}
		}
	}
	return out
}

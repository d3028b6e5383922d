package author

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// offer reads one offer. Its key is its code, unless it has another.
func (r *reader) offer(f *field, e *catalog.Environment) *catalog.Offer {
	out := &catalog.Offer{Pos: f.key.pos()}
	o := r.object(out.Pos, f.group(), offerShape)
	if v := o.get("code"); v.ok() {
		out.Code = r.name(v, offerCode, "an offer")
	} else {
		out.Code = r.name(f.key, offerCode, "an offer")
	}
	out.Label = r.text(o.get("label"))
	out.Enabled = r.bool(o.get("enabled"), true)
	out.Approved = r.choice(o.get("status"), "draft", "approved") != 0
	out.From, out.To = r.period(o)
	out.Filter = r.filter(o.get("filter"))
	out.Weights = r.weights(o.get("weights"))
	out.Attributes = r.offerAttributes(o.get("attributes"), e)
	spaces, _ := r.fields([]val{o.get("content")}, nil)
	for i := range spaces {
		out.Content = append(out.Content, r.content(&spaces[i]))
	}
	languages, _ := r.fields([]val{o.get("translations")}, nil)
	for i := range languages {
		out.Translations = append(out.Translations, r.translation(&languages[i]))
	}
	return out
}

// weights reads a number, or a list of offer contexts.
func (r *reader) weights(v val) []catalog.Weight {
	if !v.ok() {
		return nil
	}
	if v.n.Kind == yaml.Scalar && v.n.Style == yaml.Plain && isNumber(v.n.Text) {
		f, ok := r.number(v)
		if !ok {
			return nil
		}
		return []catalog.Weight{{Pos: v.pos(), Value: f}}
	}
	var out []catalog.Weight
	for _, item := range r.list(v, "write a number, or a list for expressions: [{value: 'target.visits * 2'}]") {
		if out == nil {
			out = []catalog.Weight{} // not nil: something was listed
		}
		if w, ok := r.weight(item); ok {
			out = append(out, w)
		}
	}
	return out
}

func (r *reader) weight(v val) (catalog.Weight, bool) {
	if !v.ok() {
		return catalog.Weight{}, false
	}
	if v.n.Kind != yaml.Map {
		r.wrongType(v, "a map", "write {value: "+weightExample(v.n)+"}")
		return catalog.Weight{}, false
	}
	w := catalog.Weight{Pos: v.pos()}
	o := r.object(w.Pos, []val{v}, weightShape)
	ok := false
	if value := o.get("value"); value.ok() {
		if value.n.Style == yaml.Plain && isNumber(value.n.Text) {
			w.Value, ok = r.number(value)
		} else {
			w.Expr = r.textAs(value, "a number or an expression")
			ok = w.Expr.S != ""
		}
	}
	w.From, w.To = r.period(o)
	w.Space = r.text(o.get("space"))
	w.Filter = r.filter(o.get("filter"))
	return w, ok
}

// weightExample is what the author wrote, if it is short, or a number.
func weightExample(n *yaml.Node) string {
	if n.Kind == yaml.Scalar && n.Style == yaml.Plain && n.Text != "" && len(n.Text) <= 10 {
		return n.Text
	}
	return "3"
}

// offerAttributes reads values of the types that the environment declares.
func (r *reader) offerAttributes(v val, e *catalog.Environment) []catalog.AttributeValue {
	list, _ := r.fields([]val{v}, nil)
	var out []catalog.AttributeValue
	for _, f := range list {
		if !f.val.ok() {
			continue
		}
		t := guess(f.val.n)
		for i := range e.OfferAttributes {
			if a := &e.OfferAttributes[i]; a.Name.S == f.key.n.Text && a.Type != 0 {
				t = a.Type
			}
		}
		if value := r.value(f.val, t); value != nil {
			out = append(out, catalog.AttributeValue{Name: f.key.text(), Value: *value})
		}
	}
	return out
}

// content reads what an offer shows on one space: texts, and numbers, true and
// false as written.
func (r *reader) content(f *field) catalog.Content {
	c := catalog.Content{Space: f.key.text()}
	list, partial := r.fields(f.group(), nil)
	for _, field := range list {
		if t := r.textAs(field.val, "text, a number, true or false"); t.Pos.IsValid() {
			c.Fields = append(c.Fields, catalog.ContentField{Name: field.key.text(), Value: t})
		} else {
			partial = true
		}
	}
	if partial {
		r.gaps.add(catalog.Gap{Pos: c.Space.Pos, Key: "content"})
	}
	return c
}

package author

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

var fieldTypes = []string{"text", "url", "image", "html", "number", "bool"}

// statuses are the words of proposition statuses, in the order of their
// numbers.
var statuses = []string{"generated", "presented", "interested", "accepted", "scheduled", "rejected"}

// space reads one space.
func (r *reader) space(f *field) *catalog.Space {
	s := &catalog.Space{Pos: f.key.pos(), Name: r.name(f.key, spaceName, "a space")}
	o := r.object(s.Pos, f.group(), spaceShape)
	s.Channel = r.name(o.get("channel"), plainName, "a channel")
	fields, _ := r.fields(o.group("fields"), nil)
	for i := range fields {
		s.Fields = append(s.Fields, r.contentField(&fields[i]))
	}
	if v := o.get("render"); v.ok() {
		render := r.object(v.pos(), []val{v}, renderShape)
		s.HTML, s.Text = r.text(render.get("html")), r.text(render.get("text"))
		s.JSON = r.jsonText(render.get("json"))
	}
	s.Identification = r.identification(o.get("identification"))
	s.Store = r.store(o.get("store"))
	s.Categories = r.names(o.get("categories"), nil, "")
	s.Themes = r.names(o.get("themes"), nil, "")
	s.AllowDuplicates = r.bool(o.get("allow_duplicates"), false)
	s.FallbackOffer = r.text(o.get("fallback_offer"))
	s.Viewable = r.flag(o.get("viewable"))
	if v := o.get("track"); v.ok() {
		track := r.flag(v)
		s.Track = &track
	}
	return s
}

// jsonText reads JSON that stands in the catalog as a text.
func (r *reader) jsonText(v val) catalog.Text {
	if v.ok() && v.n.Kind != yaml.Scalar {
		r.wrongType(v, "a text that holds JSON", "write it behind |, or in single quotes")
		return catalog.Text{}
	}
	return r.text(v)
}

// contentField reads a field's declaration: its type, or a type and options.
func (r *reader) contentField(f *field) catalog.Field {
	out := catalog.Field{Name: r.name(f.key, identifier, "a field")}
	if !f.val.ok() || f.val.n.Kind != yaml.Map {
		out.Type = r.fieldType(f.val)
		return out
	}
	o := r.object(f.key.pos(), f.group(), fieldShape)
	out.Type = r.fieldType(o.get("type"))
	out.Required = r.bool(o.get("required"), false)
	return out
}

func (r *reader) fieldType(v val) catalog.FieldType {
	if i := r.choice(v, fieldTypes...); i >= 0 {
		t, _ := catalog.ParseFieldType(fieldTypes[i])
		return t
	}
	return 0
}

// identification reads the options of that name.
func (r *reader) identification(v val) catalog.Identification {
	if !v.ok() {
		return catalog.Identification{}
	}
	o := r.object(v.pos(), []val{v}, identificationShape)
	id := catalog.Identification{Pos: v.pos(), Implicit: r.bool(o.get("implicit"), false)}
	fallback := o.get("fallback")
	id.Fallback = r.text(fallback)
	if id.Fallback.Pos.IsValid() {
		environment, space, ok := strings.Cut(id.Fallback.S, "/")
		if !ok || plainName.problem(environment) != "" || spaceName.problem(space) != "" {
			r.error(fallback.pos(), "bad-value", quote(id.Fallback.S)+" does not name an environment and a space",
				"write environment/space")
		}
	}
	return id
}

// store reads what a space stores: true, false, or the options.
func (r *reader) store(v val) catalog.Store {
	s := catalog.Store{Propositions: true, OnProposed: catalog.Presented, OnAccepted: catalog.Accepted}
	if !v.ok() {
		return s
	}
	s.Pos = v.pos()
	if v.n.Kind == yaml.Scalar && !v.n.IsNull() {
		b, ok := boolean(v.n)
		if !ok {
			r.wrongType(v, "true, false or a map", boolHint(v.n))
		}
		s.Propositions = b || !ok
		return s
	}
	o := r.object(s.Pos, []val{v}, storeShape)
	s.Propositions = r.bool(o.get("propositions"), true)
	s.OnProposed = r.status(o.get("on_proposition"), s.OnProposed)
	s.OnAccepted = r.status(o.get("on_acceptance"), s.OnAccepted)
	s.Visitor = r.writes(o.get("visitor"))
	s.OnAcceptance = r.writes(o.get("visitor_on_acceptance"))
	return s
}

func (r *reader) status(v val, absent catalog.Status) catalog.Status {
	if i := r.choice(v, statuses...); i >= 0 {
		return catalog.Status(i)
	}
	return absent
}

// writes reads attributes and the expressions of their values.
func (r *reader) writes(v val) []catalog.Write {
	list, _ := r.fields([]val{v}, nil)
	var out []catalog.Write
	for _, f := range list {
		w := catalog.Write{Attribute: f.key.text(), Expr: r.expression(f.val)}
		if w.Expr.S != "" {
			out = append(out, w)
		}
	}
	return out
}

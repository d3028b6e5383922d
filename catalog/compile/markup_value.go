package compile

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// attribute checks one attribute and writes its placeholders, with the literal
// text from at on. It gives the place up to which all is written.
func (w *markupWalk) attribute(t *markupToken, a *markupAttr, at int) int {
	kind := markupAttrKind(t.name, a.name)
	literal := w.src.S[a.value:a.end]
	switch {
	case kind == markupAttrEvent:
		w.fail(a.off, "event-handler", "offers run no scripts, so that they work under any content security policy",
			"has the event handler %s in <%s>", a.name, t.name)
		return at
	case a.name == "data-offer-space", a.name == "id" && strings.HasPrefix(literal, "i_"):
		w.fail(a.off, "nested-slot", "slots belong to the page: an edge behind this one would fill it again",
			"marks <%s> as a slot by its %s", t.name, a.name)
		return at
	case kind == markupAttrRefused:
		w.fail(a.off, "forbidden-attribute", "leave it out", "has the attribute %s in <%s>", a.name, t.name)
		return at
	case a.first < a.last:
		return w.placeholders(t, a, kind, at)
	case kind == markupAttrURL:
		w.url(a).check()
	case kind == markupAttrSet:
		w.urlSet(a)
	}
	return at
}

// placeholders writes an attribute that has some.
func (w *markupWalk) placeholders(t *markupToken, a *markupAttr, kind byte, at int) int {
	first := &w.parts[a.first]
	switch kind {
	case markupAttrURL, markupAttrURLLike:
		return w.urlPlaceholders(t, a, at)
	case markupAttrSet:
		w.fail(first.off, "placeholder-in-srcset", "use src for an image that changes", "has a placeholder in %s of <%s>", a.name, t.name)
		return at
	case markupAttrLiteral:
		w.fail(first.off, "placeholder-in-attribute", "text may go into class, title, alt, aria-*, data-* and their like",
			"has a placeholder in %s of <%s>, which takes none", a.name, t.name)
		return at
	case markupAttrName:
		if first.off == a.value {
			w.fail(first.off, "unfixed-name", "start it with fixed text: "+a.name+`="offer-{{ … }}"`,
				"has %s of <%s> start with a placeholder, so that it can name anything in the page", a.name, t.name)
		}
	}
	return w.textPlaceholders(a, at)
}

// textPlaceholders writes an attribute of text.
func (w *markupWalk) textPlaceholders(a *markupAttr, at int) int {
	floor := len(w.conditions)
	for i := a.first; i < a.last; i++ {
		p := &w.parts[i]
		w.reference(p)
		w.out.literal(w.src.S[at:p.off])
		at = p.end
		switch p.kind {
		case markupIf:
			w.begin(i)
			continue
		case markupEnd:
			w.close(p, floor)
			continue
		}
		field, program, ok := w.resolve(p)
		switch {
		case !ok:
		case field == nil:
			w.out.expr(snapshot.EscapeHTML, program)
		case field.typ == catalog.FieldHTML:
			w.fail(p.off, "html-in-attribute", "an attribute holds text: use a text field", "has the html field %q in an attribute", field.name)
		default:
			w.out.field(snapshot.FormHTML, field.index)
		}
	}
	w.out.literal(w.src.S[at:a.end])
	for len(w.conditions) > floor {
		c := w.conditions[len(w.conditions)-1]
		w.conditions = w.conditions[:len(w.conditions)-1]
		if w.fields != nil {
			w.fail(w.parts[c.part].off, "unclosed-conditional", "end it with {{/}} within the same value",
				"has a conditional part in an attribute without {{/}}")
		}
	}
	return a.end
}

// url is the attribute's value as a URL, cut at its placeholders.
func (w *markupWalk) url(a *markupAttr) *markupURL {
	u := &markupURL{m: w.markup, where: "has a URL in " + a.name + " that ", markup: true}
	at := a.value
	for i := a.first; i < a.last; i++ {
		u.pieces = append(u.pieces, markupPiece{at, w.src.S[at:w.parts[i].off]})
		at = w.parts[i].end
	}
	u.pieces = append(u.pieces, markupPiece{at, w.src.S[at:a.end]})
	return u
}

// urlPlaceholders writes a URL with placeholders: one field alone, or
// expressions behind a fixed start.
func (w *markupWalk) urlPlaceholders(t *markupToken, a *markupAttr, at int) int {
	p := &w.parts[a.first]
	if field := w.fieldNamed(p.body.S); field != nil && p.kind == markupHole && p.off == a.value && p.end == a.end {
		w.out.literal(w.src.S[at:p.off])
		w.urlField(t, p, field, a)
		return p.end
	}
	for i := a.first; i < a.last; i++ {
		p := &w.parts[i]
		w.reference(p)
		w.out.literal(w.src.S[at:p.off])
		at = p.end
		if p.kind != markupHole {
			w.fail(p.off, "conditional-in-url", "put the whole element into the part", "has a conditional part within %s", a.name)
			return at
		}
		field, program, ok := w.resolve(p)
		if ok && field != nil && field.isID() {
			w.out.field(snapshot.FormHTML, field.index)
			continue
		}
		if ok && field != nil {
			w.fail(p.off, "field-in-url", "a url or image field fills the whole value; expressions may follow a fixed start",
				"has the field %q within a longer value of %s", field.name, a.name)
			return at
		}
		if ok {
			w.out.expr(snapshot.EscapeURL, program)
		}
	}
	w.url(a).check()
	return at
}

// urlField writes a field that is the whole URL.
func (w *markupWalk) urlField(t *markupToken, p *markupPart, field *markupField, a *markupAttr) {
	if field.typ == 0 {
		return // the reader has reported its type
	}
	if field.typ != catalog.FieldURL && field.typ != catalog.FieldImage {
		hint := "declare the field as url or image: those are checked to be safe"
		if field.isOwn() {
			hint = "it may follow a fixed start, or write one of the proposition's addresses"
		}
		w.fail(p.off, "field-in-url", hint, "has the %s field %q for the URL in %s", field.typ, field.name, a.name)
		return
	}
	guarded := field.required
	for i := range w.conditions {
		guarded = guarded || w.conditions[i].field.guards(field)
	}
	if !guarded {
		hint := "put the element into {{? " + field.name + " }}…{{/}}"
		if !field.isOwn() {
			hint += ", or make the field required"
		}
		w.warn(p.off, "unguarded-url", hint, "has an empty %s when the optional field %q is absent, which names the page itself", a.name, field.name)
	}
	w.out.field(markupForm(t.name, a.name, field), field.index)
}

// urlSet checks the literal URLs of srcset.
func (w *markupWalk) urlSet(a *markupAttr) {
	at := a.value
	for _, candidate := range strings.Split(w.src.S[a.value:a.end], ",") {
		trimmed := strings.TrimLeft(candidate, " \t\r\n")
		off := at + len(candidate) - len(trimmed)
		at += len(candidate) + 1
		s, _, _ := strings.Cut(strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace(trimmed), " ")
		u := &markupURL{m: w.markup, where: "has a URL in " + a.name + " that ", pieces: []markupPiece{{off, s}}, markup: true}
		u.check()
	}
}

package compile

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// markupWalk goes over the tokens of HTML source once: it checks elements,
// attributes and balance, finds the context of every placeholder and writes
// the template.
type markupWalk struct {
	*markup
	stack      []markupOpen
	conditions []markupCondition
	broken     bool // a tag could not be read, so balance says nothing
}

// markupOpen is an element that is open.
type markupOpen struct {
	name string
	off  int
}

// markupCondition is a conditional part that is open.
type markupCondition struct {
	part  int
	field *markupField // nil if it names none
	depth int          // elements open at its start
	mark  int
}

// html compiles HTML source: of a field whose value the rendering puts into
// hosts, or of a rendering.
func (m *markup) html(hosts []markupHost) {
	z := &markupScanner{m: m, s: m.src.S}
	z.scan()
	w := &markupWalk{markup: m, broken: z.broken}
	for i := range z.tokens {
		w.token(&z.tokens[i])
	}
	w.finish()
	if m.errors > 0 {
		return
	}
	tree := markupTree{m: m, tokens: z.tokens}
	if !tree.fits(markupHost{}) {
		return
	}
	for _, host := range hosts {
		if !tree.fits(host) {
			return
		}
	}
}

func (w *markupWalk) token(t *markupToken) {
	switch t.kind {
	case markupText:
		w.out.literal(w.src.S[t.off:t.end])
	case markupInText:
		w.inText(t.part)
	case markupStartTag:
		w.start(t)
	case markupEndTag:
		w.end(t)
	}
}

func (w *markupWalk) inSVG() bool {
	for i := range w.stack {
		if w.stack[i].name == "svg" {
			return true
		}
	}
	return false
}

// inText writes a placeholder that stands in element text.
func (w *markupWalk) inText(i int) {
	p := &w.parts[i]
	w.reference(p)
	switch p.kind {
	case markupIf:
		w.begin(i)
	case markupEnd:
		w.close(p, 0)
	default:
		field, program, ok := w.resolve(p)
		switch {
		case !ok:
		case field == nil:
			w.out.expr(snapshot.EscapeHTML, program)
		case field.typ == catalog.FieldHTML && w.inSVG():
			w.fail(p.off, "html-in-svg", "put it outside the svg", "has the html field %q inside <svg>", field.name)
		default:
			if field.typ == catalog.FieldHTML {
				w.host(p, field)
			}
			w.out.field(snapshot.FormHTML, field.index)
		}
	}
}

// host notes where an html field stands.
func (w *markupWalk) host(p *markupPart, field *markupField) {
	h := markupHost{pos: w.src.At(p.off)}
	for _, e := range w.stack {
		h.open = append(h.open, e.name)
	}
	field.hosts = append(field.hosts, h)
}

// reference refuses a placeholder that would continue a character reference:
// behind "/&" the value "sol" and a ";" would make a second slash.
func (w *markupWalk) reference(p *markupPart) {
	name := strings.TrimRightFunc(w.src.S[:p.off], markupIsWord)
	name = strings.TrimSuffix(name, "#")
	if !strings.HasSuffix(name, "&") {
		return
	}
	w.fail(len(name)-1, "open-character-reference", "write & as &amp;, and end a reference with ;",
		"has an & that the placeholder behind it would complete")
}

// begin opens a conditional part.
func (w *markupWalk) begin(i int) {
	p := &w.parts[i]
	c := markupCondition{part: i, field: w.fieldNamed(p.body.S), depth: len(w.stack)}
	switch {
	case w.fields == nil || p.body.S == "": // reported
	case len(w.conditions) == markupMaxConditions:
		w.fail(p.off, "conditional-too-deep", "write a part less", "has more than %d conditional parts within each other", markupMaxConditions)
	case c.field == nil:
		w.unknownField(p)
	case c.field.required:
		w.warn(p.off, "conditional-on-required", "leave out {{? }} and {{/}}, or make the field optional",
			"has a part for when %q is present, which it always is: it is required", c.field.name)
	}
	var index uint16
	if c.field != nil {
		index = c.field.index
	}
	c.mark = w.out.begin(index)
	w.conditions = append(w.conditions, c)
}

// close ends the innermost conditional part, if it was opened behind the first
// floor ones.
func (w *markupWalk) close(p *markupPart, floor int) {
	if len(w.conditions) <= floor {
		if w.fields != nil {
			w.fail(p.off, "stray-conditional-end", "leave it out, or open the part with {{? field }}", "has {{/}} with no part open")
		}
		return
	}
	c := w.conditions[len(w.conditions)-1]
	w.conditions = w.conditions[:len(w.conditions)-1]
	if len(w.stack) > c.depth {
		open := w.stack[c.depth]
		w.split(open.off, open.name)
		w.stack = w.stack[:c.depth]
	}
	w.out.end(c.mark)
}

func (w *markupWalk) split(off int, name string) {
	if w.broken {
		return
	}
	w.broken = true
	w.fail(off, "conditional-splits-element", "put the whole element inside the part or the whole part inside the element",
		"has only one end of <%s> inside a conditional part", name)
}

// end takes an end tag.
func (w *markupWalk) end(t *markupToken) {
	w.out.literal(w.src.S[t.off:t.end])
	floor := 0
	if n := len(w.conditions); n > 0 {
		floor = w.conditions[n-1].depth
	}
	for i := len(w.stack) - 1; i >= floor; i-- {
		if w.stack[i].name != t.name {
			continue
		}
		for _, open := range w.stack[i+1:] {
			w.unclosed(open)
		}
		w.stack = w.stack[:i]
		return
	}
	for _, open := range w.stack[:floor] {
		if open.name == t.name {
			w.split(t.off, t.name)
			return
		}
	}
	if w.broken {
		return
	}
	w.fail(t.off, "stray-end-tag", "leave it out, or open the element before it", "has </%s> with no such element open", t.name)
}

func (w *markupWalk) unclosed(open markupOpen) {
	if w.broken {
		return
	}
	w.fail(open.off, "unclosed-element", "close it: every element but the void ones has an end tag, in the order in which they were opened",
		"has <%s> without </%s>", open.name, open.name)
}

// start takes a start tag.
func (w *markupWalk) start(t *markupToken) {
	w.element(t)
	at := t.off
	for i := range t.attrs {
		at = w.attribute(t, &t.attrs[i], at)
	}
	w.out.literal(w.src.S[at:t.end])
	svg := t.name == "svg" || w.inSVG()
	void := !svg && (markupElements[t.name]&markupVoid != 0 || markupRefusedVoid[t.name])
	switch {
	case void || svg && t.closed:
		return
	case t.closed:
		w.fail(t.off, "self-closing", "write <"+t.name+"></"+t.name+">", "has <%s/>, which browsers read as a start tag", t.name)
		return
	case len(w.stack) == markupMaxDepth:
		w.fail(t.off, "markup-too-deep", "use fewer elements around each other", "has more than %d elements open at once", markupMaxDepth)
	}
	w.stack = append(w.stack, markupOpen{name: t.name, off: t.off})
}

// finish checks that nothing is left open. Where something could not be read
// there is no telling.
func (w *markupWalk) finish() {
	for i := len(w.conditions) - 1; i >= 0; i-- {
		if p := &w.parts[w.conditions[i].part]; w.fields != nil {
			w.fail(p.off, "unclosed-conditional", "end it with {{/}}", "has a conditional part without {{/}}")
		}
	}
	for _, open := range w.stack {
		w.unclosed(open)
	}
}

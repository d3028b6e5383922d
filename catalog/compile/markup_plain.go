package compile

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// markupPlainText compiles a space's text rendering to its template, nil if it is
// refused. Nothing is escaped.
func markupPlainText(src catalog.Text, fields []markupField, filters []string, expr markupExpr, report func(catalog.Diagnostic)) []byte {
	m := markupOf(src, "text rendering", fields, filters, expr, report)
	if !m.open(true) {
		return nil
	}
	m.conditions()
	m.template(func(i int, field *markupField, program uint32) {
		if field == nil {
			m.out.expr(snapshot.EscapeNone, program)
			return
		}
		if field.typ == catalog.FieldHTML {
			m.warn(m.parts[i].off, "html-in-text", "use a text field", "shows the tags of the html field %q to people", field.name)
		}
		m.out.field(snapshot.FormRaw, field.index)
	})
	if m.errors > 0 {
		return nil
	}
	return m.out.bytes()
}

// conditions checks that conditional parts are closed and name fields.
func (m *markup) conditions() {
	var open []int
	for i := range m.parts {
		p := &m.parts[i]
		switch {
		case p.kind == markupEnd && len(open) == 0:
			m.fail(p.off, "stray-conditional-end", "leave it out, or open the part with {{? field }}", "has {{/}} with no part open")
		case p.kind == markupEnd:
			open = open[:len(open)-1]
		case p.kind == markupIf:
			m.condition(p, len(open))
			open = append(open, i)
		}
	}
	for _, i := range slices.Backward(open) {
		m.fail(m.parts[i].off, "unclosed-conditional", "end it with {{/}}", "has a conditional part without {{/}}")
	}
}

// condition checks the start of a conditional part.
func (m *markup) condition(p *markupPart, depth int) {
	field := m.fieldNamed(p.body.S)
	switch {
	case p.body.S == "": // reported
	case depth == markupMaxConditions:
		m.fail(p.off, "conditional-too-deep", "write a part less", "has more than %d conditional parts within each other", markupMaxConditions)
	case field == nil:
		m.unknownField(p)
	case field.required:
		m.warn(p.off, "conditional-on-required", "leave out {{? }} and {{/}}, or make the field optional",
			"has a part for when %q is present, which it always is: it is required", field.name)
	}
}

// template writes literals as they are, conditional parts, and placeholders by
// the given function: the field that part i stands for, or nil and a program.
func (m *markup) template(write func(i int, field *markupField, program uint32)) {
	var open []int
	at := 0
	for i := range m.parts {
		p := &m.parts[i]
		m.out.literal(m.src.S[at:p.off])
		at = p.end
		switch {
		case p.kind == markupIf:
			var index uint16
			if field := m.fieldNamed(p.body.S); field != nil { // else it is reported
				index = field.index
			}
			open = append(open, m.out.begin(index))
		case p.kind == markupEnd && len(open) > 0:
			m.out.end(open[len(open)-1])
			open = open[:len(open)-1]
		case p.kind == markupHole && p.body.S != "":
			if field, program, ok := m.resolve(p); ok {
				write(i, field, program)
			}
		}
	}
	m.out.literal(m.src.S[at:])
}

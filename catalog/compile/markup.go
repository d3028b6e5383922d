package compile

import (
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

const (
	// markupMaxBytes bounds the source of one field value or rendering. It is
	// the most that one slot may put into a page at run time, so a longer source
	// could never be shown. A whole shop page takes about 20 KB.
	markupMaxBytes = 64 << 10
	// markupMaxParts bounds the {{ }} of one source. Each becomes a program or a
	// jump that every page view pays for; 64 is already an unusual rendering.
	markupMaxParts = 256
	// markupMaxDepth bounds open elements. Browsers flatten trees beyond 512,
	// and a slot already stands some 20 deep in its page.
	markupMaxDepth = 64
	// markupMaxConditions bounds {{? }} within {{? }}.
	markupMaxConditions = snapshot.MaxConditions
)

// markupExpr compiles the CEL of one placeholder and gives the index of its
// program. It reports what is wrong itself, then ok is false. want says what
// the value becomes: FieldNumber and FieldBool need a value of that type, any
// other needs one that has a text form.
type markupExpr func(src catalog.Text, want catalog.FieldType) (program uint32, ok bool)

// markupField is a content field of the space, as content and rendering need it.
type markupField struct {
	name     string
	typ      catalog.FieldType
	required bool
	index    uint16
	click    bool // links of the rendering lead over the address that counts the click
	// hosts are the places where the rendering puts an html field. The value
	// has to fit into each, because there is no later moment to look.
	hosts []markupHost
}

// markupHost is one place of an html field in a rendering.
type markupHost struct {
	pos  catalog.Pos
	open []string // names of the elements around it, outermost first
}

// markup is the analysis of one source.
type markup struct {
	src    catalog.Text
	what   string // what the source is, the start of every message
	parts  []markupPart
	fields []markupField // a rendering's; nil in a field's value
	own    []markupField // what a rendering says of its own proposition
	words  []string      // names that are expressions, where a rendering has no field of that name
	// objects says that { may stand in front of {{, as JSON's objects make it.
	objects bool
	expr    markupExpr
	report  func(catalog.Diagnostic)
	errors  int
	out     markupTemplate
}

func (m *markup) fail(off int, code, hint, format string, args ...any) {
	m.errors++
	m.add(catalog.Error, off, code, hint, format, args...)
}

func (m *markup) warn(off int, code, hint, format string, args ...any) {
	m.add(catalog.Warning, off, code, hint, format, args...)
}

func (m *markup) add(s catalog.Severity, off int, code, hint, format string, args ...any) {
	m.report(m.diagnostic(s, off, code, hint, format, args...))
}

func (m *markup) diagnostic(s catalog.Severity, off int, code, hint, format string, args ...any) catalog.Diagnostic {
	return catalog.Diagnostic{
		Pos: m.src.At(off), Severity: s, Code: code, Hint: hint,
		Message: m.what + " " + fmt.Sprintf(format, args...),
	}
}

// markupValue compiles the value of one content field to its two templates,
// the value as it is and escaped for HTML. Both are nil if the value is
// refused, which it has reported then. A rendering that shows an html field
// has to be compiled first, so that the field knows its hosts.
func markupValue(src catalog.Text, field markupField, expr markupExpr, report func(catalog.Diagnostic)) (raw, escaped []byte) {
	m := &markup{src: src, what: fmt.Sprintf("field %q", field.name), expr: expr, report: report}
	if !m.open(false) {
		return nil, nil
	}
	switch field.typ {
	case catalog.FieldURL, catalog.FieldImage:
		raw, escaped = m.urlValue()
	case catalog.FieldNumber, catalog.FieldBool:
		raw, escaped = m.scalarValue(field.typ)
	case catalog.FieldHTML:
		m.html(field.hosts)
		raw = m.out.bytes()
		escaped = raw
	default:
		raw, escaped = m.textValue()
	}
	if m.errors > 0 {
		return nil, nil
	}
	if field.required && src.S == "" {
		m.warn(0, "empty-field", "write a value, or make the field optional", "is required and empty")
	}
	return raw, escaped
}

// markupRendering compiles a space's HTML rendering to its template, nil if it
// is refused. It notes in fields where the html fields stand. filters are the
// predefined filters that a placeholder may name.
func markupRendering(src catalog.Text, fields []markupField, filters []string, expr markupExpr, report func(catalog.Diagnostic)) []byte {
	m := markupOf(src, "rendering", fields, filters, expr, report)
	if !m.open(true) {
		return nil
	}
	m.html(nil)
	if m.errors > 0 {
		return nil
	}
	return m.out.bytes()
}

// markupOf begins a rendering.
func markupOf(src catalog.Text, what string, fields []markupField, filters []string, expr markupExpr, report func(catalog.Diagnostic)) *markup {
	if fields == nil {
		fields = []markupField{}
	}
	words := append([]string{"true", "false", "null"}, filters...)
	return &markup{src: src, what: what, fields: fields, own: markupProposition(), words: words, expr: expr, report: report}
}

// open checks what holds for every source and splits it.
func (m *markup) open(conditions bool) bool {
	if len(m.src.S) > markupMaxBytes {
		m.fail(0, "content-too-long", "a slot shows at most 64 KiB",
			"has %d bytes, more than %d", len(m.src.S), markupMaxBytes)
		return false
	}
	if !m.split() {
		return false
	}
	at, refused := 0, false
	for i := range m.parts {
		p := &m.parts[i]
		m.characters(at, p.off)
		at = p.end
		if !conditions && p.kind != markupHole && !refused {
			refused = true
			m.fail(p.off, "conditional-in-field", "conditional parts belong into the space's rendering",
				"has a conditional part")
		}
	}
	m.characters(at, len(m.src.S))
	return true
}

// characters refuses what no text, URL or HTML may hold between from and to.
func (m *markup) characters(from, to int) {
	for i, r := range m.src.S[from:to] {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(m.src.S[from+i:]); size == 1 {
				m.fail(from+i, "control-character", "save the file as UTF-8", "has a byte that is not UTF-8")
				return
			}
		}
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
			m.fail(from+i, "control-character", "leave it out", "has the control character U+%04X", r)
			return
		}
	}
}

// textValue passes text through, and escapes its literal parts in one form.
func (m *markup) textValue() (raw, escaped []byte) {
	var plain markupTemplate
	m.each(func(literal string) {
		plain.literal(literal)
		m.out.literal(html.EscapeString(literal))
	}, func(p *markupPart) {
		if program, ok := m.program(p, catalog.FieldText); ok {
			plain.expr(snapshot.EscapeNone, program)
			m.out.expr(snapshot.EscapeHTML, program)
		}
	})
	return plain.bytes(), m.out.bytes()
}

// scalarValue takes one literal or one placeholder.
func (m *markup) scalarValue(typ catalog.FieldType) (raw, escaped []byte) {
	s := strings.TrimSpace(m.src.S)
	if len(m.parts) == 0 {
		m.scalarLiteral(s, typ)
		m.out.literal(s)
		return m.out.bytes(), m.out.bytes()
	}
	p := &m.parts[0]
	if len(m.parts) > 1 || len(s) != p.end-p.off {
		m.fail(p.off, "invalid-"+typ.String(), "use one expression for the whole value",
			"is a %s and mixes an expression with something else", typ)
		return nil, nil
	}
	program, ok := m.program(p, typ)
	if !ok {
		return nil, nil
	}
	var plain markupTemplate
	plain.expr(snapshot.EscapeNone, program)
	m.out.expr(snapshot.EscapeHTML, program)
	return plain.bytes(), m.out.bytes()
}

func (m *markup) scalarLiteral(s string, typ catalog.FieldType) {
	switch {
	case typ == catalog.FieldBool && s != "true" && s != "false":
		m.fail(0, "invalid-bool", "write true or false", "is a bool and cannot be %q", markupQuote(s))
	case typ == catalog.FieldNumber && !markupIsNumber(s):
		m.fail(0, "invalid-number", "write digits with an optional sign, fraction and exponent, as in JSON: -12.50",
			"is a number and cannot be %q", markupQuote(s))
	}
}

// program compiles the placeholder's CEL.
func (m *markup) program(p *markupPart, want catalog.FieldType) (uint32, bool) {
	if p.body.S == "" || p.kind != markupHole {
		return 0, false // reported when it was found
	}
	program, ok := m.expr(p.body, want)
	if !ok {
		m.errors++
	}
	return program, ok
}

// each visits literals and placeholders in order.
func (m *markup) each(literal func(string), part func(*markupPart)) {
	at := 0
	for i := range m.parts {
		p := &m.parts[i]
		if at < p.off {
			literal(m.src.S[at:p.off])
		}
		if p.kind == markupHole {
			part(p)
		}
		at = p.end
	}
	if at < len(m.src.S) {
		literal(m.src.S[at:])
	}
}

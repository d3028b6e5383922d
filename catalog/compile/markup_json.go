package compile

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// Each field that the conditional parts of a JSON rendering ask for doubles the
// texts that are read, so both are bounded: the fields, and the bytes of all texts,
// of which 1 MiB took 70 ms on a busy machine. Renderings have some 500 bytes and
// two or three such fields.
const (
	markupMaxVariants     = 6
	markupMaxVariantBytes = 1 << 20
)

// Where a placeholder of JSON stands.
const (
	markupUnseen   byte = iota
	markupInString      // inside the quotes of a string
	markupWhole         // a value by itself
)

// markupJSON compiles a space's JSON rendering to its template, nil if it is
// refused. Whatever fields and expressions give, the template makes one JSON
// value: that is checked by reading it once for each combination of fields that
// are there or not.
func markupJSON(src catalog.Text, fields []markupField, filters []string, expr markupExpr, report func(catalog.Diagnostic)) []byte {
	j := &markupJSONText{markup: markupOf(src, "JSON rendering", fields, filters, expr, report)}
	j.objects = true
	if !j.open(true) {
		return nil
	}
	j.conditions()
	j.places = make([]byte, len(j.parts))
	if j.errors == 0 {
		j.variants()
	}
	j.template(j.write)
	if j.errors > 0 {
		return nil
	}
	return j.out.bytes()
}

// markupJSONText is the analysis of a JSON rendering.
type markupJSONText struct {
	*markup
	places []byte         // of each part
	names  []string       // the fields that conditional parts ask for
	text   []byte         // of the variant that is looked at
	pieces []markupOffset // where its pieces come from
}

// markupOffset says that the text of a variant from one place on stands in the
// source from another on.
type markupOffset struct{ text, source int }

// write writes a placeholder by where it stands.
func (j *markupJSONText) write(i int, field *markupField, program uint32) {
	escape, form := snapshot.EscapeJSON, snapshot.FormJSON
	if j.places[i] == markupWhole {
		escape, form = snapshot.EscapeValue, snapshot.FormValue
	}
	if field == nil {
		j.out.expr(escape, program)
		return
	}
	j.out.field(form, field.index)
}

// variants reads the text for each combination of fields, all of them there at
// first, until one is not one JSON value.
func (j *markupJSONText) variants() {
	for i := range j.parts {
		if p := &j.parts[i]; p.kind == markupIf && !slices.Contains(j.names, p.body.S) {
			j.names = append(j.names, p.body.S)
			if len(j.names) > markupMaxVariants {
				j.fail(p.off, "too-many-conditions", "let some of them be null, or write a part less",
					"has conditional parts for more than %d fields", markupMaxVariants)
				return
			}
		}
	}
	if n := len(j.src.S) << len(j.names); n > markupMaxVariantBytes {
		j.fail(0, "too-many-conditions", "let some of the fields be null, or move long texts into content fields",
			"has %d bytes in all forms that its conditional parts give it, more than %d", n, markupMaxVariantBytes)
		return
	}
	for absent := range 1 << len(j.names) {
		if !j.variant(absent) {
			return
		}
	}
}

// variant reads the text without the parts for some fields, by the bits of their
// places in names.
func (j *markupJSONText) variant(absent int) bool {
	j.text, j.pieces = j.text[:0], j.pieces[:0]
	var state jsonState
	at, skipped, depth := 0, 0, 0 // of conditional parts, the first that is left out and those open
	for i := range j.parts {
		p := &j.parts[i]
		if skipped == 0 {
			j.literal(&state, at, p.off)
		}
		at = p.end
		switch {
		case p.kind == markupIf:
			depth++
			if skipped == 0 && absent>>slices.Index(j.names, p.body.S)&1 == 1 {
				skipped = depth
			}
		case p.kind == markupEnd:
			if skipped == depth {
				skipped = 0
			}
			depth--
		case skipped == 0 && !j.hole(&state, i):
			return false
		}
	}
	j.literal(&state, at, len(j.src.S))
	return j.valid(absent)
}

func (j *markupJSONText) literal(state *jsonState, from, to int) {
	j.pieces = append(j.pieces, markupOffset{len(j.text), from})
	j.text = append(j.text, j.src.S[from:to]...)
	for i := from; i < to; i++ {
		state.next(j.src.S[i])
	}
}

// hole notes where a placeholder stands, and writes an example: a list for a
// whole value, which can neither continue nor be continued and names no member.
func (j *markupJSONText) hole(state *jsonState, i int) bool {
	p := &j.parts[i]
	place, example := markupWhole, "[]"
	if state.inString {
		place, example = markupInString, "x"
	}
	if state.escaped || state.digits > 0 {
		j.fail(p.off, "placeholder-in-escape", "write the whole escape, or none", "has a placeholder inside an escape that starts with \\")
		return false
	}
	if j.places[i] != markupUnseen && j.places[i] != place {
		j.fail(p.off, "unsettled-place", "put the quotes inside the part or outside of it, both of them",
			"has a placeholder that is inside a string or not, depending on which fields are there")
		return false
	}
	j.places[i] = place
	j.pieces = append(j.pieces, markupOffset{len(j.text), p.off})
	j.text = append(j.text, example...)
	return true
}

// valid reports whether the text of a variant is one JSON value.
func (j *markupJSONText) valid(absent int) bool {
	var value json.RawMessage
	var syntax *json.SyntaxError
	err := json.Unmarshal(j.text, &value)
	if err == nil {
		return true
	}
	at := len(j.text)
	if errors.As(err, &syntax) {
		at = max(0, int(syntax.Offset)-1)
	}
	j.fail(j.source(at), "invalid-json", "", "is not one JSON value%s: %s", j.without(absent), err)
	return false
}

// source is where a place in the variant's text stands in the source.
func (j *markupJSONText) source(at int) int {
	off := 0
	for _, p := range j.pieces {
		if p.text > at {
			break
		}
		off = p.source + at - p.text
	}
	return min(off, len(j.src.S))
}

// without says which fields a variant lacks.
func (j *markupJSONText) without(absent int) string {
	var names []string
	for i, name := range j.names {
		if absent>>i&1 == 1 {
			names = append(names, `"`+name+`"`)
		}
	}
	if names == nil {
		return ""
	}
	return " without " + strings.Join(names, " and ")
}

// jsonState is how far a JSON text has been read, as much of it as tells where
// a string is open.
type jsonState struct {
	inString bool
	escaped  bool // behind a \
	digits   int  // of a \u that are still to come
}

func (s *jsonState) next(c byte) {
	const unicodeDigits = 4
	switch {
	case s.digits > 0:
		s.digits--
	case s.escaped:
		s.escaped = false
		if c == 'u' {
			s.digits = unicodeDigits
		}
	case c == '"':
		s.inString = !s.inString
	case c == '\\':
		s.escaped = s.inString
	}
}

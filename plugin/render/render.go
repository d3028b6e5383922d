package render

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// MaxOutput bounds one rendering or field, in bytes. A slot is a part of a
// page, and whole shop pages take about 20 KB; 64 slots of this size take
// 4 MiB, which an instance can still hold. The compiler refuses longer sources.
const MaxOutput = 64 << 10

// maxSegments bounds the segments that one Append goes through. The compiler
// writes at most 256 placeholders into a rendering and into a field: with the
// literals between them 513 segments, for each of 256 fields 131,328. Twice
// that, because a condition may look into its field, at 10 ns each is 3 ms.
const maxSegments = 1 << 18

// Field is one content field of an offer: its templates in both forms, nil
// where the offer does not have the field.
type Field struct {
	Raw, HTML []byte
	Type      catalog.FieldType // JSON has forms of its own for numbers and booleans
}

// Env is what placeholders are evaluated with.
type Env struct {
	Programs Programs
	Machine  *expr.Machine
	Scope    Scope
	Links    Links // nil: the rendering has no proposition
}

// Scope says what the names of a program stand for. It is asked when a
// placeholder is met: most content has none, and then nothing has to be
// gathered.
type Scope interface {
	Scope(program uint32) *expr.Scope
}

// Links makes what a rendering says of its own proposition: plain text without
// anything that has to be escaped in HTML or JSON.
type Links interface {
	// Append appends one of the proposition's fields, which is not empty.
	Append(dst []byte, field uint16) []byte
	// Click puts the address that counts the click in place of dst[from:], where
	// that leads to; it stays where there is none.
	Click(dst []byte, from int) []byte
}

// Result says how a rendering went.
type Result uint8

// The results, from good to bad.
const (
	Whole   Result = iota // all of it was written
	Partial               // some placeholder failed and was left empty
	Refused               // the template is corrupt or the output too long: nothing was written
)

// Append writes a template to dst: a space's rendering with the fields of the
// offer, in the order in which the space declares them, or one field's own
// template with no fields. Where the result is Refused dst comes back as it was.
func Append(dst, tmpl []byte, fields []Field, env *Env) ([]byte, Result) {
	w := writer{env: env, fields: fields, limit: len(dst) + MaxOutput}
	out, ok := w.template(dst, tmpl)
	switch {
	case !ok:
		return out[:len(dst)], Refused
	case w.failed:
		return out, Partial
	}
	return out, Whole
}

// writer is one call of Append. The output is passed along instead of being
// kept in it, because locals are cheaper in the compiled module.
type writer struct {
	env    *Env
	fields []Field
	limit  int // of the output's length
	steps  int // segments gone through
	failed bool
}

// template writes all segments of a rendering or a field. A field within a
// rendering is written in the same loop: rest is then what follows it. It
// reports whether all could be read and fitted.
func (w *writer) template(out, t []byte) (_ []byte, ok bool) {
	var rest []byte
	var nested *Field                 // the field that is being written
	form, from := snapshot.FormRaw, 0 // in which form, and from where on
	for {
		if len(t) == 0 {
			if nested == nil {
				return out, true
			}
			if form > snapshot.FormHTML {
				if out, ok = w.finish(out, from, form, nested); !ok {
					return out, false
				}
			}
			t, rest, nested = rest, nil, nil
			continue
		}
		if w.steps++; w.steps > maxSegments {
			return out, false
		}
		switch t[0] {
		case snapshot.SegLiteral:
			text := literal(t)
			if text == nil || len(text) > w.limit-len(out) {
				return out, false
			}
			out = append(out, text...)
			t = t[literalHead+len(text):]
			continue
		case snapshot.SegExpr:
			if out, ok = w.expr(out, t); !ok {
				return out, false
			}
			t = t[exprSize:]
			continue
		}
		if nested != nil {
			return out, false
		}
		switch t[0] {
		case snapshot.SegField:
			if isOwn(t) {
				if out, ok = w.own(out, t); !ok {
					return out, false
				}
				t = t[fieldSize:]
				continue
			}
			if nested, form = w.field(t); nested == nil {
				return out, false
			}
			from, rest, t = len(out), t[fieldSize:], nested.Raw
			if form == snapshot.FormHTML {
				t = nested.HTML
			}
		case snapshot.SegIf:
			size := w.condition(out, t)
			if size == 0 {
				return out, false
			}
			t = t[size:]
		default:
			return out, false
		}
	}
}

// The sizes of segments: of a literal and a condition without what they hold.
const (
	literalHead   = 5
	exprSize      = 6
	fieldSize     = 4
	conditionHead = 7
)

// literal gives the text of the literal at the start of t, nil if it is cut.
func literal(t []byte) []byte {
	if len(t) < literalHead {
		return nil
	}
	n := uint64(binary.LittleEndian.Uint32(t[1:literalHead]))
	if n > uint64(len(t)-literalHead) {
		return nil
	}
	return t[literalHead : literalHead+n]
}

// expr writes the value of the expression at the start of t.
func (w *writer) expr(out, t []byte) (_ []byte, ok bool) {
	if len(t) < exprSize {
		return out, false
	}
	program := binary.LittleEndian.Uint32(t[2:exprSize])
	code, ok := w.env.Programs.At(program)
	if !ok {
		return out, false
	}
	v := w.env.Machine.Eval(code, w.env.Scope.Scope(program))
	if len(v.Bytes) > w.limit-len(out) {
		return out, false
	}
	from := len(out)
	if v.Kind == expr.String {
		out = append(out, v.Bytes...)
	} else if out, ok = expr.AppendText(out, v); !ok {
		w.failed = true
	}
	switch t[1] {
	case snapshot.EscapeNone:
	case snapshot.EscapeHTML:
		out = EscapeHTML(out, from)
	case snapshot.EscapeURL:
		out = EscapeURL(out, from)
	case snapshot.EscapeJSON:
		out = EscapeJSON(out, from)
	case snapshot.EscapeValue:
		out = value(out, from, typeOf(v.Kind))
	default:
		return out, false
	}
	return out, len(out) <= w.limit
}

// typeOf is the type of a field that holds such a value. What is none of them
// has no text, and becomes no number.
func typeOf(k expr.Kind) catalog.FieldType {
	switch k {
	case expr.String:
		return catalog.FieldText
	case expr.Bool:
		return catalog.FieldBool
	}
	return catalog.FieldNumber
}

// field gives the field that the segment at the start of t names, and the form
// in which it goes out; nil if there is none. Where no clicks are counted, an
// address is as any other text.
func (w *writer) field(t []byte) (_ *Field, form byte) {
	if len(t) < fieldSize {
		return nil, 0
	}
	i := int(binary.LittleEndian.Uint16(t[2:fieldSize]))
	form = t[1]
	if i >= len(w.fields) || form > snapshot.FormClick {
		return nil, 0
	}
	if form == snapshot.FormClick && w.env.Links == nil {
		form = snapshot.FormHTML
	}
	return &w.fields[i], form
}

// finish makes what a field's own template has written, out[from:], what its form
// asks for.
func (w *writer) finish(out []byte, from int, form byte, f *Field) (_ []byte, ok bool) {
	switch {
	case form == snapshot.FormClick:
		return w.click(out, from)
	case form == snapshot.FormJSON:
		out = EscapeJSON(out, from)
	case f.Raw == nil:
		out = append(out, "null"...)
	default:
		out = value(out, from, f.Type)
	}
	return out, len(out) <= w.limit
}

// condition gives how much of t to skip: its own head where the field has a
// value, so that the part follows, else the part too; 0 if t is not valid.
func (w *writer) condition(out, t []byte) int {
	if len(t) < conditionHead {
		return 0
	}
	i := binary.LittleEndian.Uint16(t[1:3])
	n := uint64(binary.LittleEndian.Uint32(t[3:conditionHead]))
	if n > uint64(len(t)-conditionHead) {
		return 0
	}
	if i-snapshot.PropositionFields < ownFields {
		if w.env.Links == nil {
			return conditionHead + int(n)
		}
		return conditionHead
	}
	if int(i) >= len(w.fields) {
		return 0
	}
	probe := w.fields[i].Raw
	if probe == nil {
		probe = w.fields[i].HTML
	}
	failed := w.failed
	empty, ok := w.empty(out, probe)
	w.failed = failed
	switch {
	case !ok:
		return 0
	case empty:
		return conditionHead + int(n)
	}
	return conditionHead
}

// empty reports whether a field's template writes nothing. Most start with
// literal text, which settles it; expressions have to be evaluated, behind the
// output, where the next segment overwrites them.
func (w *writer) empty(out, t []byte) (empty, ok bool) {
	for len(t) > 0 {
		if w.steps++; w.steps > maxSegments {
			return false, false
		}
		switch t[0] {
		case snapshot.SegLiteral:
			text := literal(t)
			if text == nil || len(text) > 0 {
				return false, text != nil
			}
			t = t[literalHead:]
		case snapshot.SegExpr:
			written, ok := w.expr(out, t)
			if !ok || len(written) > len(out) {
				return false, ok
			}
			t = t[exprSize:]
		default:
			return false, false
		}
	}
	return true, true
}

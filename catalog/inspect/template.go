package inspect

import (
	"encoding/binary"
	"strings"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// template is the text of a content field or a rendering, whose fields are
// those of a space.
func (w words) template(code []byte, fields snapshot.Range) string {
	t := reading{words: w, code: code}
	var b strings.Builder
	t.segments(&b, fields, len(code))
	return b.String()
}

func (r *reading) segments(b *strings.Builder, fields snapshot.Range, end int) {
	for r.at < end && !r.bad {
		switch r.u8() {
		case snapshot.SegLiteral:
			b.WriteString(strings.ReplaceAll(string(r.bytes(r.u32())), "{{", `{{ "{{" }}`))
		case snapshot.SegExpr:
			r.u8() // how it is escaped follows from where it stands
			b.WriteString("{{ " + r.expression(uint32(r.u32())) + " }}")
		case snapshot.SegField:
			r.u8()
			b.WriteString("{{ " + r.field(fields) + " }}")
		case snapshot.SegIf:
			b.WriteString("{{? " + r.field(fields) + " }}")
			length := r.u32()
			r.segments(b, fields, r.at+length)
			b.WriteString("{{/}}")
		default:
			r.bad = true
		}
	}
}

func (r *reading) u32() int { return int(binary.LittleEndian.Uint32(r.bytes(4))) }

func (r *reading) field(fields snapshot.Range) string {
	i := uint32(r.u16())
	if own := i - uint32(snapshot.PropositionFields); own < uint32(len(snapshot.PropositionNames)) {
		return snapshot.PropositionNames[own]
	}
	if i >= fields.Count {
		r.bad = true
		return ""
	}
	return string(r.view.Name(r.view.Field(fields.Start + i).Name()))
}

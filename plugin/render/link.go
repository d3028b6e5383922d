package render

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

const ownFields = uint16(len(snapshot.PropositionNames))

// isOwn reports whether the field segment at the start of t is whole and names a
// field of the proposition.
func isOwn(t []byte) bool {
	return len(t) >= fieldSize && binary.LittleEndian.Uint16(t[2:fieldSize])-snapshot.PropositionFields < ownFields
}

// own writes a field of the proposition, nothing where there is none, or null. It
// needs no escape: see Links.
func (w *writer) own(out, t []byte) (_ []byte, ok bool) {
	from, typ := len(out), catalog.FieldNumber // nothing is no number
	if w.env.Links != nil {
		out = w.env.Links.Append(out, binary.LittleEndian.Uint16(t[2:fieldSize]))
		typ = catalog.FieldText
	}
	if t[1] == snapshot.FormValue {
		out = value(out, from, typ)
	}
	return out, t[1] <= snapshot.FormValue && len(out) <= w.limit
}

// click makes an address that was written as it is one that counts the click, if
// there is one, and else escapes it.
func (w *writer) click(out []byte, from int) (_ []byte, ok bool) {
	if len(out) > from {
		out = EscapeHTML(w.env.Links.Click(out, from), from)
	}
	return out, len(out) <= w.limit
}

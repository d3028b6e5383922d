package expr

import (
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// bytesPerMatch is how much of a text one step pays for in a search for a
// pattern, which goes through a table for each of its bytes.
const bytesPerMatch = bytesPerStep / 4

// matches is the outcome of searching v for a pattern; ok is false if its table
// is malformed.
func (m *Machine) matches(v *Value, table []byte) (class byte, ok bool) {
	p, ok := snapshot.ReadPattern(table)
	switch {
	case !ok:
		return 0, false
	case v.Kind <= Error || v.Kind == String && !m.spend(len(v.Bytes)*(bytesPerStep/bytesPerMatch)):
		return 0, true
	case v.Kind != String:
		return snapshot.RelOther, true
	}
	last, ok := search(&p, v.Bytes)
	return found(last == 1), ok
}

// search runs a pattern over a text and gives its last state, 0 or 1.
func search(p *snapshot.Pattern, s []byte) (state byte, ok bool) {
	state = p.Start()
	for i := 0; i < len(s) && state > 1; {
		var class byte
		if c := s[i]; c < utf8.RuneSelf {
			class = p.ASCII(c)
			i++
		} else {
			r, size := utf8.DecodeRune(s[i:])
			class = p.Class(r)
			i += size
		}
		if state, ok = p.Next(state, class); !ok {
			return 0, false
		}
	}
	if state > 1 {
		return p.End(state)
	}
	return state, true
}

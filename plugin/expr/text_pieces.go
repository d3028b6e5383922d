package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/wire"
)

// Each piece that a text is taken apart into or put together from costs a step
// besides those for its bytes.

// split makes of a string the list of its pieces between separators, at most
// limit of them, all if that is below zero. An empty separator stands between
// code points.
func (m *Machine) split(v *Value, separator []byte, limit int64) bool {
	s := v.Bytes
	count := bytes.Count(s, separator) + 1
	if len(separator) == 0 {
		count -= 2 // there is one at each end, too
	}
	if limit >= 0 && limit < int64(count) {
		count = int(limit)
	}
	m.tail = m.used
	if m.left -= count; m.left < 0 || !m.room(0) {
		return false
	}
	m.used = len(wire.AppendArray(m.scratch[:m.used], count))
	for ; count > 0; count-- {
		piece := s
		if count > 1 {
			at := cut(s, separator, len(separator) == 0)
			piece, s = s[:at], s[at+len(separator):]
		}
		if !m.room(len(piece)) || !m.spend(len(piece)) {
			return false
		}
		m.used = len(wire.AppendStrBytes(m.scratch[:m.used], piece))
	}
	v.Kind, v.Bytes = List, m.built()
	return true
}

// room reports whether n bytes fit behind what was built, with their length.
func (m *Machine) room(n int) bool {
	const head = 5
	return n <= MaxText-head-m.used
}

// cut is where the next separator starts, -1 if there is none; an empty one
// stands behind the first code point, or in front of it.
func cut(s, separator []byte, behind bool) int {
	if behind {
		_, size := utf8.DecodeRune(s)
		return size
	}
	return bytes.Index(s, separator)
}

// join makes of a list of strings one string.
func (m *Machine) join(v *Value, separator []byte) bool {
	if !m.spend(len(v.Bytes)) {
		return false
	}
	c := wire.NewCursor(v.Bytes)
	m.tail = m.used
	for i, n := 0, c.Array(); i < n; i++ {
		item := element(&c)
		m.left--
		if item.Kind != String || i > 0 && !m.put(separator) || !m.put(item.Bytes) {
			return false
		}
	}
	v.Kind, v.Bytes = String, m.built()
	return c.OK() && m.left >= 0
}

// replace puts other where old stands, the first limit times, everywhere if
// that is below zero. An empty old stands at both ends and between code points.
func (m *Machine) replace(v *Value, old, other []byte, limit int64) bool {
	s := v.Bytes
	m.tail = m.used
	for done := int64(0); done != limit; done++ {
		if len(old) == 0 && done > 0 && len(s) == 0 {
			break
		}
		at := cut(s, old, len(old) == 0 && done > 0)
		if at < 0 {
			if done == 0 {
				return true // as it was
			}
			break
		}
		if m.left--; !m.put(s[:at]) || !m.put(other) {
			return false
		}
		s = s[at+len(old):]
	}
	if limit == 0 {
		return true
	}
	if !m.put(s) {
		return false
	}
	v.Bytes = m.built()
	return true
}

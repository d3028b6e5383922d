package expr

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// function runs the functions on text.
func (m *Machine) function(in []byte) bool {
	switch op := in[0]; op {
	case snapshot.OpEndsWith, snapshot.OpContains:
		if m.sp < 2 || len(in) < 2 {
			return false
		}
		m.sp--
		a, b := &m.stack[m.sp-1], &m.stack[m.sp]
		a.decide(judge(m.within(op, a, b), in[1]))
		m.pc += 2
		return true
	case snapshot.OpMatches:
		if m.sp < 1 || len(in) < 4 {
			return false
		}
		size := 4 + int(binary.LittleEndian.Uint16(in[2:]))
		if size > len(in) {
			return false
		}
		class, ok := m.matches(&m.stack[m.sp-1], in[4:size])
		m.stack[m.sp-1].decide(judge(class, in[1]))
		m.pc += size
		return ok
	case snapshot.OpLowerASCII, snapshot.OpUpperASCII, snapshot.OpTrim:
		return m.transform(op, 1)
	case snapshot.OpJoin, snapshot.OpSubstringFrom:
		return m.transform(op, 2)
	case snapshot.OpSplit, snapshot.OpSubstring:
		return m.transform(op, 3)
	case snapshot.OpReplace:
		return m.transform(op, 4)
	}
	return false
}

// within is the outcome of a search for b in a, or at its end.
func (m *Machine) within(op byte, a, b *Value) byte {
	switch {
	case a.Kind <= Error || b.Kind <= Error:
		return 0
	case a.Kind != String || b.Kind != String:
		return snapshot.RelOther
	case op == snapshot.OpEndsWith:
		if !m.spend(len(b.Bytes)) {
			return 0
		}
		return found(bytes.HasSuffix(a.Bytes, b.Bytes))
	case !m.spend(len(a.Bytes) + len(b.Bytes)):
		return 0
	}
	return found(bytes.Contains(a.Bytes, b.Bytes))
}

// transform makes of the operands on the stack one value, in the place of the
// first.
func (m *Machine) transform(op byte, operands int) bool {
	if m.sp < operands {
		return false
	}
	m.sp -= operands - 1
	v := m.stack[m.sp-1 : m.sp-1+operands]
	used := m.used
	if !m.made(op, v) {
		v[0].fail()
		m.used, m.tail = used, used
	}
	m.pc++
	return true
}

// made is transform for operands of any kind; false if it fails.
func (m *Machine) made(op byte, v []Value) bool {
	s := &v[0]
	if op == snapshot.OpJoin {
		return s.Kind == List && v[1].Kind == String && m.join(s, v[1].Bytes)
	}
	if s.Kind != String || !m.spend(len(s.Bytes)) {
		return false
	}
	switch op {
	case snapshot.OpLowerASCII:
		return m.flip(s, 'A')
	case snapshot.OpUpperASCII:
		return m.flip(s, 'a')
	case snapshot.OpTrim:
		s.Bytes = trim(s.Bytes)
		return true
	case snapshot.OpSplit:
		return v[1].Kind == String && v[2].Kind == Int && m.split(s, v[1].Bytes, int64(v[2].Bits))
	case snapshot.OpReplace:
		return v[1].Kind == String && v[2].Kind == String && v[3].Kind == Int &&
			m.replace(s, v[1].Bytes, v[2].Bytes, int64(v[3].Bits))
	}
	// OpSubstring, OpSubstringFrom
	if v[1].Kind != Int {
		return false
	}
	from, ok := offset(s.Bytes, int64(v[1].Bits))
	if !ok {
		return false
	}
	part := s.Bytes[from:]
	if op == snapshot.OpSubstring {
		count := int64(v[2].Bits) - int64(v[1].Bits)
		to, ok := offset(part, count)
		if v[2].Kind != Int || int64(v[2].Bits) < 0 || !ok {
			return false
		}
		part = part[:to]
	}
	return m.valid(s, part)
}

// trim leaves out white space at both ends.
func trim(s []byte) []byte {
	from, to := len(s), 0
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRune(s[at:])
		if !isSpace(r) {
			from, to = min(from, at), at+size
		}
		at += size
	}
	return s[min(from, to):to]
}

// isSpace is unicode.IsSpace, whose tables and their initialisation would take
// ten times the room in the module.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200a
}

// offset is the byte behind the first n code points, where each byte that is
// not UTF-8 counts as one; false if there are fewer.
func offset(s []byte, n int64) (at int, ok bool) {
	for ; n > 0 && at < len(s); n-- {
		if s[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return at, n == 0
}

// put appends to the text that is being built, which begins at tail. It has many
// callers, and what it costs is the copying.
//
//go:noinline
func (m *Machine) put(b []byte) bool {
	if len(b) > MaxText-m.used || !m.spend(len(b)) {
		return false
	}
	m.used += copy(m.scratch[m.used:], b)
	return true
}

// built is the text that was built since tail was set.
func (m *Machine) built() []byte { return m.scratch[m.tail:m.used:m.used] }

// valid makes v the string b, in which U+FFFD replaces each byte that is not
// UTF-8, as everything does for which cel-go takes a string apart.
func (m *Machine) valid(v *Value, b []byte) bool {
	if utf8.Valid(b) {
		v.Bytes = b
		return true
	}
	m.tail = m.used
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		piece := b[:size]
		if r == utf8.RuneError {
			piece = replacement[:]
		}
		if !m.put(piece) {
			return false
		}
		b = b[size:]
	}
	v.Bytes = m.built()
	return true
}

var replacement = [3]byte{0xef, 0xbf, 0xbd} // U+FFFD

// flip changes the case of the 26 ASCII letters from first on. It never does so
// in place: what it was given may be on the stack twice.
func (m *Machine) flip(v *Value, first byte) bool {
	if !m.valid(v, v.Bytes) {
		return false
	}
	if !hasLetter(v.Bytes, first) {
		return true
	}
	m.tail = m.used
	if !m.put(v.Bytes) {
		return false
	}
	v.Bytes = m.built()
	for i, c := range v.Bytes {
		if c-first < 26 {
			v.Bytes[i] = c ^ 0x20
		}
	}
	return true
}

func hasLetter(s []byte, first byte) bool {
	for _, c := range s {
		if c-first < 26 {
			return true
		}
	}
	return false
}

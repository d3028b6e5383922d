package expr

import (
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// operate runs the instructions that turn values on the stack into another.
func (m *Machine) operate(in []byte, s *Scope) bool {
	switch op := in[0]; op {
	case snapshot.OpAdd, snapshot.OpSubtract, snapshot.OpMultiply, snapshot.OpDivide, snapshot.OpModulo:
		if m.sp < 2 {
			return false
		}
		m.sp--
		m.calculate(op, &m.stack[m.sp-1], &m.stack[m.sp])
		m.pc++
		return true
	case snapshot.OpCompare, snapshot.OpIn, snapshot.OpInEnd, snapshot.OpStartsWith:
		if m.sp < 2 || len(in) < 2 {
			return false
		}
		m.sp--
		a, b := &m.stack[m.sp-1], &m.stack[m.sp]
		a.decide(judge(m.relate(op, a, b, in[1]), in[1]))
		m.pc += 2
		return true
	case snapshot.OpInStep:
		return m.inStep()
	case snapshot.OpHistory:
		if m.sp < 1 || len(in) < 2 {
			return false
		}
		m.recall(&m.stack[m.sp-1], in[1], s)
		m.pc += 2
		return true
	case snapshot.OpNegate, snapshot.OpSize:
		if m.sp < 1 {
			return false
		}
		if top := &m.stack[m.sp-1]; op == snapshot.OpNegate {
			negate(top)
		} else {
			m.size(top)
		}
		m.pc++
		return true
	}
	return m.function(in)
}

// relate gives the outcome of an operator that takes a relation.
func (m *Machine) relate(op byte, a, b *Value, rel byte) byte {
	switch op {
	case snapshot.OpCompare:
		return m.compare(a, b, rel)
	case snapshot.OpIn:
		return m.member(a, b)
	case snapshot.OpInEnd:
		if a.Kind <= Error || b.Kind != Bool {
			return 0
		}
		return found(b.Bits != 0)
	}
	switch { // OpStartsWith
	case a.Kind <= Error || b.Kind <= Error || b.Kind == String && !m.spend(len(b.Bytes)):
		return 0
	case b.Kind != String:
		return snapshot.RelOther
	}
	return startsWith(a, b.Bytes)
}

// inStep compares the needle below a result with the element on top of it.
func (m *Machine) inStep() bool {
	if m.sp < 3 {
		return false
	}
	m.sp--
	needle, result, item := &m.stack[m.sp-2], &m.stack[m.sp-1], &m.stack[m.sp]
	switch m.compare(needle, item, snapshot.RelEQ) {
	case 0:
		result.fail()
	case snapshot.RelEqual:
		if result.Kind == Bool {
			result.Bits = 1
		}
	}
	m.pc++
	return true
}

// size makes of a string the number of its code points, where each byte that is
// not UTF-8 counts as one, and of a list that of its elements.
func (m *Machine) size(v *Value) {
	n, ok := 0, false
	switch v.Kind {
	case String:
		if ok = m.spend(len(v.Bytes)); ok {
			n = utf8.RuneCount(v.Bytes)
		}
	case List:
		c := wire.NewCursor(v.Bytes)
		n, ok = c.Array(), c.OK()
	}
	v.Kind, v.Bits = Int, uint64(n)
	if !ok {
		v.fail()
	}
}

// concat appends b to a. It copies a only if that is not what was built last,
// so that a chain of n terms copies every byte once.
func (m *Machine) concat(a, b *Value) {
	last := m.scratch[m.tail:m.used]
	if s := a.Bytes; len(s) == 0 || len(s) != len(last) || &s[0] != &last[0] {
		if len(s) > MaxText-m.used || !m.spend(len(s)) {
			a.fail()
			return
		}
		m.tail = m.used
		m.used += copy(m.scratch[m.used:], s)
	}
	if len(b.Bytes) > MaxText-m.used || !m.spend(len(b.Bytes)) {
		a.fail()
		return
	}
	m.used += copy(m.scratch[m.used:], b.Bytes)
	a.Bytes = m.scratch[m.tail:m.used:m.used]
}

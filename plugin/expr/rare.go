package expr

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// rare runs the instructions of catalog/snapshot/opcode.go.
func (m *Machine) rare(in []byte, s *Scope) bool {
	op := in[0]
	if op <= snapshot.OpElement {
		return m.rarePush(op, in, s)
	}
	size := 1
	switch op {
	case snapshot.OpUnit:
		size = 2
	case snapshot.OpConvert, snapshot.OpLookup:
		size = 3
	case snapshot.OpLoop:
		size = 4
	case snapshot.OpPart:
		size = 6
	}
	if len(in) < size || m.sp < 1 {
		return false
	}
	if op == snapshot.OpPart || op == snapshot.OpLookup || op == snapshot.OpLoop {
		if size += int(binary.LittleEndian.Uint16(in[size-2:])); size > len(in) {
			return false
		}
	}
	top := &m.stack[m.sp-1]
	switch op {
	case snapshot.OpUnit:
		top.unit(in[1])
	case snapshot.OpConvert:
		m.convert(top, in[1], in[2])
	case snapshot.OpLookup:
		m.lookup(top, in[3:size])
	case snapshot.OpLoop:
		return m.loop(in, size, s)
	case snapshot.OpPart:
		top.part(in[1], int16(binary.LittleEndian.Uint16(in[2:])), in[6:size], s)
	case snapshot.OpIndex:
		if m.sp < 2 {
			return false
		}
		m.sp--
		m.index(&m.stack[m.sp-1], top)
	default:
		return false
	}
	m.pc += size
	return true
}

// rarePush runs those that put a value on the stack.
func (m *Machine) rarePush(op byte, in []byte, s *Scope) bool {
	size := 9
	switch op {
	case snapshot.OpHas:
		size = 3
	case snapshot.OpElement:
		size = 2
	}
	if len(in) < size || m.sp >= len(m.stack) {
		return false
	}
	top := &m.stack[m.sp]
	switch op {
	case snapshot.OpHas:
		top.Kind, top.Bits = Bool, 0
		if s.at(binary.LittleEndian.Uint16(in[1:3])).Kind != Missing {
			top.Bits = 1
		}
	case snapshot.OpElement:
		if int(in[1]) >= m.level {
			return false
		}
		load(top, &m.elements[in[1]])
	default: // OpInstant, OpSpan
		top.Kind, top.Bits = Instant+Kind(op-snapshot.OpInstant), binary.LittleEndian.Uint64(in[1:9])
	}
	m.sp++
	m.pc += size
	return true
}

// index makes a list its element number i, from 0.
func (m *Machine) index(list, i *Value) {
	n := int64(i.Bits)
	switch i.Kind {
	case Double:
		f, _ := Number(*i)
		if n = int64(f); float64(n) != f {
			n = -1
		}
	case Int, Uint:
	default:
		n = -1
	}
	if list.Kind != List || n < 0 || !m.spend(len(list.Bytes)) {
		list.fail()
		return
	}
	c := wire.NewCursor(list.Bytes)
	if n >= int64(c.Array()) {
		list.fail()
		return
	}
	for ; n > 0; n-- {
		c.Skip()
	}
	v := element(&c)
	list.become(&v, c.OK())
}

// lookup makes a key the value behind it in a list.
func (m *Machine) lookup(key *Value, list []byte) {
	if key.Kind <= Error || key.Kind == Double && !exact(key) || !m.spend(len(list)) {
		key.fail()
		return
	}
	c := wire.NewCursor(list)
	for n := c.Array() / 2; n > 0; n-- {
		k := element(&c)
		v := element(&c)
		if m.compare(key, &k, snapshot.RelEQ) == snapshot.RelEqual {
			key.become(&v, c.OK())
			return
		}
	}
	key.fail()
}

// exact makes of a double the int that is equal to it, for keys are never
// rounded; false where there is none.
func exact(v *Value) bool {
	f := v.number()
	return toInt(v) && float64(int64(v.Bits)) == f
}

// become makes v another value, or an error.
func (v *Value) become(other *Value, ok bool) {
	if !ok {
		v.fail()
		return
	}
	load(v, other)
}

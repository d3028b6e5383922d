package expr

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// jump runs the instructions of && || and ?: that are not groups of tests.
func (m *Machine) jump(code []byte) bool {
	in := code[m.pc:]
	switch op := in[0]; op {
	case snapshot.OpAnd, snapshot.OpOr:
		if m.sp < 2 {
			return false
		}
		m.sp--
		merge(&m.stack[m.sp-1], &m.stack[m.sp], uint64(op-snapshot.OpAnd))
		m.pc++
		return true
	case snapshot.OpBranch:
		return m.branch(in, len(code))
	case snapshot.OpJump:
		return m.leap(in, 3, 1, len(code))
	default: // OpAndJump, OpOrJump
		if m.sp < 1 || len(in) < 3 {
			return false
		}
		top := &m.stack[m.sp-1]
		if top.Kind == Bool && top.Bits != 0 == (op == snapshot.OpOrJump) {
			return m.leap(in, 3, 1, len(code))
		}
		m.pc += 3
		return true
	}
}

// branch runs OpBranch.
func (m *Machine) branch(in []byte, end int) bool {
	if m.sp < 1 || len(in) < 5 {
		return false
	}
	top := &m.stack[m.sp-1]
	switch {
	case top.Kind != Bool:
		top.fail()
		return m.leap(in, 5, 3, end)
	case top.Bits == 0:
		m.sp--
		return m.leap(in, 5, 1, end)
	}
	m.sp--
	m.pc += 5
	return true
}

// leap moves behind an instruction of the given size and then by the distance
// at in[at], but not beyond the end.
func (m *Machine) leap(in []byte, size, at, end int) bool {
	if len(in) < size {
		return false
	}
	m.pc += size + int(binary.LittleEndian.Uint16(in[at:]))
	return m.pc <= end
}

// merge makes a the value of a && b, where wins is 0, or of a || b, where it is
// 1: the bool that wins does so over an error on the other side.
func merge(a, b *Value, wins uint64) {
	switch {
	case a.Kind == Bool && a.Bits == wins:
	case b.Kind == Bool && b.Bits == wins:
		a.Kind, a.Bits = Bool, wins
	case a.Kind != Bool || b.Kind != Bool:
		a.fail()
	}
}

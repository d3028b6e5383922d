package expr

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// MaxText bounds the text and the lists that one evaluation may build, in bytes. It
// is four times the longest attribute that a call may carry, and more than a
// content field has any use for.
const MaxText = 4 << 10

// bytesPerStep is how much text or list one step of the budget pays for: at
// about 1 ns a byte in WebAssembly this costs what an instruction costs.
const bytesPerStep = 32

// Machine evaluates programs, one at a time. It holds all the memory that an
// evaluation needs, about 5.7 KB, and is meant to be kept. The zero Machine has
// no budget: call Reset first.
type Machine struct {
	left       int // steps
	pc, sp     int
	level      int // loops around the instruction
	turns      int // that loops may still take
	tail, used int // scratch[tail:used] is the text that was built last
	// stack has values whose Bytes mean something only if they are strings or
	// lists: copying 16 of the 40 bytes of a number halves the cost of most
	// instructions.
	stack   [snapshot.MaxStack]Value
	scratch [MaxText]byte
	// elements are those at which the loops are.
	elements [snapshot.MaxLoops]Value
}

// Reset gives the machine a budget for the evaluations that follow, in steps.
// An instruction or a test is one step, as are 32 bytes of text or list that
// it goes through. An evaluation that would need more than is left is an
// error, and so is every later one.
func (m *Machine) Reset(budget int) { m.left = budget }

// Left gives the steps that are left; below zero if an evaluation needed more.
func (m *Machine) Left() int { return m.left }

// Holds runs a program as Eval does and reports that its value is the bool
// true. It is the faster one for filters, for it returns no Value.
func (m *Machine) Holds(code []byte, s *Scope) bool {
	if out := m.alone(code, s); out != outcomeBroken {
		return out == outcomeTrue
	}
	m.begin()
	return m.run(code, s) && m.ended() && True(m.stack[0])
}

// Eval runs a program and gives its value: an Error if it fails, never Missing.
// Bytes of the result alias the code, the scope or the machine, and are good
// until the next Eval.
func (m *Machine) Eval(code []byte, s *Scope) Value {
	if out := m.alone(code, s); out != outcomeBroken {
		return out.value()
	}
	m.begin()
	if !m.run(code, s) || !m.ended() {
		return Value{Kind: Error}
	}
	if top := &m.stack[0]; top.Kind >= String {
		return *top
	}
	return Value{Kind: m.stack[0].Kind, Bits: m.stack[0].Bits}
}

// alone runs a program that is nothing but one conjunction of tests, as most
// filters are. Of any other it gives outcomeBroken and leaves it to run.
func (m *Machine) alone(code []byte, s *Scope) outcome {
	if len(code) < 4 || code[0] != snapshot.OpAll || 4+int(binary.LittleEndian.Uint16(code[2:4])) != len(code) {
		return outcomeBroken
	}
	return m.tests(code[4:], int(code[1]), outcomeFalse, s)
}

// begin and ended are inlined: around run as a function of their own they made
// every program with a stack 5 % slower.
func (m *Machine) begin() {
	m.pc, m.sp, m.tail, m.used, m.level, m.turns = 0, 0, 0, 0, 0, snapshot.MaxTurns
}

// ended reports whether a program left one value on the stack.
func (m *Machine) ended() bool { return m.sp == 1 && m.left >= 0 }

// run runs a program or the body of a loop, up to its end.
func (m *Machine) run(code []byte, s *Scope) bool {
	for m.pc < len(code) {
		if m.left--; m.left < 0 {
			return false
		}
		var ok bool
		switch op := code[m.pc]; {
		case op <= snapshot.OpAny:
			ok = m.decide(code[m.pc:], s)
		case op <= snapshot.OpList:
			ok = m.push(code[m.pc:], s)
		case op <= snapshot.OpJump:
			ok = m.jump(code)
		case op >= snapshot.OpInstant && op < snapshot.OpEndsWith:
			ok = m.rare(code[m.pc:], s)
		default:
			ok = m.operate(code[m.pc:], s)
		}
		if !ok {
			return false
		}
	}
	return true
}

// spend takes the steps for going through n bytes and reports whether there
// were as many.
func (m *Machine) spend(n int) bool {
	m.left -= n / bytesPerStep
	return m.left >= 0
}

// decide runs the test or the group of tests at the start of in.
func (m *Machine) decide(in []byte, s *Scope) bool {
	if len(in) < 5 || m.sp >= len(m.stack) {
		return false
	}
	var out outcome
	var size int
	switch op := in[0]; op {
	case snapshot.OpAll, snapshot.OpAny:
		if size = 4 + int(binary.LittleEndian.Uint16(in[2:4])); size > len(in) {
			return false
		}
		stop := outcomeFalse
		if op == snapshot.OpAny {
			stop = outcomeTrue
		}
		out = m.tests(in[4:size], int(in[1]), stop, s)
	default:
		var class byte
		class, size = m.test(in, s.at(binary.LittleEndian.Uint16(in[1:3])), s)
		out = judge(class, in[3])
	}
	if size == 0 || out == outcomeBroken {
		return false
	}
	m.stack[m.sp].decide(out)
	m.sp++
	m.pc += size
	return true
}

// push runs the instructions that put a value on the stack.
func (m *Machine) push(in []byte, s *Scope) bool {
	if m.sp >= len(m.stack) {
		return false
	}
	top, size := &m.stack[m.sp], 1
	switch op := in[0]; op {
	case snapshot.OpLoad:
		if size = 3; len(in) < size {
			return false
		}
		load(top, s.at(binary.LittleEndian.Uint16(in[1:3])))
	case snapshot.OpFalse, snapshot.OpTrue:
		top.Kind, top.Bits = Bool, uint64(op-snapshot.OpFalse)
	case snapshot.OpInt, snapshot.OpUint, snapshot.OpDouble:
		if size = 9; len(in) < size {
			return false
		}
		top.Kind, top.Bits = Int+Kind(op-snapshot.OpInt), binary.LittleEndian.Uint64(in[1:9])
	default: // OpString, OpList
		if len(in) < 3 {
			return false
		}
		if size = 3 + int(binary.LittleEndian.Uint16(in[1:3])); size > len(in) {
			return false
		}
		top.Kind, top.Bits, top.Bytes = String+Kind(op-snapshot.OpString), 0, in[3:size:size]
	}
	m.sp++
	m.pc += size
	return true
}

// load puts the value of a name on top of the stack.
func load(top, v *Value) {
	top.Kind, top.Bits = v.Kind, v.Bits
	switch {
	case v.Kind >= String:
		top.Bytes = v.Bytes
	case v.Kind == Missing:
		top.Kind = Error
	}
}

// fail makes v an error.
func (v *Value) fail() { v.Kind, v.Bits = Error, 0 }

// decide makes v the value of an outcome.
func (v *Value) decide(out outcome) {
	v.Kind, v.Bits = Bool, uint64(out)
	if out > outcomeTrue {
		v.fail()
	}
}

package snapshot

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/wire"
)

// shape describes an opcode: the size of its fixed part, what it takes from the
// stack and gives back. Where tail is set, the fixed part ends with a u16 that
// counts the bytes behind it.
type shape struct {
	size        int
	tail        bool
	takes, adds int
}

func shapeOf(op byte) shape {
	switch op {
	case OpTestBool:
		return shape{size: 5, adds: 1}
	case OpTestInt, OpTestDouble:
		return shape{size: 12, adds: 1}
	case OpTestString, OpTestPrefix, OpTestStrings, OpTestInts, OpTestHas:
		return shape{size: 6, tail: true, adds: 1}
	case OpTestRefs, OpTestMember:
		return shape{size: 6, adds: 1}
	case OpAll, OpAny:
		return shape{size: 4, tail: true, adds: 1}
	case OpLoad:
		return shape{size: 3, adds: 1}
	case OpFalse, OpTrue:
		return shape{size: 1, adds: 1}
	case OpInt, OpUint, OpDouble:
		return shape{size: 9, adds: 1}
	case OpString, OpList:
		return shape{size: 3, tail: true, adds: 1}
	case OpAndJump, OpOrJump:
		return shape{size: 3, takes: 1, adds: 1}
	case OpBranch:
		return shape{size: 5, takes: 1}
	case OpJump:
		return shape{size: 3}
	case OpNegate, OpSize:
		return shape{size: 1, takes: 1, adds: 1}
	case OpAnd, OpOr, OpAdd, OpSubtract, OpMultiply, OpDivide, OpModulo:
		return shape{size: 1, takes: 2, adds: 1}
	case OpCompare, OpIn, OpInEnd, OpStartsWith:
		return shape{size: 2, takes: 2, adds: 1}
	case OpHistory:
		return shape{size: 2, takes: 1, adds: 1}
	case OpInStep:
		return shape{size: 1, takes: 3, adds: 2}
	}
	if s := rareShape(op); s.size > 0 {
		return s
	}
	return textShape(op)
}

// IsTest reports whether op is one of the fused tests.
func IsTest(op byte) bool { return op >= OpTestBool && op <= OpTestMember }

// Instruction gives the instruction at the start of code, which is not empty,
// with its operands; an OpAll or OpAny with its tests.
func Instruction(code []byte) ([]byte, error) {
	s := shapeOf(code[0])
	size := s.size
	if size == 0 {
		return nil, FaultProgramOp
	}
	if size > len(code) {
		return nil, FaultProgramCut
	}
	if s.tail {
		size += int(binary.LittleEndian.Uint16(code[size-2:]))
	}
	if size > len(code) {
		return nil, FaultProgramCut
	}
	return code[:size:size], nil
}

// CheckProgram gives nil if code is a well-formed program: known opcodes, whole
// operands, known built-in names, jumps that land on instructions, no dead
// code, and on every path a stack of at most MaxStack values that ends with
// one. It allocates nothing. Otherwise it gives a ProgramFault. Refs to
// attributes are not compared with a schema; one beyond reads as missing.
func CheckProgram(code []byte) error {
	if len(code) == 0 || len(code) > MaxProgram {
		return FaultProgramSize
	}
	return prove(code, 0, 0)
}

// prove is CheckProgram of a program, or of a loop's body, which leaves alone
// the values that stand on the stack when it begins.
func prove(code []byte, depth, level int) error {
	p := prover{reached: true, floor: depth, depth: depth, level: level}
	for p.at < len(code) {
		in, err := Instruction(code[p.at:])
		if err != nil {
			return err
		}
		if err := p.step(in); err != nil {
			return err
		}
	}
	if err := p.land(); err != nil {
		return err
	}
	switch {
	case p.open > 0:
		return FaultProgramJump
	case !p.reached || p.depth != depth+1:
		return FaultProgramStack
	}
	return nil
}

// landing is the place that a jump goes to, with the depth of the stack there.
type landing struct{ at, depth int }

// prover walks a program once and knows the depth of the stack at every place.
type prover struct {
	at, depth int
	floor     int // values that are not this code's
	level     int // loops around it
	reached   bool
	open      int
	landings  [maxLandings]landing
}

// step proves one instruction and moves behind it.
func (p *prover) step(in []byte) error {
	if err := p.land(); err != nil {
		return err
	}
	if !p.reached {
		return FaultProgramDead
	}
	if err := checkOperands(in); err != nil {
		return err
	}
	s := shapeOf(in[0])
	if p.depth-p.floor < s.takes {
		return FaultProgramStack
	}
	if err := p.inside(in); err != nil {
		return err
	}
	p.depth += s.adds - s.takes
	if p.depth > MaxStack {
		return FaultProgramStack
	}
	p.at += len(in)
	switch in[0] {
	case OpAndJump, OpOrJump:
		return p.jump(in[1:], p.depth)
	case OpJump:
		p.reached = false
		return p.jump(in[1:], p.depth)
	case OpBranch:
		if err := p.jump(in[1:], p.depth); err != nil {
			return err
		}
		return p.jump(in[3:], p.depth+1)
	}
	return nil
}

// jump notes a jump from here by the distance at the start of off.
func (p *prover) jump(off []byte, depth int) error {
	to := landing{p.at + int(binary.LittleEndian.Uint16(off)), depth}
	for i := range p.landings[:p.open] {
		if p.landings[i].at == to.at {
			if p.landings[i].depth != depth {
				return FaultProgramStack
			}
			return nil
		}
	}
	if p.open == maxLandings {
		return FaultProgramNest
	}
	p.landings[p.open] = to
	p.open++
	return nil
}

// land closes the jumps that arrive here.
func (p *prover) land() error {
	for i := 0; i < p.open; i++ {
		to := p.landings[i]
		switch {
		case to.at < p.at:
			return FaultProgramJump
		case to.at > p.at:
			continue
		case p.reached && p.depth != to.depth:
			return FaultProgramStack
		}
		p.depth, p.reached = to.depth, true
		p.open--
		p.landings[i] = p.landings[p.open]
		i--
	}
	return nil
}

// checkOperands checks the operands of one whole instruction.
func checkOperands(in []byte) error {
	switch op := in[0]; {
	case op == OpAll || op == OpAny:
		return checkGroup(int(in[1]), in[4:])
	case op == OpLoad:
		return checkRef(in[1:])
	case op == OpList:
		return checkList(in[3:])
	case op == OpCompare || op == OpIn || op == OpInEnd || op == OpStartsWith:
		return checkRel(in[1])
	case op == OpHistory && in[1] >= historyEnd:
		return FaultProgramData
	case IsTest(op):
		return checkTest(in)
	case op >= OpEndsWith:
		return checkText(in)
	}
	return checkRare(in)
}

func checkTest(in []byte) error {
	if err := checkRef(in[1:]); err != nil {
		return err
	}
	if err := checkRel(in[3]); err != nil {
		return err
	}
	switch in[0] {
	case OpTestBool:
		if in[4] > 1 {
			return FaultProgramData
		}
	case OpTestRefs, OpTestMember:
		return checkRef(in[4:])
	case OpTestInts:
		if len(in[6:])%8 != 0 {
			return FaultProgramData
		}
	case OpTestStrings:
		for items := in[6:]; len(items) > 0; {
			if int(items[0]) >= len(items) {
				return FaultProgramData
			}
			items = items[1+int(items[0]):]
		}
	}
	return nil
}

// checkGroup checks the tests of an OpAll or OpAny.
func checkGroup(count int, tests []byte) error {
	if count == 0 {
		return FaultProgramData
	}
	for ; count > 0 && len(tests) > 0; count-- {
		in, err := Instruction(tests)
		switch {
		case err != nil:
			return err
		case !IsTest(in[0]):
			return FaultProgramOp
		}
		if err := checkTest(in); err != nil {
			return err
		}
		tests = tests[len(in):]
	}
	if count > 0 || len(tests) > 0 {
		return FaultProgramData
	}
	return nil
}

func checkRef(b []byte) error {
	ref := binary.LittleEndian.Uint16(b)
	if i := ref & MaxRefIndex; Root(ref>>14) == RootBuiltin && i >= NumBuiltins &&
		i-BuiltinArm >= MaxExperiments && i-BuiltinParameter >= MaxParameters {
		return FaultProgramRef
	}
	return nil
}

func checkRel(rel byte) error {
	if rel >= relEnd {
		return FaultProgramData
	}
	return nil
}

// checkList checks an inline list: one array of scalars and nothing else.
func checkList(b []byte) error {
	c := wire.NewCursor(b)
	for n := c.Array(); n > 0; n-- {
		switch c.Kind() {
		case wire.Bool, wire.Int, wire.Float, wire.Str:
			c.Skip()
		default:
			return FaultProgramData
		}
	}
	if !c.Done() {
		return FaultProgramData
	}
	return nil
}

// ProgramUses gives what a program that passed CheckProgram reads.
func ProgramUses(code []byte) Uses {
	var uses Uses
	for len(code) > 0 {
		in, err := Instruction(code)
		if err != nil {
			return uses
		}
		switch op := in[0]; {
		case op == OpAll || op == OpAny:
			uses |= ProgramUses(in[4:])
		case op == OpTestRefs || op == OpTestMember:
			uses |= usesOf(in[1:]) | usesOf(in[4:])
		case op == OpLoad || op == OpHas || IsTest(op):
			uses |= usesOf(in[1:])
		case op == OpHistory:
			uses |= UsesHistory
		case op == OpLoop:
			uses |= ProgramUses(in[4:])
		}
		code = code[len(in):]
	}
	return uses
}

func usesOf(b []byte) Uses {
	ref := binary.LittleEndian.Uint16(b)
	switch Root(ref >> 14) {
	case RootTarget:
		return UsesTarget
	case RootInteraction:
		return UsesCallData
	case RootOffer:
		return UsesOffer
	}
	if ref&MaxRefIndex >= BuiltinParameter {
		return UsesRequest
	}
	if ref&MaxRefIndex >= BuiltinArm {
		return UsesExperiment
	}
	switch ref & MaxRefIndex {
	case BuiltinMode, BuiltinEnvironment:
		return UsesFrame
	case BuiltinSpace, BuiltinChannel:
		return UsesSpace
	case BuiltinLanguage:
		return UsesLanguage
	case BuiltinNewVisit:
		return UsesVisit
	case BuiltinHost, BuiltinPath, BuiltinCountry, BuiltinDevice:
		return UsesRequest
	case BuiltinTime:
		return UsesTime
	case BuiltinCode:
		return UsesOffer
	case BuiltinPropositionCode, BuiltinPropositionCategory, BuiltinPropositionChannel, BuiltinPropositionStatus,
		BuiltinPropositionSpace, BuiltinPropositionAge:
		return UsesProposition
	}
	return UsesOfferPath
}

package snapshot

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/wire"
)

// The instructions that work on more than what filters are mostly made of. They
// have numbers of their own range, so that the commonest ones stay together.
const (
	OpInstant byte = iota + 96 // i64 → timestamp; microseconds since 1970
	OpSpan                     // i64 → duration; nanoseconds
	OpHas                      // ref → bool; whether the name has a value
	OpElement                  // level:u8 → the element at which a loop is, the outermost is 0
	OpPart                     // part:u8 minutes:i16 n:u16 zone: timestamp → int; see PartYear
	OpUnit                     // unit:u8: duration → int; see UnitHours
	OpConvert                  // from:u8 to:u8: a → value; see TypeInt
	OpIndex                    // list int → element
	OpLookup                   // n:u16 bytes: key → value; a MessagePack array of keys, each with its value behind it
	OpLoop                     // kind:u8 n:u16 body: list → bool or list; see LoopAll
)

// The parts of a timestamp that OpPart takes, on the clock of the zone that it
// names, see View.LocalOffset, or without a name of one that is so many minutes
// ahead of UTC. They count as CEL does.
const (
	PartYear         byte = iota
	PartMonth             // from 0
	PartDate              // from 1
	PartDayOfMonth        // from 0
	PartDayOfWeek         // from 0, Sunday
	PartDayOfYear         // from 0
	PartHours             // of the day
	PartMinutes           // of the hour
	PartSeconds           // of the minute
	PartMilliseconds      // of the second
	numParts
)

// What OpUnit counts a whole duration in.
const (
	UnitHours byte = iota
	UnitMinutes
	UnitSeconds
	UnitMilliseconds
	numUnits
)

// The types that OpConvert knows. From a value of another type than the one it
// names it gives an error.
const (
	TypeBool byte = iota
	TypeInt
	TypeUint
	TypeDouble
	TypeString
	TypeInstant
	TypeSpan
	numTypes
)

// What OpLoop makes of a list. Its body is a program that leaves one value for
// each element, which OpElement names; it cannot leave the body, and nothing
// else gets into it.
const (
	LoopAll    byte = iota // whether the body is true of all, as && has it
	LoopExists             // whether it is true of one, as || has it
	LoopOne                // whether it is true of exactly one
	LoopFilter             // the list of those of which it is true
	LoopMap                // the list of what it gives
	numLoops
)

const (
	// MaxLoops bounds the loops around one place. Two find what two lists have in
	// common; each more takes a Value of the evaluator and a turn of the check.
	MaxLoops = 4
	// MaxTurns bounds the elements that the loops of one evaluation go through
	// together. 64 elements against 64 need half of it; with a body of ten
	// instructions all of it takes about a millisecond.
	MaxTurns = 8 << 10
	// MaxMinutes bounds the distance of a clock from UTC: 23:59 either way.
	MaxMinutes = 23*60 + 59
)

// FaultProgramLoop is that of a loop in too many others, or of an element where
// there is no loop.
const FaultProgramLoop ProgramFault = "program: loops nested too deep, or an element outside of its loop"

// rareShape is shapeOf for the instructions of this file.
func rareShape(op byte) shape {
	switch op {
	case OpInstant, OpSpan:
		return shape{size: 9, adds: 1}
	case OpHas:
		return shape{size: 3, adds: 1}
	case OpElement:
		return shape{size: 2, adds: 1}
	case OpPart:
		return shape{size: 6, tail: true, takes: 1, adds: 1}
	case OpUnit:
		return shape{size: 2, takes: 1, adds: 1}
	case OpConvert:
		return shape{size: 3, takes: 1, adds: 1}
	case OpIndex:
		return shape{size: 1, takes: 2, adds: 1}
	case OpLookup:
		return shape{size: 3, tail: true, takes: 1, adds: 1}
	case OpLoop:
		return shape{size: 4, tail: true, takes: 1, adds: 1}
	}
	return shape{}
}

// checkRare checks the operands of one whole instruction of this file.
func checkRare(in []byte) error {
	ok := true
	switch in[0] {
	case OpHas:
		return checkRef(in[1:])
	case OpPart:
		minutes := int(int16(binary.LittleEndian.Uint16(in[2:])))
		ok = in[1] < numParts && minutes >= -MaxMinutes && minutes <= MaxMinutes && (minutes == 0 || len(in) == 6)
	case OpUnit:
		ok = in[1] < numUnits
	case OpConvert:
		ok = in[1] < numTypes && in[2] < numTypes
	case OpLookup:
		c := wire.NewCursor(in[3:])
		ok = checkList(in[3:]) == nil && c.Array()%2 == 0
	case OpLoop:
		ok = in[1] < numLoops
	}
	if !ok {
		return FaultProgramData
	}
	return nil
}

// inside checks what is about loops: that an element has one, and the body.
func (p *prover) inside(in []byte) error {
	switch {
	case in[0] == OpElement && int(in[1]) >= p.level, in[0] == OpLoop && p.level == MaxLoops:
		return FaultProgramLoop
	case in[0] == OpLoop:
		return prove(in[4:], p.depth-1, p.level+1)
	}
	return nil
}

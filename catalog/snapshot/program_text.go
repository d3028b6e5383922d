package snapshot

import "encoding/binary"

// The functions on text. They have numbers of their own range because none of
// them is fused: what they cost is in the text.
const (
	OpEndsWith      byte = iota + 128 // rel: a b → bool
	OpContains                        // rel: a b → bool; b is within a
	OpMatches                         // rel n:u16 table: a → bool; see Pattern
	OpLowerASCII                      // a → string
	OpUpperASCII                      // a → string
	OpTrim                            // a → string
	OpSplit                           // a separator limit → list
	OpJoin                            // list separator → string
	OpReplace                         // a old new limit → string
	OpSubstring                       // a from to → string; by code points
	OpSubstringFrom                   // a from → string
)

// textShape is shapeOf for the functions on text.
func textShape(op byte) shape {
	switch op {
	case OpEndsWith, OpContains:
		return shape{size: 2, takes: 2, adds: 1}
	case OpMatches:
		return shape{size: 4, tail: true, takes: 1, adds: 1}
	case OpLowerASCII, OpUpperASCII, OpTrim:
		return shape{size: 1, takes: 1, adds: 1}
	case OpJoin, OpSubstringFrom:
		return shape{size: 1, takes: 2, adds: 1}
	case OpSplit, OpSubstring:
		return shape{size: 1, takes: 3, adds: 1}
	case OpReplace:
		return shape{size: 1, takes: 4, adds: 1}
	}
	return shape{}
}

// checkText checks the operands of a function on text.
func checkText(in []byte) error {
	switch in[0] {
	case OpMatches:
		if p, ok := ReadPattern(in[4:]); !ok || !p.sound() {
			return FaultProgramData
		}
		return checkRel(in[1])
	case OpEndsWith, OpContains:
		return checkRel(in[1])
	}
	return nil
}

// Pattern is a regular expression as a deterministic automaton over code
// points, where every byte that is not UTF-8 counts as U+FFFD.
//
// Its table is: n:u16 and n bytes, the pattern as it was written, for people
// alone · start:u8, the first state · classes:u8, how many classes code points
// fall into · bounds:u16, how many bounds follow · 128 bytes, the classes of
// ASCII · for each bound u32, the first code point of a range in the 24 high
// bits and its class in the others; the first is that of U+0080, and each range
// ends where the next begins · the rows of the states from 2 on: for each class
// a byte, the next state, and one more for the end of the text, 0 or 1.
//
// State 0 is no and state 1 is yes, whatever follows.
type Pattern struct {
	Source      []byte
	start       byte
	width       int // of a row
	ascii       []byte
	bounds      []byte
	transitions []byte
}

const (
	patternASCII = 128
	patternBound = 4 // bytes
	patternFixed = 1 + 1 + 2 + patternASCII
)

// ReadPattern takes a table apart. It gives false if the lengths do not fit;
// no other operand is looked at.
func ReadPattern(b []byte) (p Pattern, ok bool) {
	if len(b) < 2 {
		return p, false
	}
	n := 2 + int(binary.LittleEndian.Uint16(b))
	if len(b) < n+patternFixed {
		return p, false
	}
	p.Source, b = b[2:n:n], b[n:]
	p.start, p.width = b[0], int(b[1])+1
	bounds := patternBound * int(binary.LittleEndian.Uint16(b[2:]))
	p.ascii, b = b[patternFixed-patternASCII:patternFixed], b[patternFixed:]
	if bounds == 0 || len(b) < bounds || (len(b)-bounds)%p.width != 0 {
		return p, false
	}
	p.bounds, p.transitions = b[:bounds], b[bounds:]
	return p, true
}

// sound reports whether all operands of a pattern are within their ranges.
func (p *Pattern) sound() bool {
	classes, states := p.width-1, 2+len(p.transitions)/p.width
	if states > 256 || int(p.start) >= states {
		return false
	}
	for _, class := range p.ascii {
		if int(class) >= classes {
			return false
		}
	}
	for i := 0; i < len(p.bounds); i += patternBound {
		bound := binary.LittleEndian.Uint32(p.bounds[i:])
		switch {
		case int(bound&0xff) >= classes:
			return false
		case i == 0 && bound>>8 != patternASCII:
			return false
		case i > 0 && bound>>8 <= binary.LittleEndian.Uint32(p.bounds[i-patternBound:])>>8:
			return false
		}
	}
	for i, state := range p.transitions {
		if int(state) >= states || i%p.width == classes && state > 1 {
			return false
		}
	}
	return true
}

// Start is the first state.
func (p *Pattern) Start() byte { return p.start }

// ASCII is the class of a byte below 128, as it stands alone.
func (p *Pattern) ASCII(b byte) byte { return p.ascii[b&(patternASCII-1)] }

// Class is the class of a code point from U+0080 on.
func (p *Pattern) Class(r rune) byte {
	low, high := 0, len(p.bounds)/patternBound
	for high-low > 1 {
		middle := (low + high) / 2
		if rune(binary.LittleEndian.Uint32(p.bounds[patternBound*middle:])>>8) <= r {
			low = middle
		} else {
			high = middle
		}
	}
	return p.bounds[patternBound*low]
}

// Next is the state behind a class, from a state of at least 2; false if the
// table has no such place.
func (p *Pattern) Next(state, class byte) (next byte, ok bool) {
	at := (int(state)-2)*p.width + int(class)
	if at < 0 || at >= len(p.transitions) {
		return 0, false
	}
	return p.transitions[at], true
}

// End is the state at the end of the text: 0 or 1.
func (p *Pattern) End(state byte) (last byte, ok bool) { return p.Next(state, byte(p.width-1)) }

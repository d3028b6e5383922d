package rule

import (
	"encoding/binary"
	"math"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// assembler writes instructions.
type assembler struct {
	code  []byte
	loops int // around what is written
}

// program writes the code of a whole program. A single test becomes a group of
// one, for programs that are one conjunction have a way of their own through
// the evaluator.
func (a *assembler) program(n *node) {
	if test, ok := testOf(n); ok {
		a.group(snapshot.OpAll, [][]byte{test})
		return
	}
	a.emit(n)
}

// emit writes the code that leaves the value of n on the stack.
func (a *assembler) emit(n *node) {
	if test, ok := testOf(n); ok {
		a.code = append(a.code, test...)
		return
	}
	switch n.kind {
	case kindConstant:
		a.constant(n.val)
	case kindRef:
		a.code = append16(append(a.code, snapshot.OpLoad), n.ref)
	case kindCompare:
		a.apply(n, snapshot.OpCompare, n.rel)
	case kindPrefix:
		a.apply(n, snapshot.OpStartsWith, n.rel)
	case kindHistory:
		a.apply(n, snapshot.OpHistory, n.rel)
	case kindIn:
		a.in(n)
	case kindAll:
		a.join(n, snapshot.OpAll, snapshot.OpAndJump, snapshot.OpAnd)
	case kindAny:
		a.join(n, snapshot.OpAny, snapshot.OpOrJump, snapshot.OpOr)
	case kindChoose:
		a.choose(n)
	case kindBinary, kindUnary:
		a.apply(n, append([]byte{n.op}, n.tail...)...)
	case kindFunction:
		a.function(n)
	case kindHas:
		a.code = append16(append(a.code, snapshot.OpHas), n.ref)
	case kindElement:
		a.code = append(a.code, snapshot.OpElement, byte(a.loops-1-n.out))
	case kindLoop:
		a.loop(n)
	}
}

// function writes a function on text.
func (a *assembler) function(n *node) {
	switch {
	case n.op == snapshot.OpMatches:
		a.emit(n.args[0])
		a.code = tail(append(a.code, n.op, n.rel), n.table)
	case n.rel != 0:
		a.apply(n, n.op, n.rel)
	default:
		a.apply(n, n.op)
	}
}

// apply writes the operands of n and the instruction that takes them.
func (a *assembler) apply(n *node, instruction ...byte) {
	for _, arg := range n.args {
		a.emit(arg)
	}
	a.code = append(a.code, instruction...)
}

func (a *assembler) in(n *node) {
	list := n.args[1]
	if list.kind != kindList {
		a.apply(n, snapshot.OpIn, n.rel)
		return
	}
	a.emit(n.args[0])
	a.code = append(a.code, snapshot.OpFalse)
	for _, element := range list.args {
		a.emit(element)
		a.code = append(a.code, snapshot.OpInStep)
	}
	a.code = append(a.code, snapshot.OpInEnd, n.rel)
}

// join writes a conjunction or disjunction: first its tests, in groups, then
// every other term, with a jump to the end before each. The order of terms does
// not change the value, for a term that decides wins over errors on any side.
func (a *assembler) join(n *node, group, jump, merge byte) {
	var tests [][]byte
	var rest []*node
	for _, term := range n.args {
		if test, ok := testOf(term); ok {
			tests = append(tests, test)
		} else {
			rest = append(rest, term)
		}
	}
	var jumps []int
	first := true
	next := func(write func()) {
		if !first {
			jumps = append(jumps, a.jump(jump, 2))
		}
		write()
		if !first {
			a.code = append(a.code, merge)
		}
		first = false
	}
	for len(tests) > 0 {
		count := min(len(tests), snapshot.MaxTests)
		next(func() {
			if count == 1 {
				a.code = append(a.code, tests[0]...)
				return
			}
			a.group(group, tests[:count])
		})
		tests = tests[count:]
	}
	for _, term := range rest {
		next(func() { a.emit(term) })
	}
	for _, at := range jumps {
		a.land(at, at+2)
	}
}

// group writes tests that are run one after the other without the stack.
func (a *assembler) group(op byte, tests [][]byte) {
	all := slices.Concat(tests...)
	a.code = append(append16(append(a.code, op, byte(len(tests))), uint16(len(all))), all...)
}

// choose writes cond ? a : b.
func (a *assembler) choose(n *node) {
	a.emit(n.args[0])
	branch := a.jump(snapshot.OpBranch, 4)
	a.emit(n.args[1])
	end := a.jump(snapshot.OpJump, 2)
	a.land(branch, branch+4)
	a.emit(n.args[2])
	a.land(end, end+2)
	a.land(branch+2, branch+4)
}

// loop writes the list, and its loop around the body.
func (a *assembler) loop(n *node) {
	a.emit(n.args[0])
	body := assembler{loops: a.loops + 1}
	body.emit(n.args[1])
	a.code = tail(append(a.code, snapshot.OpLoop, n.op), body.code)
}

// jump writes a jump with room for its distances, and gives where they are.
func (a *assembler) jump(op byte, room int) int {
	a.code = append(a.code, op)
	a.code = append(a.code, make([]byte, room)...)
	return len(a.code) - room
}

// land sets the distance at a place, counted from another, to here.
func (a *assembler) land(at, from int) {
	binary.LittleEndian.PutUint16(a.code[at:], uint16(len(a.code)-from))
}

// constant writes the instruction that pushes a constant.
func (a *assembler) constant(v ref.Val) {
	switch v := v.(type) {
	case types.Bool:
		op := snapshot.OpFalse
		if v {
			op = snapshot.OpTrue
		}
		a.code = append(a.code, op)
	case types.Int:
		a.code = append64(append(a.code, snapshot.OpInt), uint64(v))
	case types.Uint:
		a.code = append64(append(a.code, snapshot.OpUint), uint64(v))
	case types.Double:
		a.code = append64(append(a.code, snapshot.OpDouble), math.Float64bits(float64(v)))
	case types.String:
		a.code = append(append16(append(a.code, snapshot.OpString), uint16(len(v))), v...)
	case types.Timestamp:
		a.code = append64(append(a.code, snapshot.OpInstant), uint64(v.UnixMicro()))
	case types.Duration:
		a.code = append64(append(a.code, snapshot.OpSpan), uint64(v.Duration))
	default:
		list := packed(elements(v))
		a.code = append(append16(append(a.code, snapshot.OpList), uint16(len(list))), list...)
	}
}

// packed gives a list as a MessagePack array. Uints and ints look alike there,
// which no operator can tell, for they are equal if their values are.
func packed(values []ref.Val) []byte {
	b := wire.AppendArray(nil, len(values))
	for _, v := range values {
		switch v := v.(type) {
		case types.Bool:
			b = wire.AppendBool(b, bool(v))
		case types.Int:
			b = wire.AppendInt(b, int64(v))
		case types.Uint:
			b = wire.AppendUint(b, uint64(v))
		case types.Double:
			b = wire.AppendFloat(b, float64(v))
		case types.String:
			b = wire.AppendStr(b, string(v))
		}
	}
	return b
}

func append16(b []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(b, v) }

func append64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }

package rule

import (
	"math"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// The functions here make nodes and fold them if all operands are constants,
// with cel-go's values, so that a folded expression cannot differ from cel-go's
// result. One that fails is left to fail when it is evaluated. A nil operand is
// one that was refused, and makes the whole nil.

func constants(args ...*node) bool {
	for _, a := range args {
		if a.kind != kindConstant {
			return false
		}
	}
	return true
}

// values are those of constants.
func values(args []*node) (out []ref.Val) {
	for _, a := range args {
		out = append(out, a.val)
	}
	return out
}

// folded gives n, or the constant that replaces it.
func folded(n *node, v ref.Val) *node {
	if v == nil || types.IsUnknownOrError(v) || extentOf(v) > maxFolded {
		return n
	}
	return &node{kind: kindConstant, val: v}
}

// concat gives a + b of strings, in the order in which every term is appended
// to what stands already.
func concat(a, b *node) *node {
	if b != nil && b.text {
		return concat(concat(a, b.args[0]), b.args[1])
	}
	n := calculate(snapshot.OpAdd, a, b)
	if n != nil {
		n.text = n.kind == kindBinary
	}
	return n
}

// calculate gives a op b.
func calculate(op byte, a, b *node) *node {
	if a == nil || b == nil {
		return nil
	}
	n := &node{kind: kindBinary, op: op, args: []*node{a, b}}
	if !constants(a, b) {
		return n
	}
	switch v := a.val; op {
	case snapshot.OpAdd:
		return folded(n, v.(traits.Adder).Add(b.val))
	case snapshot.OpSubtract:
		return folded(n, v.(traits.Subtractor).Subtract(b.val))
	case snapshot.OpMultiply:
		return folded(n, v.(traits.Multiplier).Multiply(b.val))
	case snapshot.OpDivide:
		return folded(n, v.(traits.Divider).Divide(b.val))
	case snapshot.OpModulo:
		return folded(n, v.(traits.Modder).Modulo(b.val))
	}
	return n
}

// unary gives -a or size(a).
func unary(op byte, a *node) *node {
	if a == nil {
		return nil
	}
	n := &node{kind: kindUnary, op: op, args: []*node{a}}
	if !constants(a) {
		return n
	}
	if op == snapshot.OpSize {
		return folded(n, a.val.(traits.Sizer).Size())
	}
	return folded(n, a.val.(traits.Negater).Negate())
}

// history gives what the history has of a code or category.
func history(fn byte, of *node) *node {
	if of == nil {
		return nil
	}
	return &node{kind: kindHistory, rel: fn, args: []*node{of}}
}

// compare gives a rel b.
func compare(rel byte, a, b *node) *node {
	if a == nil || b == nil {
		return nil
	}
	n := &node{kind: kindCompare, rel: rel, args: []*node{a, b}}
	if !constants(a, b) {
		return n
	}
	outcome := snapshot.RelOther
	switch {
	case isNaN(a.val) || isNaN(b.val):
		outcome = snapshot.RelUnordered
	case rel&snapshot.RelStrict == 0:
		if types.Equal(a.val, b.val) == types.True {
			outcome = snapshot.RelEqual
		}
	default:
		order, ok := a.val.(traits.Comparer).Compare(b.val).(types.Int)
		if !ok {
			return n
		}
		outcome = snapshot.RelLess << (order + 1)
	}
	return constant(rel&outcome != 0)
}

func isNaN(v ref.Val) bool {
	d, ok := v.(types.Double)
	return ok && math.IsNaN(float64(d))
}

// in gives whether needle is in list.
func in(rel byte, needle, list *node) *node {
	if needle == nil || list == nil {
		return nil
	}
	n := &node{kind: kindIn, rel: rel, args: []*node{needle, list}}
	if !constants(needle, list) {
		return n
	}
	return is(n, list.val.(traits.Container).Contains(needle.val))
}

// prefix gives whether text starts with start.
func prefix(rel byte, text, start *node) *node {
	if text == nil || start == nil {
		return nil
	}
	n := &node{kind: kindPrefix, rel: rel, args: []*node{text, start}}
	if !constants(text, start) {
		return n
	}
	return is(n, types.StringStartsWith(text.val, start.val))
}

// is folds a test with the outcomes yes and no.
func is(n *node, v ref.Val) *node {
	yes, ok := v.(types.Bool)
	if !ok {
		return n
	}
	return constant(bool(yes) == (n.rel == snapshot.RelIs))
}

package rule

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// kind is what a node does.
type kind uint8

const (
	kindConstant kind = iota // val
	kindRef                  // ref
	kindTruth                // args[0], a ref, is the bool of val; nothing but a bool will do
	kindCompare              // args[0] rel args[1]
	kindIn                   // args[0] in args[1]
	kindPrefix               // args[0] starts with args[1]
	kindAll                  // all args hold
	kindAny                  // one of args holds
	kindChoose               // args[0] ? args[1] : args[2]
	kindBinary               // args[0] op args[1]
	kindUnary                // op args[0]
	kindHistory              // what the history has of args[0], by rel
	kindList                 // a list of args, of which one at least is computed
	kindFunction             // op of args, a function on text
	kindHas                  // whether ref has a value
	kindElement              // that of the loop which is out loops further out
	kindLoop                 // what args[1], of each element of args[0], comes to; op says how
)

// node is an expression between cel-go's tree and the program. Its constants
// are folded by cel-go's own values, and it has no negation of bools: that is
// pushed down into relations, which an error passes through unchanged.
type node struct {
	kind kind
	op   byte // opcode of kindBinary, kindUnary and kindFunction
	rel  byte // of kindCompare, kindIn and kindPrefix; of a kindFunction that is true or false; the function of kindHistory
	text bool // a kindBinary that adds strings
	ref  uint16
	out  int    // of kindElement
	tail []byte // operands behind the opcode of kindBinary and kindUnary
	val  ref.Val
	args []*node
	// table is the compiled pattern of OpMatches.
	table []byte
}

func constant(v any) *node {
	return &node{kind: kindConstant, val: types.DefaultTypeAdapter.NativeToValue(v)}
}

// isBool reports whether n is the constant b.
func (n *node) isBool(b bool) bool {
	return n.kind == kindConstant && n.val == types.Bool(b)
}

// isEmptyList reports whether n can be nothing but [], which fits every list
// type though cel-go says list(dyn).
func (n *node) isEmptyList() bool {
	if n.kind == kindChoose {
		return n.args[1].isEmptyList() && n.args[2].isEmptyList()
	}
	if n.kind == kindLoop && n.op >= snapshot.LoopFilter {
		return n.args[0].isEmptyList()
	}
	list, ok := n.val.(traits.Lister)
	return ok && list.Size() == types.IntZero
}

// strict makes of a bool one that is an error if it turns out to be no bool,
// as && and || take it.
func strict(n *node) *node {
	switch {
	case n == nil:
	case n.kind == kindRef:
		return &node{kind: kindTruth, val: types.True, args: []*node{n}}
	case n.kind == kindElement:
		return must(n, true)
	}
	return n
}

// must gives whether n is the bool want; nothing but a bool will do.
func must(n *node, want bool) *node {
	return compare(snapshot.RelIs, n, constant(want))
}

// choose gives cond ? a : b.
func choose(cond, a, b *node) *node {
	switch {
	case cond == nil || a == nil || b == nil:
		return nil
	case cond.isBool(true):
		return a
	case cond.isBool(false):
		return b
	}
	return &node{kind: kindChoose, args: []*node{cond, a, b}}
}

// join gives the conjunction (kindAll) or disjunction (kindAny) of terms. Terms
// of the same kind are taken apart, for both are associative, errors included.
func join(k kind, terms []*node) *node {
	neutral := k == kindAll
	var args []*node
	for _, t := range terms {
		switch {
		case t == nil:
			return nil
		case t.isBool(!neutral):
			return t
		case t.isBool(neutral):
		case t.kind == k:
			args = append(args, t.args...)
		default:
			args = append(args, t)
		}
	}
	switch len(args) {
	case 0:
		return constant(neutral)
	case 1:
		return args[0]
	}
	return &node{kind: k, args: args}
}

// complement gives the relation that is true where rel is false; an error stays
// one.
func complement(rel byte) byte {
	const outcomes = snapshot.RelStrict - 1
	if rel&snapshot.RelStrict != 0 {
		return ^rel&(outcomes&^snapshot.RelOther) | snapshot.RelStrict
	}
	return ^rel & outcomes
}

// mirror gives the relation for the operands in the other order.
func mirror(rel byte) byte {
	const sides = snapshot.RelLess | snapshot.RelGreater
	out := rel &^ sides
	if rel&snapshot.RelLess != 0 {
		out |= snapshot.RelGreater
	}
	if rel&snapshot.RelGreater != 0 {
		out |= snapshot.RelLess
	}
	return out
}

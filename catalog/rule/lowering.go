package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// lowering turns a checked expression into nodes. What has no compiled form
// becomes an issue and nil.
type lowering struct {
	env     *Env
	survey  *survey
	checked *ast.AST
	named   int // nodes that predefined filters stood for so far
	full    bool
	// variables are those of the macros around what is lowered.
	variables []string
}

// relation gives the relation of a comparison, 0 for another function.
func relation(fn string) byte {
	switch fn {
	case operators.Equals:
		return snapshot.RelEQ
	case operators.NotEquals:
		return snapshot.RelNE
	case operators.Less:
		return snapshot.RelLT
	case operators.LessEquals:
		return snapshot.RelLE
	case operators.Greater:
		return snapshot.RelGT
	case operators.GreaterEquals:
		return snapshot.RelGE
	}
	return 0
}

// arithmetic gives the opcode of an operator on two numbers or strings, 0 for
// another function.
func arithmetic(fn string) byte {
	switch fn {
	case operators.Add:
		return snapshot.OpAdd
	case operators.Subtract:
		return snapshot.OpSubtract
	case operators.Multiply:
		return snapshot.OpMultiply
	case operators.Divide:
		return snapshot.OpDivide
	case operators.Modulo:
		return snapshot.OpModulo
	}
	return 0
}

// refuse reports a construct that only the types give away.
func (l *lowering) refuse(e ast.Expr, construct, hint string) *node {
	l.survey.later(e, l.survey.at(e), construct, hint)
	return nil
}

func (l *lowering) typeOf(e ast.Expr) Type { return ofCEL(l.checked.GetType(e.ID())) }

// value lowers an expression whose value is wanted as it is.
func (l *lowering) value(e ast.Expr) *node {
	switch e.Kind() {
	case ast.LiteralKind:
		return &node{kind: kindConstant, val: e.AsLiteral()}
	case ast.IdentKind:
		if n := l.variable(e); n != nil {
			return n
		}
		if d := l.filterOf(e); d != nil {
			return l.filter(e, d, false)
		}
		n := l.env.names[strings.TrimPrefix(e.AsIdent(), ".")]
		return &node{kind: kindRef, ref: n.ref}
	case ast.SelectKind:
		if n := l.parameterOf(e.AsSelect().Operand(), e.AsSelect().FieldName()); n != nil {
			return n
		}
	case ast.ListKind:
		return l.list(e)
	case ast.CallKind:
		return l.call(e)
	case ast.ComprehensionKind:
		return l.loop(e)
	case ast.MapKind:
		return l.mapOf(e)
	}
	return l.refuse(e, "this construct", valueHint)
}

func (l *lowering) call(e ast.Expr) *node {
	call := e.AsCall()
	fn, args := call.FunctionName(), call.Args()
	if h, ok := historyFunction(fn); ok {
		return history(h, l.value(args[0]))
	}
	if op := arithmetic(fn); op != 0 {
		switch t := l.typeOf(e); {
		case t == String:
			return concat(l.value(args[0]), l.value(args[1]))
		case !t.fits(Number) && t != Instant && t != Span:
			return l.refuse(e, "+ on lists", "write one list, or ask for each, as in x in a || x in b")
		}
		return calculate(op, l.value(args[0]), l.value(args[1]))
	}
	switch fn {
	case operators.Conditional:
		return choose(l.truth(args[0], false), l.value(args[1]), l.value(args[2]))
	case operators.Negate:
		return unary(snapshot.OpNegate, l.value(args[0]))
	case overloads.Size:
		if call.IsMemberFunction() {
			args = []ast.Expr{call.Target()}
		}
		return unary(snapshot.OpSize, l.whole(args[0]))
	}
	if op := textFunctions[fn]; op > snapshot.OpMatches {
		return l.textFunction(e, op)
	}
	if n, known := l.function(e); known {
		return n
	}
	return l.truth(e, false)
}

// function lowers a call that is neither an operator on what is there already
// nor true or false by its nature; known is false for one that is.
func (l *lowering) function(e ast.Expr) (n *node, known bool) {
	fn := e.AsCall().FunctionName()
	if p := partOf(fn); p != nil {
		return l.moment(e, p), true
	}
	switch fn {
	case operators.Index:
		return l.index(e), true
	case hasCall:
		return l.has(e), true
	case overloads.TypeConvertTimestamp:
		return l.instant(e), true
	case overloads.TypeConvertDuration:
		return l.span(e), true
	}
	if _, converts := conversions[fn]; converts {
		return l.conversion(e), true
	}
	return nil, false
}

// whole lowers an operand that may be a list, but not one with computed
// elements.
func (l *lowering) whole(e ast.Expr) *node {
	n := l.value(e)
	switch {
	case n == nil:
	case n.hasComputedList():
		return l.refuse(e, "a list with computed elements that is not the right side of in", listHint)
	case n.kind == kindChoose && isMapType(l.checked.GetType(e.ID())):
		return l.refuse(e, "a choice between maps", `read an entry of each, as in target.NAME ? {"a": 1}["a"] : {"a": 2}["a"]`)
	}
	return n
}

func (n *node) hasComputedList() bool {
	return n != nil && (n.kind == kindList || n.kind == kindChoose && slices.ContainsFunc(n.args, (*node).hasComputedList))
}

// truth lowers a bool of which only the truth is wanted, or its negation.
func (l *lowering) truth(e ast.Expr, not bool) *node {
	if e.Kind() != ast.CallKind {
		return l.atom(e, not)
	}
	call := e.AsCall()
	fn, args := call.FunctionName(), call.Args()
	if rel := relation(fn); rel != 0 {
		if not {
			rel = complement(rel)
		}
		return compare(rel, l.whole(args[0]), l.whole(args[1]))
	}
	rel := snapshot.RelIs
	if not {
		rel = snapshot.RelIsNot
	}
	switch fn {
	case operators.LogicalNot:
		return l.truth(args[0], !not)
	case operators.LogicalAnd, operators.LogicalOr:
		k := kindAny
		if not == (fn == operators.LogicalOr) {
			k = kindAll
		}
		return join(k, []*node{l.truth(args[0], not), l.truth(args[1], not)})
	case operators.Conditional:
		return choose(l.truth(args[0], false), l.truth(args[1], not), l.truth(args[2], not))
	case operators.In:
		if n := l.entryOf(args[1], args[0]); n != nil {
			return sent(n, not)
		}
		return in(rel, l.whole(args[0]), l.right(args[1]))
	case overloads.StartsWith:
		return prefix(rel, l.value(call.Target()), l.value(args[0]))
	case overloads.EndsWith, overloads.Contains, overloads.Matches:
		return l.condition(e, textFunctions[fn], rel)
	}
	if n, known := l.function(e); known {
		if n == nil || !not {
			return n
		}
		return must(n, false)
	}
	return l.refuse(e, "this construct", valueHint)
}

// right lowers the right side of in: the one place for a list literal with
// computed elements.
func (l *lowering) right(e ast.Expr) *node {
	if e.Kind() == ast.ListKind {
		return l.value(e)
	}
	n := l.whole(e)
	if n != nil && isMap(n) {
		return keysOf(n)
	}
	return n
}

// atom lowers a bool literal or name.
func (l *lowering) atom(e ast.Expr, not bool) *node {
	if d := l.filterOf(e); d != nil {
		return l.filter(e, d, not)
	}
	n := l.value(e)
	if n != nil && not && n.kind != kindRef && n.kind != kindConstant {
		return must(n, false)
	}
	switch {
	case n == nil || !not:
		return strict(n)
	case n.kind == kindConstant:
		return constant(n.val == types.False)
	}
	return &node{kind: kindTruth, val: types.False, args: []*node{n}}
}

func (l *lowering) list(e ast.Expr) *node {
	list := &node{kind: kindList}
	var values []ref.Val
	for _, element := range e.AsList().Elements() {
		switch t := l.typeOf(element); {
		case t == Instant, t == Span:
			return l.refuse(element, "a list of times", listHint)
		case !t.fits(Scalar):
			return l.refuse(element, "a list of lists", listHint)
		}
		n := l.value(element)
		if n == nil {
			return nil
		}
		list.args = append(list.args, n)
		if n.kind == kindConstant {
			values = append(values, n.val)
		}
	}
	if len(values) < len(list.args) {
		return list
	}
	return &node{kind: kindConstant, val: types.NewRefValList(types.DefaultTypeAdapter, values)}
}

// elements gives the values of a constant list.
func elements(v ref.Val) []ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return nil
	}
	var values []ref.Val
	for it := list.Iterator(); it.HasNext() == types.True; {
		values = append(values, it.Next())
	}
	return values
}

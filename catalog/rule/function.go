package rule

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// textFunctions are the functions on text besides size and startsWith, by
// cel-go's names. The last four are those of its extension library for strings.
var textFunctions = map[string]byte{
	overloads.EndsWith: snapshot.OpEndsWith,
	overloads.Contains: snapshot.OpContains,
	overloads.Matches:  snapshot.OpMatches,
	"lowerAscii":       snapshot.OpLowerASCII,
	"upperAscii":       snapshot.OpUpperASCII,
	"trim":             snapshot.OpTrim,
	"split":            snapshot.OpSplit,
	"join":             snapshot.OpJoin,
	"replace":          snapshot.OpReplace,
	"substring":        snapshot.OpSubstring,
}

// instead says what to write in place of functions that have no compiled form.
var instead = map[string]string{
	"charAt":      "text.substring(2, 3) is the third character",
	"indexOf":     "contains() says whether a text is in another, split() takes it apart there",
	"lastIndexOf": "contains() says whether a text is in another, split() takes it apart there",
	"format":      "+ joins texts",
	"lower":       "did you mean lowerAscii?",
	"upper":       "did you mean upperAscii?",
	"toLower":     "did you mean lowerAscii?",
	"toUpper":     "did you mean upperAscii?",
	"length":      "did you mean size?",
	"type":        "an attribute has the type that it is declared with",
	"dyn":         "leave dyn() out: values are compared in the types that they are declared with",
	"bytes":       "compare texts",
	"reverse":     "endsWith() looks at the end of a text",
}

// textFunction lowers a function on text that gives text or a list.
func (l *lowering) textFunction(e ast.Expr, op byte) *node {
	call := e.AsCall()
	if op == snapshot.OpJoin {
		return l.join(e)
	}
	args := []*node{l.value(call.Target())}
	for _, arg := range call.Args() {
		args = append(args, l.value(arg))
	}
	switch {
	case op == snapshot.OpSplit && len(args) == 2, op == snapshot.OpReplace && len(args) == 3:
		args = append(args, constant(-1)) // no limit
	case op == snapshot.OpSubstring && len(args) == 2:
		op = snapshot.OpSubstringFrom
	}
	return l.apply(&node{kind: kindFunction, op: op, args: args}, call.FunctionName())
}

// join lowers the function of that name. A list with computed elements becomes
// a sum, which starts with a text so that nothing but texts will do.
func (l *lowering) join(e ast.Expr) *node {
	call := e.AsCall()
	separator := constant("")
	if args := call.Args(); len(args) == 1 {
		separator = l.value(args[0])
	}
	if call.Target().Kind() != ast.ListKind {
		return l.apply(&node{kind: kindFunction, op: snapshot.OpJoin, args: []*node{l.whole(call.Target()), separator}}, "join")
	}
	list := l.value(call.Target())
	if list == nil || list.kind == kindConstant {
		return l.apply(&node{kind: kindFunction, op: snapshot.OpJoin, args: []*node{list, separator}}, "join")
	}
	if separator == nil || separator.kind != kindConstant {
		l.survey.later(call.Args()[0], l.first(call.Args()[0]), "a computed separator of a list with computed elements",
			"write the separator as a text in quotes")
		return nil
	}
	sum := constant("")
	for i, element := range list.args {
		if i > 0 {
			sum = concat(sum, separator)
		}
		sum = concat(sum, element)
	}
	return sum
}

// condition lowers a function on text that is true or false.
func (l *lowering) condition(e ast.Expr, op, rel byte) *node {
	call := e.AsCall()
	operands := call.Args()
	if call.IsMemberFunction() {
		operands = append([]ast.Expr{call.Target()}, operands...)
	}
	n := &node{kind: kindFunction, op: op, rel: rel, args: []*node{l.value(operands[0]), l.value(operands[1])}}
	if op == snapshot.OpMatches && n.args[1] != nil && !l.pattern(operands[1], n) {
		return nil
	}
	return l.apply(n, call.FunctionName())
}

// first is the character at which an operand starts.
func (l *lowering) first(e ast.Expr) int {
	at, _ := slices.BinarySearch(l.survey.source.offsets, l.begin(e))
	return at
}

// pattern compiles the pattern of a search, which then has one operand left if
// that is not constant.
func (l *lowering) pattern(e ast.Expr, n *node) bool {
	src, ok := n.args[1].val.(types.String)
	if n.args[1].kind != kindConstant || !ok {
		l.survey.tell(e, l.first(e), "the pattern of matches() is computed",
			`write it as a text in quotes, as in request.path.matches("^/travel/[a-z]+$")`)
		return false
	}
	table, err := patternTable(string(src))
	if err != nil {
		l.survey.tell(e, l.first(e), err.message, err.hint)
		return false
	}
	n.table = table
	if n.args[0] != nil && n.args[0].kind != kindConstant {
		n.args = n.args[:1]
	}
	return true
}

// apply folds a function, if all operands are constants, by cel-go's own.
func (l *lowering) apply(n *node, name string) *node {
	values := make([]ref.Val, len(n.args))
	for i, arg := range n.args {
		if arg == nil {
			return nil
		}
		values[i] = arg.val
	}
	if !constants(n.args...) {
		return n
	}
	if n.op == snapshot.OpSplit || n.op == snapshot.OpReplace || n.op == snapshot.OpJoin {
		if oversized(n) {
			return n
		}
	}
	v := l.env.invoke(name, values)
	if n.rel != 0 {
		return is(n, v)
	}
	return folded(n, v)
}

// oversized reports whether a function of constants could give more than a
// program can hold: such a one is left to fail when it is evaluated, and not
// made here.
func oversized(n *node) bool {
	total := 1
	for _, arg := range n.args {
		total *= 1 + extentOf(arg.val)
		if total > maxFolded*maxFolded {
			return true
		}
	}
	return false
}

// maxFolded is the longest text or list that is folded. It is what the machine
// allows a text that it builds, and all constants of a program fit in its size.
const maxFolded = 4 << 10

// extentOf is about how many bytes a constant takes.
func extentOf(v ref.Val) int {
	switch v := v.(type) {
	case types.String:
		return len(v)
	case traits.Lister:
		total := 0
		for _, element := range elements(v) {
			total += 1 + extentOf(element)
		}
		return total
	}
	return 0
}

// invoke calls a function of cel-go's by its name; nil if it has no such one.
func (e *Env) invoke(name string, args []ref.Val) ref.Val {
	declaration := e.cel.Functions()[name]
	if declaration == nil {
		return nil
	}
	bindings, err := declaration.Bindings()
	if err != nil {
		return nil
	}
	for _, b := range bindings {
		if b.Operator == name {
			return call(b, args)
		}
	}
	return nil
}

// call picks the form of a function that takes so many operands.
func call(b *functions.Overload, args []ref.Val) ref.Val {
	switch {
	case len(args) == 1 && b.Unary != nil:
		return b.Unary(args[0])
	case len(args) == 2 && b.Binary != nil:
		return b.Binary(args[0], args[1])
	case b.Function != nil:
		return b.Function(args...)
	}
	return nil
}

package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// macros are those that go through a list. has() becomes
// a call, of a name with a dot.
var macros = []cel.Macro{
	cel.GlobalMacro("has", 1, func(eh cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		return eh.NewCall(hasCall, args...), nil
	}),
	cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro, cel.MapMacro, cel.MapFilterMacro, cel.FilterMacro,
}

// hasCall is the function that has() becomes: nobody can write its name.
const hasCall = "@has"

// macro is a call such as list.exists(x, x > 3), which the parser has replaced
// by a comprehension.
type macro struct {
	kind     byte // snapshot.LoopAll and so on
	variable string
	over     ast.Expr
	body     ast.Expr
	filter   ast.Expr // of a map with a condition
}

// macroOf finds in a comprehension which macro it was.
func macroOf(e ast.Expr) macro {
	c := e.AsComprehension()
	m := macro{variable: c.IterVar(), over: c.IterRange()}
	step := c.LoopStep().AsCall()
	args := step.Args()
	switch step.FunctionName() {
	case operators.LogicalAnd:
		m.kind, m.body = snapshot.LoopAll, args[1]
	case operators.LogicalOr:
		m.kind, m.body = snapshot.LoopExists, args[1]
	case operators.Add:
		m.kind, m.body = snapshot.LoopMap, args[1].AsList().Elements()[0]
	default: // condition ? accumulator + … : accumulator
		added := args[1].AsCall().Args()[1]
		if added.Kind() == ast.LiteralKind {
			m.kind, m.body = snapshot.LoopOne, args[0]
			return m
		}
		element := added.AsList().Elements()[0]
		if element.Kind() == ast.IdentKind && element.AsIdent() == m.variable {
			m.kind, m.body = snapshot.LoopFilter, args[0]
			return m
		}
		m.kind, m.body, m.filter = snapshot.LoopMap, element, args[0]
	}
	return m
}

var loopNames = [...]string{
	snapshot.LoopAll: "all", snapshot.LoopExists: "exists", snapshot.LoopOne: "exists_one",
	snapshot.LoopFilter: "filter", snapshot.LoopMap: "map",
}

// macro walks a macro's list and, with its variable, the rest.
func (v *survey) macro(e ast.Expr) {
	m := macroOf(e)
	at := v.named(e, loopNames[m.kind])
	v.places[e.ID()] = at
	v.walk(m.over)
	v.shaky[e.ID()] = v.told[m.over.ID()]
	switch {
	case slices.Contains(groups[:], m.variable) || v.env.filters[m.variable] != nil:
		v.tell(e, at, m.variable+" means something else already", "give the variable of the macro another name")
		return
	case len(v.variables) == snapshot.MaxLoops:
		v.tell(e, at, fmt.Sprintf("more than %d macros in one another", snapshot.MaxLoops), tooDeepHint)
		return
	}
	v.variables = append(v.variables, m.variable)
	v.walk(m.body)
	if m.filter != nil {
		v.walk(m.filter)
	}
	v.variables = v.variables[:len(v.variables)-1]
}

// loop lowers a macro.
func (l *lowering) loop(e ast.Expr) *node {
	m := macroOf(e)
	list := l.whole(m.over)
	if list != nil && isMap(list) {
		if m.kind >= snapshot.LoopFilter {
			return l.refuse(e, "a list of a map's keys, which have no order,", "exists() and all() ask about keys, as in MAP.exists(key, key == target.NAME)")
		}
		list = keysOf(list)
	}
	if list == nil {
		return nil
	}
	if t := elementOf(l.typeOf(m.over)); !isMapType(l.checked.GetType(m.over.ID())) && (t == 0 || t == Uint) && !list.isEmptyList() {
		return l.refuse(e, "a macro over "+l.typeOf(m.over).String(), elementHint)
	}
	if m.kind == snapshot.LoopMap && !l.typeOf(m.body).fits(Scalar) {
		return l.refuse(e, "a list of what is no text, number or bool", elementHint)
	}
	l.variables = append(l.variables, m.variable)
	defer func() { l.variables = l.variables[:len(l.variables)-1] }()
	if m.filter != nil {
		list = loopOf(snapshot.LoopFilter, list, l.truth(m.filter, false))
	}
	if m.kind == snapshot.LoopMap {
		return loopOf(m.kind, list, l.value(m.body))
	}
	return loopOf(m.kind, list, l.truth(m.body, false))
}

func loopOf(kind byte, list, body *node) *node {
	if list == nil || body == nil {
		return nil
	}
	return &node{kind: kindLoop, op: kind, args: []*node{list, body}}
}

// variable is the element that a name stands for, or nil: of macros with one
// name the inner one's. It counts the loops between, so that a predefined filter
// may stand inside of others.
func (l *lowering) variable(e ast.Expr) *node {
	for i := len(l.variables) - 1; i >= 0; i-- {
		if l.variables[i] == e.AsIdent() {
			return &node{kind: kindElement, out: len(l.variables) - 1 - i}
		}
	}
	return nil
}

func (v *survey) isVariable(name string) bool { return slices.Contains(v.variables, name) }

// elementOf is the type of a list's elements; 0 for what is none or of several.
func elementOf(t Type) Type {
	switch t {
	case StringList:
		return String
	case IntList:
		return Int
	case DoubleList:
		return Double
	case BoolList:
		return Bool
	case UintList:
		return Uint
	}
	return 0
}

// index lowers list[i] and map[key].
func (l *lowering) index(e ast.Expr) *node {
	args := e.AsCall().Args()
	if n := l.entryOf(args[0], args[1]); n != nil {
		return n
	}
	of, at := l.whole(args[0]), l.value(args[1])
	if of == nil || at == nil {
		return nil
	}
	if isMap(of) {
		return l.lookup(e, of, at)
	}
	if t := elementOf(l.typeOf(args[0])); t == 0 || t == Uint {
		return l.refuse(e, "an index of "+l.typeOf(args[0]).String(), elementHint)
	}
	n := &node{kind: kindBinary, op: snapshot.OpIndex, args: []*node{of, at}}
	if constants(of, at) {
		return folded(n, of.val.(indexer).Get(at.val))
	}
	return n
}

// has lowers has(name): whether the name has a value.
func (l *lowering) has(e ast.Expr) *node {
	arg := e.AsCall().Args()[0]
	if arg.Kind() == ast.SelectKind {
		return sent(l.value(arg), false)
	}
	name := l.env.names[strings.TrimPrefix(arg.AsIdent(), ".")]
	return &node{kind: kindHas, ref: name.ref}
}

// hasName looks up what has() asks about.
func (v *survey) hasName(e ast.Expr) {
	call := e.AsCall()
	v.places[e.ID()] = v.function(e)
	arg := call.Args()[0]
	path, _ := pathOf(arg)
	length := 2
	if len(path) > 2 && tableOf(strings.TrimPrefix(path[0], ".")+"."+path[1]) != 0 {
		length = 3
	}
	if len(path) != length || !slices.Contains(groups[:], strings.TrimPrefix(path[0], ".")) {
		hint := "write has(target.NAME)"
		if arg.Kind() == ast.CallKind && arg.AsCall().FunctionName() == operators.Index && v.table(arg.AsCall().Args()[0]) != 0 {
			hint = `write "name" in ` + tables[v.table(arg.AsCall().Args()[0])]
		}
		v.tell(e, v.function(e), "has() takes a name of a group", hint)
		return
	}
	v.walk(arg)
	v.shaky[e.ID()] = v.told[arg.ID()]
}

// hasFunction is has() for cel-go, which evaluates applies_to: false of an error,
// for the only one that a name has is to have no value.
func hasFunction() cel.EnvOption {
	return cel.Function(hasCall, cel.Overload("has_value", []*cel.Type{cel.DynType}, cel.BoolType,
		cel.OverloadIsNonStrict(),
		cel.UnaryBinding(func(v val) val { return types.Bool(!types.IsUnknownOrError(v)) })))
}

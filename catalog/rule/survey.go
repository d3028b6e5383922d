package rule

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// survey walks a parsed expression before it is type-checked, finds the names
// that are unknown or not available and the constructs that have no compiled
// form, and remembers what it spoke about, so that the type checker's word on
// the same is not repeated.
type survey struct {
	env    *Env
	role   Role
	source *source
	info   *ast.SourceInfo
	told   map[int64]bool // expressions that an issue spoke about
	shaky  map[int64]bool // calls with an operand that was told about
	places map[int64]int  // where the functions of calls start
	lists  int            // list literals around the one that is walked
	opaque bool           // the type checker shall not see the expression
	reads  []string       // of each group that the expression reads, one name
	// variables are those of the macros around the expression that is walked.
	variables []string
	issues    []Issue
}

// maxLists bounds the depth of list literals that the type checker sees, for
// its time grows with the fourth power: 60 take 17 ms, 240 take 5 s. Lists in
// lists and maps are refused without asking it, and a list in a condition
// within one is the most that makes sense.
const maxLists = 8

func newSurvey(e *Env, role Role, s *source, info *ast.SourceInfo) *survey {
	return &survey{
		env: e, role: role, source: s, info: info,
		told: map[int64]bool{}, shaky: map[int64]bool{}, places: map[int64]int{},
	}
}

func (v *survey) report(character int, message, hint string) {
	issue := v.source.issue(character, message)
	issue.Hint = hint
	v.issues = append(v.issues, issue)
}

// tell reports an issue about an expression with all that is in it.
func (v *survey) tell(e ast.Expr, character int, message, hint string) {
	v.report(character, message, hint)
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) { v.told[part.ID()] = true }))
}

// later tells that a construct has no compiled form, and what to write in its place.
func (v *survey) later(e ast.Expr, character int, construct, hint string) {
	v.tell(e, character, construct+" is not supported yet", hint)
	v.issues[len(v.issues)-1].Kind = Later
}

// at is the character that cel-go places an expression at: an operator's sign,
// a select's dot, a call's parenthesis, else where it starts.
func (v *survey) at(e ast.Expr) int {
	r, _ := v.info.GetOffsetRange(e.ID())
	return int(r.Start)
}

// start is the first character of an expression.
func (v *survey) start(e ast.Expr) int {
	first := v.at(e)
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		at := v.at(part)
		if part.Kind() == ast.CallKind {
			at = v.function(part)
		}
		if _, known := v.info.GetOffsetRange(part.ID()); known {
			first = min(first, at)
		}
	}))
	return first
}

// function is the character at which the name of the called function starts;
// of an operator, its sign.
func (v *survey) function(call ast.Expr) int {
	fn := call.AsCall().FunctionName()
	if fn == hasCall {
		fn = "has"
	}
	return v.named(call, fn)
}

// named is the character at which a name starts that stands before the
// parenthesis of a call.
func (v *survey) named(call ast.Expr, fn string) int {
	paren := v.at(call)
	if paren >= len(v.source.offsets) {
		return paren
	}
	before := strings.TrimRightFunc(v.source.text[:v.source.offsets[paren]], unicode.IsSpace)
	if _, isHistory := historyFunction(fn); !isHistory && !isIdentifier(fn) || !strings.HasSuffix(before, fn) {
		return paren
	}
	start, _ := slices.BinarySearch(v.source.offsets, len(before)-len(fn))
	return start
}

func (v *survey) walk(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral().Type() {
		case types.NullType:
			v.later(e, v.at(e), "null", "whether an attribute has a value asks has(), as in has(target.NAME)")
		case types.BytesType:
			v.later(e, v.at(e), "a bytes literal", "write a text, without the b in front")
		}
	case ast.IdentKind:
		if !v.isVariable(e.AsIdent()) {
			v.name(e, []string{e.AsIdent()}, v.at(e))
		}
	case ast.SelectKind:
		if path, root := pathOf(e); path != nil && !v.isVariable(path[0]) {
			v.name(e, path, v.at(root))
			return
		}
		v.later(e, v.at(e), "a field of a computed value", `names of groups have fields, as in target.NAME; a map's entry is read by ["NAME"]`)
	case ast.CallKind:
		v.call(e)
	case ast.ListKind:
		v.list(e)
	case ast.MapKind:
		v.mapping(e)
	case ast.ComprehensionKind:
		v.macro(e)
	case ast.StructKind:
		v.later(e, v.at(e), "a message literal", valueHint)
	default:
		v.later(e, v.at(e), "this construct", valueHint)
	}
}

func (v *survey) list(e ast.Expr) {
	elements := e.AsList().Elements()
	if len(elements) > MaxList {
		v.tell(e, v.at(e), fmt.Sprintf("the list has %d elements, at most %d are allowed", len(elements), MaxList),
			"compare with an attribute instead")
		return
	}
	v.lists++
	defer func() { v.lists-- }()
	if v.lists > maxLists {
		if !v.opaque {
			v.tell(e, v.at(e), "the lists are nested too deep", "")
		}
		v.opaque = true
		return
	}
	for _, element := range elements {
		switch element.Kind() {
		case ast.ListKind, ast.MapKind, ast.StructKind:
			v.opaque = true
			v.later(element, v.at(element), "a list of lists or maps", listHint)
		default:
			v.walk(element)
		}
	}
}

// pathOf gives the parts of a dotted name, and the expression of the first;
// nil where a part is computed.
func pathOf(e ast.Expr) (path []string, root ast.Expr) {
	for e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly() {
		path = append(path, e.AsSelect().FieldName())
		e = e.AsSelect().Operand()
	}
	if e.Kind() != ast.IdentKind {
		return nil, nil
	}
	path = append(path, e.AsIdent())
	slices.Reverse(path)
	return path, e
}

// name looks a dotted name up.
func (v *survey) name(e ast.Expr, path []string, at int) {
	root := strings.TrimPrefix(path[0], ".")
	full := strings.Join(append([]string{root}, path[1:]...), ".")
	switch {
	case slices.Contains(groups[:], root) && len(path) == 1:
		v.tell(e, at, root+" is a group of names and no value", "write "+root+".NAME")
	case slices.Contains(groups[:], root):
		v.member(e, root+"."+path[1], at)
		v.inTable(e, root+"."+path[1], path[2:], at)
	case v.env.filters[full] != nil:
		v.filter(e, full, at)
	default:
		v.tell(e, at, "unknown name "+full, nearest(full, v.known()))
	}
}

// member looks a name of a group up.
func (v *survey) member(e ast.Expr, full string, at int) {
	n, known := v.env.names[full]
	group := groupOf(full)
	switch {
	case slices.Contains(snapshot.PropositionNames[:], full):
		v.tell(e, at, full+" is known in renderings alone, and there it is the whole placeholder", "")
	case !v.role.has(group):
		v.tell(e, at, full+" is not available "+v.role.where(group), "")
	case !known:
		v.tell(e, at, "unknown name "+full, cmp.Or(nearest(full, v.known()), declare(full)))
	case n.stored && !v.env.stored:
		v.tell(e, at, full+` is known only where propositions are kept in the store: "history: store"`, "")
	}
	v.read(full)
}

// read notes a name that the expression reads, the first of its group.
func (v *survey) read(full string) {
	group := groupOf(full)
	if !slices.ContainsFunc(v.reads, func(r string) bool { return groupOf(r) == group }) {
		v.reads = append(v.reads, full)
	}
}

// known gives the names that an expression in this role can use.
func (v *survey) known() []string {
	var names []string
	for _, full := range v.env.order {
		if v.usable(full) {
			names = append(names, full)
		}
	}
	return names
}

func (v *survey) usable(full string) bool {
	if d := v.env.filters[full]; d != nil {
		return d.missing(v.role) == ""
	}
	n := v.env.names[full]
	return v.role.has(n.group()) && (!n.stored || v.env.stored)
}

// supported are the functions with a compiled form, by cel-go's names.
var supported = [...]string{
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
	operators.Equals, operators.NotEquals,
	operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
	operators.In, overloads.Size, overloads.StartsWith,
	operators.Index, overloads.TypeConvertTimestamp, overloads.TypeConvertDuration,
}

func isSupported(fn string) bool {
	_, converts := conversions[fn]
	return converts || slices.Contains(supported[:], fn) || partOf(fn) != nil || textFunctions[fn] != 0
}

func (v *survey) call(e ast.Expr) {
	call := e.AsCall()
	fn := call.FunctionName()
	if v.history(e) {
		return
	}
	switch {
	case fn == hasCall:
		v.hasName(e)
		return
	case fn == operators.Index && v.entry(e, call.Args()[0], call.Args()[1]), fn == operators.In && v.entry(e, call.Args()[1], call.Args()[0]):
		v.places[e.ID()] = v.function(e)
		return
	case !isSupported(fn):
		v.unsupported(e, fn)
		return
	}
	v.places[e.ID()] = v.function(e)
	operands := call.Args()
	if call.IsMemberFunction() {
		operands = append([]ast.Expr{call.Target()}, operands...)
	}
	v.operands(e, operands)
}

func (v *survey) operands(e ast.Expr, operands []ast.Expr) {
	for _, operand := range operands {
		v.walk(operand)
		v.shaky[e.ID()] = v.shaky[e.ID()] || v.told[operand.ID()]
	}
}

// unsupported tells about a call of a function without a compiled form.
func (v *survey) unsupported(e ast.Expr, fn string) {
	at, full := v.function(e), fn
	if e.AsCall().IsMemberFunction() {
		path, root := pathOf(e.AsCall().Target())
		switch {
		case path == nil:
		case !slices.Contains(groups[:], strings.TrimPrefix(path[0], ".")):
			at, full = v.at(root), strings.Join(append(path, fn), ".")
		}
	}
	macro := slices.ContainsFunc(cel.StandardMacros, func(m cel.Macro) bool { return m.Function() == fn })
	switch {
	case macro:
		v.tell(e, at, fn+"() does not take this", "write it as in target.NAME."+fn+"(x, x == 1)")
	case v.env.cel.HasFunction(fn):
		v.later(e, at, fn+"()", cmp.Or(instead[fn], valueHint))
	default:
		known := append(slices.Sorted(maps.Keys(textFunctions)), overloads.Size, overloads.StartsWith)
		v.tell(e, at, "unknown function "+full, cmp.Or(nearest(full, known), instead[full]))
	}
}

// types adds the type checker's errors, but for those about expressions that
// an issue was already told about, and about types of operands of which one was.
func (v *survey) types(found []*cel.Error) {
	for _, err := range found {
		if v.told[err.ExprID] || v.shaky[err.ExprID] {
			continue
		}
		at, isCall := v.places[err.ExprID]
		if !isCall {
			at = v.source.locate(err.Location)
		}
		message, hint := explain(err.Message)
		v.report(at, message, hint)
	}
}

package rule

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Facts is what a filter demands, taken apart at its &&: each part must hold
// for the filter to be true. It serves remarks about a filter, and knows less
// than the program: what a part demands may be unknown, but what is known is
// so.
type Facts struct {
	Parts     int        // how many there are, those of every "when" included
	Constants []Constant // parts that are the same for everybody
	tests     []test
}

// Place is a piece of one of a filter's expressions.
type Place struct {
	Condition   int  // index of the condition
	When        bool // whether it is in When, else in Expr
	Offset, End int  // bytes of the expression
}

// Constant is a part that does not depend on anything.
type Constant struct {
	Place
	Value bool
}

// variable is what a test is about: a name, or whether the list of that name
// has an element.
type variable struct {
	ref     uint16
	has     bool
	element string
}

// test is a part that compares one variable with constants.
type test struct {
	variable
	Place
	typ    Type // of the variable
	rel    byte
	kind   kind     // kindCompare, kindIn, kindPrefix, or kindAny
	values []scalar // sorted
	any    []test   // of kindAny: one of them holds
}

// scalar is a constant that tests compare with.
type scalar struct {
	number float64
	text   string
}

// maxExact bounds the numbers that are reasoned about: up to here int, uint
// and double order alike.
const maxExact = 1 << 53

// scalarOf is false for a constant that is not reasoned about.
func scalarOf(v ref.Val) (s scalar, ok bool) {
	switch v := v.(type) {
	case types.Bool:
		if v {
			s.number = 1
		}
		return s, true
	case types.Int:
		s.number = float64(v)
	case types.Uint:
		s.number = float64(v)
	case types.Double:
		s.number = float64(v)
	case types.String:
		return scalar{text: string(v)}, true
	default:
		return s, false
	}
	return s, s.number > -maxExact && s.number < maxExact
}

// demands adds what one of a filter's expressions demands; when is the
// condition under which it counts, nil = always. A nil receiver is an
// expression with issues.
func (l *lowering) demands(f *Facts, when *node, at Place) {
	if l == nil {
		return
	}
	one := &Facts{}
	l.named = 0 // as for another program
	l.facts(one, l.checked.Expr(), false, at)
	f.Parts += one.Parts
	if when == nil || when.isBool(true) {
		f.Constants = append(f.Constants, one.Constants...)
		f.tests = append(f.tests, one.tests...)
	}
}

// facts adds the parts of an expression, or of its negation.
func (l *lowering) facts(f *Facts, e ast.Expr, not bool, at Place) {
	whole, inner := not, e
	for inner.Kind() == ast.CallKind && inner.AsCall().FunctionName() == operators.LogicalNot {
		inner, not = inner.AsCall().Args()[0], !not
	}
	if inner.Kind() == ast.CallKind {
		call := inner.AsCall()
		if fn := call.FunctionName(); fn == operators.LogicalAnd && !not || fn == operators.LogicalOr && not {
			l.facts(f, call.Args()[0], not, at)
			l.facts(f, call.Args()[1], not, at)
			return
		}
	}
	f.Parts++
	at.Offset = l.begin(e)
	at.End = at.Offset + extent(l.survey.source.text[at.Offset:], whole)
	l.part(f, l.truth(e, whole), at)
}

// start is the first character of an expression.
func (l *lowering) start(e ast.Expr) int {
	character, _ := slices.BinarySearch(l.survey.source.offsets, l.begin(e))
	return character
}

// begin is the byte at which a part starts, a negated one at its "!". The
// checker has put the last dot's place for that of a whole dotted name.
func (l *lowering) begin(e ast.Expr) int {
	s := l.survey.source
	first := s.offsets[l.survey.start(e)]
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		if part.Kind() != ast.IdentKind {
			return
		}
		full := part.AsIdent()
		root := full[:max(0, strings.LastIndexByte(full, '.'))]
		if dot := s.offsets[l.survey.at(part)]; strings.HasSuffix(s.text[:dot], root) {
			first = min(first, dot-len(root))
		}
	}))
	return first
}

// part notes what a part says.
func (l *lowering) part(f *Facts, n *node, at Place) {
	switch {
	case n == nil:
	case n.kind == kindConstant:
		f.Constants = append(f.Constants, Constant{at, n.isBool(true)})
	case n.kind == kindAll:
		for _, arg := range n.args {
			l.part(f, arg, at)
		}
	case !at.When:
		if t, ok := l.env.test(n); ok {
			t.Place = at
			f.tests = append(f.tests, t)
		}
	}
}

// test reads a part that compares one name with constants.
func (e *Env) test(n *node) (test, bool) {
	switch n.kind {
	case kindTruth:
		return e.compares(n.args[0], kindCompare, snapshot.RelEQ, n.val)
	case kindCompare:
		if n.args[0].kind == kindConstant {
			return e.compares(n.args[1], kindCompare, mirror(n.rel), n.args[0].val)
		}
		return e.compares(n.args[0], kindCompare, n.rel, n.args[1].val)
	case kindPrefix:
		return e.compares(n.args[0], kindPrefix, n.rel, n.args[1].val)
	case kindIn:
		return e.member(n)
	case kindAny:
		return e.oneOf(n)
	}
	return test{}, false
}

// compares is a test of a name against constants.
func (e *Env) compares(name *node, k kind, rel byte, values ...ref.Val) (test, bool) {
	if name.kind != kindRef {
		return test{}, false
	}
	t := test{variable: variable{ref: name.ref}, typ: e.known(name.ref).typ, rel: rel, kind: k}
	if !t.typ.fits(Scalar) {
		return test{}, false
	}
	for _, v := range values {
		s, ok := scalarOf(v)
		if !ok {
			return test{}, false
		}
		t.values = append(t.values, s)
	}
	slices.SortFunc(t.values, scalar.compare)
	return t, true
}

func (e *Env) member(n *node) (test, bool) {
	needle, list := n.args[0], n.args[1]
	switch {
	case list.kind == kindConstant:
		return e.compares(needle, kindIn, n.rel, elements(list.val)...)
	case list.kind == kindRef && needle.kind == kindConstant && e.known(list.ref).typ == StringList:
		element, ok := needle.val.(types.String)
		is := scalar{}
		if n.rel == snapshot.RelIs {
			is.number = 1
		}
		return test{
			variable: variable{list.ref, true, string(element)},
			typ:      Bool, rel: snapshot.RelEQ, kind: kindCompare, values: []scalar{is},
		}, ok
	}
	return test{}, false
}

// oneOf is a test with alternatives, if all of them are about one variable.
func (e *Env) oneOf(n *node) (test, bool) {
	out := test{kind: kindAny}
	for _, arg := range n.args {
		t, ok := e.test(arg)
		if !ok || len(out.any) > 0 && t.variable != out.variable {
			return test{}, false
		}
		out.variable, out.typ = t.variable, t.typ
		out.any = append(out.any, t)
	}
	return out, len(out.any) > 0
}

// extent is how many bytes of a text belong to the part that starts it: up to
// the next && that is not in parentheses, of a negated one the next ||.
func extent(text string, not bool) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return len(strings.TrimRight(text[:i], " \t\r\n"))
			}
		case '"', '\'':
			i += quoted(text[i:]) - 1
		case '&', '|':
			if depth == 0 && strings.HasPrefix(text[i:], "&&") || depth == 0 && not && c == '|' {
				return len(strings.TrimRight(text[:i], " \t\r\n"))
			}
		}
	}
	return len(strings.TrimRight(text, " \t\r\n"))
}

// quoted is the length of the string literal that starts a text.
func quoted(text string) int {
	mark := text[:1]
	if triple := strings.Repeat(mark, 3); strings.HasPrefix(text, triple) {
		mark = triple
	}
	for i := len(mark); i < len(text); i++ {
		if text[i] == '\\' {
			i++
		} else if strings.HasPrefix(text[i:], mark) {
			return i + len(mark)
		}
	}
	return len(text)
}

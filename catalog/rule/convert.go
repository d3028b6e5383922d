package rule

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// conversions are the types that functions convert to, with cel-go's.
var conversions = map[string]struct {
	typ Type
	cel ref.Type
}{
	overloads.TypeConvertBool:   {Bool, types.BoolType},
	overloads.TypeConvertInt:    {Int, types.IntType},
	overloads.TypeConvertUint:   {Uint, types.UintType},
	overloads.TypeConvertDouble: {Double, types.DoubleType},
	overloads.TypeConvertString: {String, types.StringType},
}

// codes are the numbers of types in programs.
var codes = map[Type]byte{
	Bool: snapshot.TypeBool, Int: snapshot.TypeInt, Uint: snapshot.TypeUint, Double: snapshot.TypeDouble,
	String: snapshot.TypeString, Instant: snapshot.TypeInstant, Span: snapshot.TypeSpan,
}

// convertible reports whether the machine converts a value of one type to
// another. What it does not is reading a number with a fraction, a yes or no
// and writing a time, for which the module would have to grow.
func convertible(from, to Type) bool {
	switch to {
	case String:
		return from.fits(Scalar)
	case Int:
		return from != Bool && (from.fits(Scalar) || from == Instant || from == Span)
	case Uint:
		return from.fits(Number) || from == String
	case Double:
		return from.fits(Number)
	}
	return from == to
}

// conversion lowers int(x) and the like.
func (l *lowering) conversion(e ast.Expr) *node {
	fn, arg := e.AsCall().FunctionName(), e.AsCall().Args()[0]
	from, to := l.typeOf(arg), conversions[fn]
	n := l.value(arg)
	if n == nil {
		return nil
	}
	if n.kind == kindConstant {
		if v := n.val.ConvertToType(to.cel); !types.IsUnknownOrError(v) {
			return &node{kind: kindConstant, val: v}
		}
	}
	if !convertible(from, to.typ) {
		hint := "declare the attribute as " + to.typ.String()
		if to.typ == String {
			hint = "write its parts, as in string(interaction.time.getFullYear())"
		}
		l.survey.tell(e, l.survey.function(e), fn+"() of "+from.String()+" is not supported", hint)
		return nil
	}
	return convert(from, to.typ, n)
}

// convert gives a value of one type as one of another. That of a text to itself
// is kept, for a value of another type fails in it.
func convert(from, to Type, a *node) *node {
	n := &node{kind: kindUnary, op: snapshot.OpConvert, tail: []byte{codes[from], codes[to]}, args: []*node{a}}
	if to == Instant && a.kind == kindConstant {
		return folded(n, a.val.ConvertToType(types.TimestampType))
	}
	return n
}

package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Type is the static type of an attribute or an expression.
type Type uint8

// The types. Attributes have one of the first seven, which are numbered like
// the types of package catalog.
const (
	Bool Type = iota + 1
	Int
	Double
	String
	StringList
	IntList
	DoubleList

	Uint      // of expressions only, as are the next three
	BoolList  // list(bool)
	UintList  // list(uint)
	MixedList // a list of several types, or the empty one

	Number // wanted of an expression: Int, Uint or Double
	Scalar // wanted of an expression: whatever has a text form, so no list

	Instant // of expressions only: a timestamp
	Span    // of expressions only: a duration
)

var typeNames = [...]string{
	"no type", "bool", "int", "double", "string", "list(string)", "list(int)", "list(double)",
	"uint", "list(bool)", "list(uint)", "list(dyn)", "a number", "text or a number", "timestamp", "duration",
}

// String gives the type as authors write it.
func (t Type) String() string {
	if int(t) >= len(typeNames) {
		t = 0
	}
	return typeNames[t]
}

// fits reports whether a value of type t can stand where want is wanted.
func (t Type) fits(want Type) bool {
	switch want {
	case Number:
		return t == Int || t == Uint || t == Double
	case Scalar:
		return t >= Bool && t <= String || t == Uint
	}
	return t == want
}

// ofCEL gives the type of what cel-go has checked; 0 for one that has no
// compiled form.
func ofCEL(t *cel.Type) Type {
	if t.Kind() == types.ListKind && len(t.Parameters()) == 1 {
		switch element := ofCEL(t.Parameters()[0]); {
		case element == String:
			return StringList
		case element == Int:
			return IntList
		case element == Double:
			return DoubleList
		case element == Bool:
			return BoolList
		case element == Uint:
			return UintList
		case t.Parameters()[0].Kind() == types.DynKind:
			return MixedList
		}
		return 0
	}
	switch t.Kind() {
	case types.BoolKind:
		return Bool
	case types.IntKind:
		return Int
	case types.UintKind:
		return Uint
	case types.DoubleKind:
		return Double
	case types.StringKind:
		return String
	case types.TimestampKind:
		return Instant
	case types.DurationKind:
		return Span
	}
	return 0
}

// cel gives the type that an attribute of type t is declared with; nil where t
// is not one for attributes.
func (t Type) cel() *cel.Type {
	switch t {
	case Bool:
		return cel.BoolType
	case Int:
		return cel.IntType
	case Double:
		return cel.DoubleType
	case String:
		return cel.StringType
	case StringList:
		return cel.ListType(cel.StringType)
	case IntList:
		return cel.ListType(cel.IntType)
	case DoubleList:
		return cel.ListType(cel.DoubleType)
	}
	return nil
}

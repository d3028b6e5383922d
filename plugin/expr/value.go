package expr

import "math"

// Kind is the type of a Value.
type Kind uint8

// The kinds of values. The zero Value is Missing.
const (
	Missing Kind = iota // an attribute without a value; reading it is an error
	Error               // the result of an expression that failed
	Bool
	Int
	Uint
	Double
	Instant
	Span
	String
	List
)

// Value is a value of the rule language.
type Value struct {
	Kind Kind
	// Bits holds a bool as 0 or 1, an int in two's complement, a uint, the IEEE
	// 754 bits of a double, an instant in microseconds since 1970, or a span in
	// nanoseconds.
	Bits uint64
	// Bytes holds a string's bytes, or a list as one MessagePack array of bools,
	// integers, floats and strings. A list with anything else in it is an error
	// where that element is read.
	Bytes []byte
}

// FromBool gives the value of a bool.
func FromBool(b bool) Value {
	if b {
		return Value{Kind: Bool, Bits: 1}
	}
	return Value{Kind: Bool}
}

// FromInt gives the value of an int.
func FromInt(i int64) Value { return Value{Kind: Int, Bits: uint64(i)} }

// FromDouble gives the value of a double.
func FromDouble(f float64) Value { return Value{Kind: Double, Bits: math.Float64bits(f)} }

// FromMillis gives the instant of a time in milliseconds since 1970: a Missing
// one outside of the years 1 to 9999, which are all that CEL has.
func FromMillis(ms int64) (v Value) {
	v.SetMillis(ms)
	return v
}

// SetMillis makes v what FromMillis gives.
func (v *Value) SetMillis(ms int64) {
	v.Kind, v.Bits = Missing, 0
	if ms >= minSecond*1000 && ms < (maxSecond+1)*1000 {
		v.Kind, v.Bits = Instant, uint64(ms*1000)
	}
}

// FromAge gives the span of that many milliseconds, which are not below zero: a
// Missing one beyond the 292 years that a span can have.
func FromAge(ms int64) Value {
	const milli = 1_000_000
	if ms > math.MaxInt64/milli {
		return Value{}
	}
	return Value{Kind: Span, Bits: uint64(ms * milli)}
}

// FromString gives the value of a string, which aliases b.
func FromString(b []byte) Value { return Value{Kind: String, Bytes: b} }

// FromList gives the value of a list, which aliases the MessagePack array b.
func FromList(b []byte) Value { return Value{Kind: List, Bytes: b} }

// True reports that v is the bool true. An error is not true: a filter that
// fails does not hold.
func True(v Value) bool { return v.Kind == Bool && v.Bits != 0 }

// Number gives a number as a float64, rounded to nearest if it is an integer
// of more than 53 bits, and whether v is a number at all. The number can be NaN
// or infinite.
func Number(v Value) (float64, bool) {
	switch v.Kind {
	case Int:
		return float64(int64(v.Bits)), true
	case Uint:
		return float64(v.Bits), true
	case Double:
		return math.Float64frombits(v.Bits), true
	}
	return 0, false
}

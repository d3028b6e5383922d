package expr

import (
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// kinds are those of the types that OpConvert names.
var kinds = [...]Kind{
	snapshot.TypeBool: Bool, snapshot.TypeInt: Int, snapshot.TypeUint: Uint, snapshot.TypeDouble: Double,
	snapshot.TypeString: String, snapshot.TypeInstant: Instant, snapshot.TypeSpan: Span,
}

// number is the double in v.
func (v *Value) number() float64 { return math.Float64frombits(v.Bits) }

// convert makes v, which must be of one type, a value of another.
func (m *Machine) convert(v *Value, from, to byte) {
	ok := int(from) < len(kinds) && v.Kind == kinds[from]
	switch {
	case !ok || from == to:
	case to == snapshot.TypeString:
		ok = m.toText(v)
	case to == snapshot.TypeInt:
		ok = toInt(v)
	case to == snapshot.TypeUint:
		ok = toUint(v)
	case to == snapshot.TypeDouble && v.Kind >= Int && v.Kind <= Double:
		f, _ := Number(*v)
		v.Kind, v.Bits = Double, math.Float64bits(f)
	case to == snapshot.TypeInstant && v.Kind == Int:
		second := int64(v.Bits)
		ok = second >= minSecond && second <= maxSecond
		v.Kind, v.Bits = Instant, uint64(second*micros)
	default:
		ok = false
	}
	if !ok {
		v.fail()
	}
}

// toText makes v its text, which lies in the scratch.
func (m *Machine) toText(v *Value) bool {
	const longest = 32 // of a number
	if v.Kind > Double || MaxText-m.used < longest {
		return false
	}
	b, ok := AppendText(m.scratch[m.used:m.used:MaxText], *v)
	m.tail = m.used
	m.used += len(b)
	v.Kind, v.Bits, v.Bytes = String, 0, b[:len(b):len(b)]
	return ok
}

// toInt rounds towards 0; a text is a number in decimal.
func toInt(v *Value) bool {
	ok := true
	switch v.Kind {
	case Uint:
		ok = v.Bits <= math.MaxInt64
	case Double:
		f := v.number()
		ok = f > math.MinInt64 && f < math.MaxInt64
		if ok {
			v.Bits = uint64(int64(f))
		}
	case Instant:
		v.Bits = uint64(floor(int64(v.Bits), micros))
	case Span:
	case String:
		v.Bits, ok = parseInt(v.Bytes)
	default:
		return false
	}
	v.Kind = Int
	return ok
}

func toUint(v *Value) bool {
	var ok bool
	switch v.Kind {
	case Int:
		ok = int64(v.Bits) >= 0
	case Double:
		f := v.number()
		ok = f >= 0 && f < 1<<64
		if ok {
			v.Bits = uint64(f)
		}
	case String:
		v.Bits, ok = parseUint(v.Bytes)
	default:
		return false
	}
	v.Kind = Uint
	return ok
}

// parseInt reads an int in decimal, with a sign or not.
func parseInt(s []byte) (uint64, bool) {
	negative := len(s) > 0 && s[0] == '-'
	if negative || len(s) > 0 && s[0] == '+' {
		s = s[1:]
	}
	n, ok := parseUint(s)
	if negative {
		return -n, ok && n <= 1<<63
	}
	return n, ok && n <= math.MaxInt64
}

// parseUint reads digits.
func parseUint(s []byte) (n uint64, ok bool) {
	for _, c := range s {
		digit := uint64(c - '0')
		if digit > 9 || n > math.MaxUint64/10 || n*10 > math.MaxUint64-digit {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, len(s) > 0
}

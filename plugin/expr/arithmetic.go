package expr

import (
	"math"
	"math/bits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// calculate makes a the value of a op b. Both must be numbers of one type,
// strings for +, or times.
func (m *Machine) calculate(op byte, a, b *Value) {
	if a.Kind != b.Kind {
		a.shift(op, b)
		return
	}
	switch a.Kind {
	case Instant, Span:
		a.shift(op, b)
		return
	case Int:
		i, ok := intArithmetic(op, int64(a.Bits), int64(b.Bits))
		if a.Bits = uint64(i); ok {
			return
		}
	case Uint:
		u, ok := uintArithmetic(op, a.Bits, b.Bits)
		if a.Bits = u; ok {
			return
		}
	case Double:
		if op != snapshot.OpModulo {
			a.Bits = doubleArithmetic(op, math.Float64frombits(a.Bits), math.Float64frombits(b.Bits))
			return
		}
	case String:
		if op == snapshot.OpAdd {
			m.concat(a, b)
			return
		}
	}
	a.fail()
}

// intArithmetic gives a op b, and false for an overflow or a division by zero.
// The remainder of the lowest int by -1 counts as an overflow, as in cel-go.
func intArithmetic(op byte, a, b int64) (int64, bool) {
	switch op {
	case snapshot.OpAdd:
		c := a + b
		return c, (c > a) == (b > 0)
	case snapshot.OpSubtract:
		c := a - b
		return c, (c < a) == (b > 0)
	case snapshot.OpMultiply:
		if a == 0 || b == 0 {
			return 0, true
		}
		c := a * b
		return c, c/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	}
	if b == 0 || a == math.MinInt64 && b == -1 {
		return 0, false
	}
	if op == snapshot.OpDivide {
		return a / b, true
	}
	return a % b, true
}

// uintArithmetic is intArithmetic for integers that are not negative.
func uintArithmetic(op byte, a, b uint64) (uint64, bool) {
	switch op {
	case snapshot.OpAdd:
		c, carry := bits.Add64(a, b, 0)
		return c, carry == 0
	case snapshot.OpSubtract:
		return a - b, a >= b
	case snapshot.OpMultiply:
		high, low := bits.Mul64(a, b)
		return low, high == 0
	}
	if b == 0 {
		return 0, false
	}
	if op == snapshot.OpDivide {
		return a / b, true
	}
	return a % b, true
}

// doubleArithmetic gives the bits of a op b by IEEE 754; there is no remainder
// of doubles. Every NaN becomes the same one: which bits an operation gives it
// depends on the processor, and in WebAssembly on chance.
func doubleArithmetic(op byte, a, b float64) uint64 {
	var c float64
	switch op {
	case snapshot.OpAdd:
		c = a + b
	case snapshot.OpSubtract:
		c = a - b
	case snapshot.OpMultiply:
		c = float64(a * b)
	default:
		c = a / b
	}
	if math.IsNaN(c) {
		c = math.NaN()
	}
	return math.Float64bits(c)
}

// negate makes v the value of -v.
func negate(v *Value) {
	switch {
	case v.Kind == Int && int64(v.Bits) != math.MinInt64:
		v.Bits = -v.Bits
	case v.Kind == Double:
		v.Bits ^= 1 << 63
	default:
		v.fail()
	}
}

package number

import (
	"math"
	"math/bits"
)

// natural is an integer from 0 to 2^4096 - 1, the least significant word first;
// words from n on are zero.
type natural struct {
	words [128]uint32
	n     int
}

// mulAdd makes x = x*m + a.
//
//go:noinline
func (x *natural) mulAdd(m, a uint32) {
	carry := uint64(a)
	for i := range x.words[:x.n] {
		carry += uint64(x.words[i]) * uint64(m)
		x.words[i] = uint32(carry)
		carry >>= 32
	}
	if carry > 0 {
		x.words[x.n] = uint32(carry)
		x.n++
	}
}

// double makes x = 2*x.
func (x *natural) double() { x.mulAdd(2, 0) }

// shift makes x = x * 2^n.
func (x *natural) shift(n int) {
	words := n / 32
	copy(x.words[words:], x.words[:x.n])
	clear(x.words[:words])
	x.n += words
	x.mulAdd(1<<(n%32), 0)
}

func (x *natural) bits() int {
	if x.n == 0 {
		return 0
	}
	return 32*x.n - bits.LeadingZeros32(x.words[x.n-1])
}

// subtract makes x = x - y, unless y is greater, and reports whether it did.
func (x *natural) subtract(y *natural) bool {
	for i := max(x.n, y.n) - 1; i >= 0; i-- {
		if x.words[i] != y.words[i] {
			if x.words[i] < y.words[i] {
				return false
			}
			break
		}
	}
	borrow := uint32(0)
	for i := range x.words[:x.n] {
		x.words[i], borrow = bits.Sub32(x.words[i], y.words[i], borrow)
	}
	for x.n > 0 && x.words[x.n-1] == 0 {
		x.n--
	}
	return true
}

// maxDigits is how many digits decide how a number is rounded: what lies half
// way between two float64 has fewer than 768, so of those behind only matters
// whether one is not zero.
const maxDigits = 800

// round gives the nearest float64 by a division of integers, bit by bit.
func (d *decimal) round() (f float64, ok bool) {
	const least, most = -330, 310 // 5e-324 and 1.8e308, with room
	switch magnitude := d.digits + d.exponent; {
	case magnitude > most:
		return 0, false
	case magnitude < least:
		return 0, true
	}
	var x, y natural
	exponent := d.exponent + d.natural(&x)
	y.mulAdd(0, 1)
	for range max(exponent, -exponent) {
		if exponent > 0 {
			x.mulAdd(10, 0)
		} else {
			y.mulAdd(10, 0)
		}
	}
	// x / y times 2^scale has 55 or 56 bits before the point.
	const quotient = 55
	scale := quotient - x.bits() + y.bits()
	if scale > 0 {
		x.shift(scale)
	} else {
		y.shift(-scale)
	}
	y.shift(quotient)
	var q uint64
	for range quotient + 1 {
		q <<= 1
		if x.subtract(&y) {
			q |= 1
		}
		x.double()
	}
	return assemble(q, scale, x.n > 0)
}

// natural puts the digits into x, and says how many at the end it left out.
func (d *decimal) natural(x *natural) (left int) {
	taken, more := 0, false
	for _, c := range d.text {
		switch {
		case c == '.' || c == '0' && taken == 0:
		case taken == maxDigits:
			left++
			more = more || c != '0'
		default:
			x.mulAdd(10, uint32(c-'0'))
			taken++
		}
	}
	if more { // one digit more, so that it lies above what was taken
		x.mulAdd(10, 1)
		left--
	}
	return left
}

// assemble rounds q * 2^-scale, and a little above it if there is more, to 53
// bits, or to as many as a subnormal number has.
func assemble(q uint64, scale int, more bool) (f float64, ok bool) {
	const mantissa, minExponent, bias = 53, -1074, 1075
	drop := max(bits.Len64(q)-mantissa, minExponent+scale)
	if drop > 63 {
		return 0, true
	}
	m, rest, half := q>>drop, q&(1<<drop-1), uint64(1)<<drop>>1
	if rest > half || rest == half && (more || m&1 == 1) {
		m++
	}
	if m == 1<<mantissa {
		m >>= 1
		drop++
	}
	if m < 1<<(mantissa-1) {
		return math.Float64frombits(m), true
	}
	exponent := uint64(drop - scale + bias)
	if exponent >= 2047 {
		return 0, false
	}
	return math.Float64frombits(exponent<<(mantissa-1) | m&^(1<<(mantissa-1))), true
}

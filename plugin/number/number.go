package number

import "math"

// ParseInt reads a decimal integer of 64 bits with an optional sign.
func ParseInt(s []byte) (n int64, ok bool) {
	digits, negative := cutSign(s)
	if len(digits) == 0 {
		return 0, false
	}
	for _, c := range digits {
		d := int64(c - '0')
		if d < 0 || d > 9 || n < (math.MinInt64+d)/10 {
			return 0, false
		}
		n = 10*n - d // below zero, where there is one number more
	}
	if negative {
		return n, true
	}
	return -n, n != math.MinInt64
}

func cutSign(s []byte) (rest []byte, negative bool) {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		return s[1:], s[0] == '-'
	}
	return s, false
}

// ParseFloat reads a decimal number (digits with an optional sign, point and
// exponent) and rounds it to the nearest float64, ties to even, as
// strconv.ParseFloat does. One that is too large is not ok; hexadecimal forms,
// infinities and NaN are none. It stands in place of strconv, whose errors
// bring 55 KB of tables for quoting along.
func ParseFloat(s []byte) (f float64, ok bool) {
	digits, negative := cutSign(s)
	d, ok := scanDecimal(digits)
	if !ok {
		return 0, false
	}
	if f, ok = d.exact(); !ok {
		f, ok = d.round()
	}
	if negative {
		f = -f
	}
	return f, ok
}

// decimal is a number above or equal to zero: its digits as an integer, times
// ten to an exponent.
type decimal struct {
	text     []byte // digits and at most one point; what follows is ignored
	digits   int    // from the first that is not zero on
	exponent int
	head     uint64 // the integer, if it has at most maxHead digits
}

const (
	maxHead = 19 // digits that fit into 64 bits
	// maxExponent stops the count of an exponent long after it has decided
	// that the number is zero or too large.
	maxExponent = 100_000
)

func scanDecimal(s []byte) (d decimal, ok bool) {
	i, seen, point := 0, false, -1
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if d.digits == 0 && c == '0' {
			continue
		}
		d.digits++
		if d.digits <= maxHead {
			d.head = d.head*10 + uint64(c-'0')
		}
	}
	if !seen {
		return d, false
	}
	d.text = s[:i]
	if point >= 0 {
		d.exponent = point + 1 - i
	}
	if i == len(s) {
		return d, true
	}
	e, ok := scanExponent(s[i:])
	d.exponent += e
	return d, ok
}

// scanExponent reads "e-5".
func scanExponent(s []byte) (e int, ok bool) {
	if s[0]|0x20 != 'e' {
		return 0, false
	}
	digits, negative := cutSign(s[1:])
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = min(e*10+int(c-'0'), maxExponent)
	}
	if negative {
		e = -e
	}
	return e, len(digits) > 0
}

// exact gives the number where one operation on exact values does: an integer
// below 2^53 times or by a power of ten up to 10^22 (William D. Clinger, "How to
// Read Floating Point Numbers Accurately", 1990).
func (d *decimal) exact() (f float64, ok bool) {
	if d.digits == 0 {
		return 0, true
	}
	if d.digits > maxHead || d.head >= 1<<53 || d.exponent > 22 || d.exponent < -22 {
		return 0, false
	}
	power := 1.0
	for range max(d.exponent, -d.exponent) {
		power *= 10
	}
	if d.exponent < 0 {
		return float64(d.head) / power, true
	}
	return float64(d.head) * power, true
}

package snapshot

import (
	"bytes"
	"math"
)

// either are the outcomes of a search of which nothing is known.
const either = RelLess | RelEqual

// outcomes are what a test of a column's attribute can come to for the values of
// a class, which is not that of absent ones: as bits of rel, 0 if that is not
// known.
func (c *Column) outcomes(class int, in []byte) byte {
	switch c.Kind {
	case ColumnBool:
		if in[0] == OpTestBool {
			return order(int64(class), int64(in[4]))
		}
	case ColumnInt, ColumnDouble:
		if in[0] == OpTestInts {
			return c.amongInts(class, in[6:])
		}
		return c.comparison(class, in)
	case ColumnString:
		return c.search(class, in)
	case ColumnHas:
		return found(class == 1) // Judge looked at the key
	}
	return 0
}

func order[T int64 | float64](a, b T) byte {
	switch {
	case a < b:
		return RelLess
	case a > b:
		return RelGreater
	case a == b:
		return RelEqual
	}
	return RelUnordered
}

func found(yes bool) byte {
	if yes {
		return RelEqual
	}
	return RelLess
}

// between are the outcomes from that of an interval's lower end to that of its
// upper end, for comparing with a constant is monotonic.
func between(lower, upper byte) byte {
	if lower == RelUnordered || upper == RelUnordered {
		return RelUnordered
	}
	return upper<<1 - lower
}

// ints are the least and the greatest integer of a class.
func (c *Column) ints(class int) (lo, hi int64) {
	lo, hi = math.MinInt64, math.MaxInt64
	if class > 0 {
		lo = c.int(class - 1)
	}
	if class < int(c.n) {
		hi = c.int(class) - 1
	}
	return lo, hi
}

// doubles are the least and the greatest double of a class. Integers are rounded
// to doubles, as they are where one is compared with a double.
func (c *Column) doubles(class int) (lo, hi float64) {
	if c.Kind == ColumnInt {
		from, to := c.ints(class)
		return float64(from), float64(to)
	}
	if class > int(c.n) {
		return math.NaN(), math.NaN()
	}
	lo, hi = math.Inf(-1), math.Inf(1)
	if class > 0 {
		lo = c.double(class - 1)
	}
	if class < int(c.n) {
		hi = math.Nextafter(c.double(class), math.Inf(-1))
	}
	return lo, hi
}

// comparison is that of numbers with a constant.
func (c *Column) comparison(class int, in []byte) byte {
	var f float64
	switch {
	case in[0] == OpTestInt && c.Kind == ColumnInt:
		lo, hi := c.ints(class)
		n := i64(in[4:])
		return between(order(lo, n), order(hi, n))
	case in[0] == OpTestInt:
		f = float64(i64(in[4:]))
	case in[0] == OpTestDouble:
		f = f64(in[4:])
	default:
		return 0
	}
	lo, hi := c.doubles(class)
	return between(order(lo, f), order(hi, f))
}

// amongInts looks the numbers of a class up among constants.
func (c *Column) amongInts(class int, items []byte) byte {
	for ; len(items) >= 8; items = items[8:] {
		n := i64(items)
		var above, below byte // how n stands to the ends of the class
		if c.Kind == ColumnInt {
			lo, hi := c.ints(class)
			above, below = order(n, lo), order(n, hi)
		} else {
			lo, hi := c.doubles(class)
			above, below = order(float64(n), lo), order(float64(n), hi)
		}
		switch {
		case above == RelEqual && below == RelEqual:
			return RelEqual
		case above&(RelEqual|RelGreater) != 0 && below&either != 0:
			return either
		}
	}
	return RelLess
}

// search compares the string of a class, or all that are no key, with constants.
func (c *Column) search(class int, in []byte) byte {
	rest := class == int(c.n)
	switch in[0] {
	case OpTestString:
		if in[3]&RelStrict == 0 {
			return c.isOne(class, in[6:])
		}
		if !rest {
			return order(int64(bytes.Compare(c.string(class), in[6:])), 0)
		}
	case OpTestPrefix:
		if !rest {
			return found(bytes.HasPrefix(c.string(class), in[6:]))
		}
	case OpTestStrings:
		for items := in[6:]; len(items) > 0; items = items[1+int(items[0]):] {
			if out := c.isOne(class, items[1:1+int(items[0])]); out != RelLess {
				return out
			}
		}
		return RelLess
	}
	return 0
}

// isOne compares with one constant. A string that is no key can be it only if
// it is no key either.
func (c *Column) isOne(class int, constant []byte) byte {
	key := c.ClassOfString(constant)
	if key == int(c.n) && class == key {
		return either
	}
	return found(key == class)
}

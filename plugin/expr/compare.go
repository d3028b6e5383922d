package expr

import (
	"bytes"
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// found is the outcome of a membership or prefix test.
func found(yes bool) byte {
	if yes {
		return snapshot.RelEqual
	}
	return snapshot.RelLess
}

// mismatch is the outcome of comparing values whose types do not compare. As in
// cel-go a NaN is unordered with everything, but RelIs, which is no comparison
// but a bool taken as it is, takes nothing but a bool.
func mismatch(a, b *Value, rel byte) byte {
	switch {
	case a.Kind <= Error || b.Kind <= Error:
		return 0
	case a.Kind == b.Kind && (a.Kind == Instant || a.Kind == Span):
		return order(int64(a.Bits), int64(b.Bits))
	case rel != snapshot.RelIs && (a.isNaN() || b.isNaN()):
		return snapshot.RelUnordered
	}
	return snapshot.RelOther
}

func (v *Value) isNaN() bool {
	return v.Kind == Double && math.IsNaN(math.Float64frombits(v.Bits))
}

// order compares two values of one ordered type.
func order[T int | int64 | uint64 | float64](a, b T) byte {
	switch {
	case a < b:
		return snapshot.RelLess
	case a > b:
		return snapshot.RelGreater
	case a == b:
		return snapshot.RelEqual
	}
	return snapshot.RelUnordered
}

// mirror gives the outcome of comparing b with a from that of a with b.
func mirror(class byte) byte {
	switch class {
	case snapshot.RelLess:
		return snapshot.RelGreater
	case snapshot.RelGreater:
		return snapshot.RelLess
	}
	return class
}

// compareStrings compares by bytes, which orders by code points too. A relation
// without RelStrict asks for equality alone, and gets RelLess for unequal.
func compareStrings(a, b []byte, rel byte) byte {
	if rel&snapshot.RelStrict == 0 {
		return found(equal(a, b))
	}
	return order(bytes.Compare(a, b), 0)
}

// equal is bytes.Equal with a look at the first byte before the call, which
// settles most searches.
func equal(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || a[0] == b[0] && bytes.Equal(a, b))
}

// compare gives the outcome of comparing any two values: 0 if one of them is an
// error, RelOther if their types do not compare under rel.
func (m *Machine) compare(a, b *Value, rel byte) byte {
	switch {
	case a.Kind == String && b.Kind == String:
		if !m.spend(min(len(a.Bytes), len(b.Bytes))) {
			return 0
		}
		return compareStrings(a.Bytes, b.Bytes, rel)
	case a.Kind == Bool && b.Kind == Bool:
		return order(a.Bits, b.Bits)
	case a.Kind == List && b.Kind == List && rel&snapshot.RelStrict == 0:
		return m.compareLists(a.Bytes, b.Bytes)
	}
	return compareNumbers(a, b, rel)
}

// compareNumbers compares numbers across their types as cel-go does: by value,
// but an integer is rounded to a double to be compared with one. Other values
// are a mismatch.
func compareNumbers(a, b *Value, rel byte) byte {
	switch {
	case !a.isNumber() || !b.isNumber():
		return mismatch(a, b, rel)
	case a.Kind == Int && b.Kind == Int:
		return order(int64(a.Bits), int64(b.Bits))
	case a.Kind == Uint && b.Kind == Uint:
		return order(a.Bits, b.Bits)
	case a.Kind == Double:
		return doubleWith(math.Float64frombits(a.Bits), b)
	case b.Kind == Double:
		return mirror(doubleWith(math.Float64frombits(b.Bits), a))
	case a.Kind == Int:
		return intWithUint(int64(a.Bits), b.Bits)
	}
	return mirror(intWithUint(int64(b.Bits), a.Bits))
}

func (v *Value) isNumber() bool { return v.Kind >= Int && v.Kind <= Double }

// doubleWith compares a double with a number of any type.
func doubleWith(d float64, n *Value) byte {
	f, _ := Number(*n)
	return order(d, f)
}

func intWithUint(i int64, u uint64) byte {
	if i < 0 || u > math.MaxInt64 {
		return snapshot.RelLess
	}
	return order(i, int64(u))
}

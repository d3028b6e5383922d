package compile

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// cuts are places that divide numbers into those below and the others, by the
// bits of an int64 or a float64, with the number of offers that ask for each.
type cuts map[uint64]int

func (c cuts) at(bits uint64, offers int) { c[bits] += offers }

// test notes where the outcome of a test changes.
func (c cuts) test(kind uint8, in []byte, offers int) {
	switch in[0] {
	case snapshot.OpTestInt, snapshot.OpTestDouble:
		f := math.Float64frombits(binary.LittleEndian.Uint64(in[4:]))
		n := int64(binary.LittleEndian.Uint64(in[4:]))
		rel := in[3]
		// Below the constant, at it and above it the test has three outcomes. A cut
		// is where two of them differ.
		below := (rel&snapshot.RelLess != 0) != (rel&snapshot.RelEqual != 0)
		above := (rel&snapshot.RelEqual != 0) != (rel&snapshot.RelGreater != 0)
		switch {
		case in[0] == snapshot.OpTestInt && kind == snapshot.ColumnInt:
			c.around(below, above, n, offers)
		case kind == snapshot.ColumnDouble:
			if in[0] == snapshot.OpTestInt {
				f = float64(n)
			}
			c.aroundDouble(below, above, f, offers)
		default:
			c.aroundRounded(below, above, f, offers)
		}
	case snapshot.OpTestInts:
		for items := in[6:]; len(items) >= 8; items = items[8:] {
			n := int64(binary.LittleEndian.Uint64(items))
			if kind == snapshot.ColumnDouble {
				c.aroundDouble(true, true, float64(n), offers)
			} else {
				c.around(true, true, n, offers)
			}
		}
	}
}

func (c cuts) around(below, above bool, n int64, offers int) {
	if below && n > math.MinInt64 {
		c.at(uint64(n), offers)
	}
	if above && n < math.MaxInt64 {
		c.at(uint64(n+1), offers)
	}
}

func (c cuts) aroundDouble(below, above bool, f float64, offers int) {
	if math.IsNaN(f) {
		return
	}
	if f == 0 {
		f = 0 // one zero, not two
	}
	if below && f > math.Inf(-1) {
		c.at(math.Float64bits(f), offers)
	}
	if above && f < math.Inf(1) {
		c.at(math.Float64bits(math.Nextafter(f, math.Inf(1))), offers)
	}
}

// aroundRounded cuts integers that are compared with a double, for which they
// are rounded to one.
func (c cuts) aroundRounded(below, above bool, f float64, offers int) {
	if math.IsNaN(f) {
		return
	}
	if n, ok := least(func(n int64) bool { return float64(n) >= f }); below && ok {
		c.at(uint64(n), offers)
	}
	if n, ok := least(func(n int64) bool { return float64(n) > f }); above && ok {
		c.at(uint64(n), offers)
	}
}

// least is the least integer for which a condition holds that holds for all
// greater ones too; false if it holds for all of them or for none.
func least(holds func(int64) bool) (int64, bool) {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	if holds(lo) || !holds(hi) {
		return 0, false
	}
	for lo+1 < hi {
		mid := lo + int64((uint64(hi)-uint64(lo))/2)
		if holds(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, true
}

// best are at most n cuts in order: of more those that most offers ask for, if
// these are half of all that ask, for the index answers them whole; else those
// that divide the offers evenly. What the time cuts is looked at in any case, and
// divided.
func (c cuts) best(kind uint8, n int) []uint64 {
	list := make([]uint64, 0, len(c))
	total := 0
	for bits, offers := range c {
		list = append(list, bits)
		total += offers
	}
	slices.SortFunc(list, func(a, b uint64) int {
		if kind == snapshot.ColumnDouble {
			return cmp.Compare(math.Float64frombits(a), math.Float64frombits(b))
		}
		return cmp.Compare(int64(a), int64(b))
	})
	if len(list) <= n {
		return list
	}
	if most := c.most(list, n); kind != snapshot.ColumnTime && 2*c.offers(most) >= total {
		return most
	}
	out := make([]uint64, 0, n)
	passed := 0
	for i, bits := range list {
		if left := len(list) - i; left <= n-len(out) || len(out) < n && passed*n >= len(out)*total {
			out = append(out, bits)
		}
		passed += c[bits]
	}
	return out
}

// most are the n cuts of a list that most offers ask for, in its order.
func (c cuts) most(list []uint64, n int) []uint64 {
	counts := make([]int, 0, len(list))
	for _, bits := range list {
		counts = append(counts, c[bits])
	}
	slices.Sort(counts)
	least := counts[len(counts)-n] // of those that are taken
	spare := n                     // for those that ask for as many
	for _, k := range counts {
		if k > least {
			spare--
		}
	}
	out := make([]uint64, 0, n)
	for _, bits := range list {
		if c[bits] == least {
			spare--
		}
		if c[bits] > least || c[bits] == least && spare >= 0 {
			out = append(out, bits)
		}
	}
	return out
}

// offers is how many ask for the cuts of a list.
func (c cuts) offers(list []uint64) (total int) {
	for _, bits := range list {
		total += c[bits]
	}
	return total
}

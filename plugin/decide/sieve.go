package decide

import (
	"math"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// sieve is what the index says of an environment's offers in a call: a word for
// each 64 of them, worked out from the front as far as scans have come.
type sieve struct {
	index  snapshot.Index
	values [snapshot.MaxColumns]*expr.Value // what the columns are about
	chosen bool                             // the bitmaps of this call, and which they are
	picks  [snapshot.MaxColumns]uint16
	count  int
	known  []byte // bitmap of exact offers, nil where the index does not hold for all values of this call
	fits   []uint64
	ready  uint32 // words of fits
}

// stride is how many words are worked out at a time: scans that find what they
// look for in front leave the rest alone. A call for each of them costs what two
// or three words cost.
const stride = 32

// choose finds the bitmap of each attribute's value. A value of another type
// than its attribute's, which no caller passes, is in no class: then the call
// goes without the index.
func (e *Engine) choose(f *frame) {
	x := &f.sieve
	x.chosen, x.count, x.known, x.ready = true, 0, nil, 0
	n := x.index.Columns()
	for i := range n {
		c := x.index.Column(i)
		class, ok := e.class(x.values[i], c)
		if !ok {
			x.count = 0
			return
		}
		if b := c.Bitmap(class); b != snapshot.AllOffers {
			x.picks[x.count] = uint16(b)
			x.count++
		}
	}
	if n > 0 {
		x.known = x.index.Bitmap(snapshot.Exact)
	}
}

// class is the class of a column's value in this call.
func (e *Engine) class(v *expr.Value, c *snapshot.Column) (int, bool) {
	switch kind := c.Kind; {
	case kind == snapshot.ColumnTime:
		return c.ClassOfInt(e.call.Time), true
	case v.Kind == expr.Missing:
		return c.Absent(), true
	case kind == snapshot.ColumnBool && v.Kind == expr.Bool:
		return int(v.Bits & 1), true
	case kind == snapshot.ColumnInt && v.Kind == expr.Int:
		return c.ClassOfInt(int64(v.Bits)), true
	case kind == snapshot.ColumnDouble && v.Kind == expr.Double:
		return c.ClassOfDouble(math.Float64frombits(v.Bits)), true
	case kind == snapshot.ColumnString && v.Kind == expr.String:
		return c.ClassOfString(v.Bytes), true
	case kind == snapshot.ColumnHas && v.Kind == expr.List:
		return c.ClassOfList(v.Bytes)
	}
	return 0, false
}

// few words are worked out without a call for each bitmap.
const few = 4

// extend works another stride out.
func (x *sieve) extend() {
	from, end := x.ready, min(x.ready+stride, uint32(len(x.fits)))
	x.ready = end
	words, picks := x.fits[from:end], x.picks[:x.count]
	for i := range words {
		words[i] = ^uint64(0)
	}
	for _, pick := range picks {
		b := x.index.Bitmap(int(pick))[8*from : 8*end]
		if len(words) > few {
			and(words, b)
			continue
		}
		for i := range words {
			words[i] &= word(b[8*i : 8*i+8])
		}
	}
}

// covers reports whether the offer of a rank that is in fits passes its own
// filter.
func (x *sieve) covers(rank uint32) bool {
	return len(x.known) > 0 && x.known[rank/8]>>(rank%8)&1 != 0
}

// and takes from words what bitmap lacks. It calls nothing and does four words
// in a turn, because in WebAssembly a turn costs as much as a word.
func and(words []uint64, bitmap []byte) {
	for len(words) >= 4 && len(bitmap) >= 32 {
		w, b := words[:4:4], bitmap[:32:32]
		w[0] &= word(b[0:8])
		w[1] &= word(b[8:16])
		w[2] &= word(b[16:24])
		w[3] &= word(b[24:32])
		words, bitmap = words[4:], bitmap[32:]
	}
	for len(words) > 0 && len(bitmap) >= 8 {
		words[0] &= word(bitmap[:8])
		words, bitmap = words[1:], bitmap[8:]
	}
}

// word is written out so that it is inlined and one load.
func word(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

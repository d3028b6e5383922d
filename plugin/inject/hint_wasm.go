package inject

import "encoding/binary"

// span is how much of a body is searched at once: all of it.
const span = 1 << 40

// hintedBlock reports whether b may hold a slot whose telling bytes begin in
// b[from:to]. Without vectors one loop for all is faster than three searches.
func hintedBlock(b []byte, from, to int) bool {
	for i := pairs(b, from); i < to; i = pairs(b, i) {
		for end := min(i+stride, len(b)-1); i < end; i++ {
			c, d := b[i], b[i+1]
			if c|0x20 == 'f' && d|0x20 == 'f' && hintedPair(b, i) {
				return true
			}
			if c == 'i' && d == '_' && hintedUnder(b, i+1) {
				return true
			}
		}
		if i >= len(b)-1 {
			return false
		}
	}
	return false
}

// stride is how many pairs of bytes one turn of pairs looks at: four words, each
// of which shares a byte with the next.
const stride = 4 * 7

// pairs returns the offset of the first stride bytes, counted from i, that hold
// a pair of f, in any case, or "i_"; or an offset less than stride+1 before the
// end of b.
func pairs(b []byte, i int) int {
	for len(b)-i > stride {
		w := b[i : i+stride+1 : i+stride+1]
		if (told(binary.LittleEndian.Uint64(w))|
			told(binary.LittleEndian.Uint64(w[7:]))|
			told(binary.LittleEndian.Uint64(w[14:]))|
			told(binary.LittleEndian.Uint64(w[21:])))&(tops>>8) != 0 {
			return i
		}
		i += stride
	}
	return i
}

// told has a bit among the lower seven tops set if two neighbours in x are a
// pair of f or "i_".
func told(x uint64) uint64 {
	f := x | 0x20*ones ^ 'f'*ones
	f |= f >> 8
	u := x ^ 'i'*ones | (x^'_'*ones)>>8
	return (f-ones)&^f | (u-ones)&^u
}

package inject

import (
	"encoding/binary"
	"math/bits"
)

// findWords is find, word by word.
func findWords(b []byte, c byte) int {
	i, w := 0, uint64(c)*ones
	for len(b)-i >= 8 {
		x := word(b, i) ^ w
		if m := (x - ones) &^ x & tops; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(b) && b[i] != c {
		i++
	}
	return i
}

// hintedWords is hinted, word by word.
func hintedWords(b []byte) bool {
	for i := pairs(b, 0); i < len(b)-1; i = pairs(b, i) {
		for end := min(i+stride, len(b)-1); i < end; i++ {
			c, d := b[i], b[i+1]
			if c|0x20 == 'f' && d|0x20 == 'f' && hintedPair(b, i) {
				return true
			}
			if c == 'i' && d == '_' && hintedUnder(b, i+1) {
				return true
			}
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

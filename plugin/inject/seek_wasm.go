package inject

import "math/bits"

// find returns the offset of the first c in b, or len(b). The standard library's
// search compares byte by byte in Wasm.
func find(b []byte, c byte) int {
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

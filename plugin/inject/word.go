package inject

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at together as one word, little-endian so that the
// first byte is the lowest. To find a byte, it is made zero by exclusive or;
// then (x - ones) &^ x & tops has its lowest set bit in the first zero byte
// (Warren, Hacker's Delight, 6-1; bits above the lowest may be false).
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// word loads the eight bytes at b[p]. The third index spares the compiler the
// care for a slice of no capacity: three instructions on the path that counts.
func word(b []byte, p int) uint64 { return binary.LittleEndian.Uint64(b[p : p+8 : p+8]) }

// low returns the lowest n bytes of x, n at most 7.
func low(x uint64, n int) uint64 { return x & (1<<(8*n) - 1) }

// fold makes the letters A to Z in x lower case.
func fold(x uint64) uint64 {
	low := x &^ tops
	fromA, afterZ := low+(0x80-'A')*ones, low+(0x7f-'Z')*ones
	return x | (fromA&^afterZ&^x&tops)>>2
}

// seek returns the offset of the first c in b from i on, or len(b).
func seek(b []byte, i int, c byte) int { return i + find(b[i:], c) }

// nameLen returns how many bytes of x precede the first that may end an element
// name: white space, '/', '>' or another below '0'. It returns 8 for none.
func nameLen(x uint64) int {
	gt := x ^ '>'*ones
	return bits.TrailingZeros64(((x-'0'*ones)&^x|(gt-ones)&^gt)&tops) >> 3
}

// nameEnd returns the offset of the byte that ends the element name at p, or
// len(b).
func nameEnd(b []byte, p int) int {
	if len(b)-p >= 8 {
		p += nameLen(word(b, p))
	}
	for p < len(b) && b[p] != '>' && b[p] != '/' && !isSpace(b[p]) {
		p++
	}
	return p
}

// isSpace reports HTML's white space.
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

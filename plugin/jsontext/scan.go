package jsontext

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at together: a byte that is looked for is made zero, and the
// lowest set bit of (x - ones) &^ x & tops is in the first of them.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// String reads a string from behind its first quote to behind its last one; false:
// there is none. Whether it is UTF-8 is not looked at.
func String(b []byte, i int) (end int, ok bool) {
	for {
		for len(b)-i >= 8 {
			w := binary.LittleEndian.Uint64(b[i : i+8 : i+8])
			quote, slash := w^'"'*ones, w^'\\'*ones
			found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w) & tops
			if found != 0 {
				i += bits.TrailingZeros64(found) >> 3
				break
			}
			i += 8
		}
		if i == len(b) {
			return i, false
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, true
		case c == '\\':
			n := escapeLen(b[i:])
			if n == 0 {
				return i, false
			}
			i += n
		case c < ' ':
			return i, false
		default:
			i++
		}
	}
}

// escapeLen is the length of the escape at the start of s, 0 if it is none.
func escapeLen(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		return 0
	}
	if len(s) < 6 || hexDigit(s[2])|hexDigit(s[3])|hexDigit(s[4])|hexDigit(s[5]) > 15 {
		return 0
	}
	return 6
}

// Number reads a number from i on.
func Number(b []byte, i int) (end int, ok bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	start := i
	i = digits(b, i)
	if i == start || b[start] == '0' && i > start+1 {
		return i, false
	}
	if i < len(b) && b[i] == '.' {
		i++
		if start, i = i, digits(b, i); i == start {
			return i, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if start, i = i, digits(b, i); i == start {
			return i, false
		}
	}
	return i, true
}

// digits passes over digits.
func digits(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

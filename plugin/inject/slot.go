package inject

import "bytes"

const (
	// maxName bounds a slot's name in markup. The names of spaces that people
	// write are below 40 bytes; 128 leaves room for a dotted path and keeps the
	// copy of a name that crosses a cut small.
	maxName = 128
	// maxOrdinal is the largest n of "n-th best of a space" that a call accepts.
	maxOrdinal = 100
)

// Slot names one place for an offer: a space and the ordinal of the offer in
// that space's ranking, 1 being the best.
type Slot struct {
	Space []byte
	N     int // 1..100
}

// ParseSlot reads a slot's name as markup writes it: "hero" and "hero_1" are
// the best offer of the space hero, "hero_2" is the second. A name has 1 to 128
// bytes out of [A-Za-z0-9_.-]. What follows the last underscore is the ordinal
// if it consists of digits; then it is 1..100 without leading zeros and
// something stands before the underscore, else the name is refused. Space
// aliases name.
func ParseSlot(name []byte) (Slot, bool) {
	if len(name) == 0 || len(name) > maxName {
		return Slot{}, false
	}
	for _, c := range name {
		if !isNameByte(c) {
			return Slot{}, false
		}
	}
	cut := len(name)
	for cut > 0 && isDigit(name[cut-1]) {
		cut--
	}
	digits := name[cut:]
	if len(digits) == 0 || cut == 0 || name[cut-1] != '_' {
		return Slot{Space: name, N: 1}, true
	}
	n := ordinal(digits)
	if n == 0 || cut == 1 {
		return Slot{}, false
	}
	return Slot{Space: name[:cut-1], N: n}, true
}

// ordinal returns the value of digits, or 0 for what is no ordinal.
func ordinal(digits []byte) int {
	if len(digits) > 3 || digits[0] == '0' {
		return 0
	}
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	if n > maxOrdinal {
		return 0
	}
	return n
}

// Same reports whether both name the same place.
func (s Slot) Same(t Slot) bool { return s.N == t.N && bytes.Equal(s.Space, t.Space) }

func isDigit(c byte) bool { return c-'0' <= 9 }

func isLetter(c byte) bool { return c|0x20-'a' <= 'z'-'a' }

func isNameByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == '.'
}

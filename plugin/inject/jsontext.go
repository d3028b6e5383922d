package inject

import "math/bits"

// text reads a text from behind its first quote to behind its last one.
func text(b []byte, i int) (end int, ok bool) {
	for {
		for len(b)-i >= 8 {
			w := word(b, i)
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

// number reads a number from i on.
func number(b []byte, i int) (end int, ok bool) {
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

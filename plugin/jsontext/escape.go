package jsontext

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Unescape reads the escape at the start of s, which [String] has passed, and how many
// bytes it takes. A half of a surrogate pair alone is -1: no text in UTF-8 has it.
func Unescape(s []byte) (r rune, size int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return rune(s[1]), 2
	}
	r = hex4(s[2:])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(s[8:])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return -1, 6
}

// hex4 is the value of the four hexadecimal digits at the start of s.
func hex4(s []byte) (r rune) {
	for _, c := range s[:4] {
		r = r<<4 | rune(hexDigit(c))
	}
	return r
}

// hexDigit is the value of a hexadecimal digit, 255 for another byte.
func hexDigit(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case c|0x20-'a' <= 'f'-'a':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

func isDigit(c byte) bool { return c-'0' <= 9 }

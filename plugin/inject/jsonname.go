package inject

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// sameName reports whether the name of a member, as it is written between its
// quotes, reads as step does.
func sameName(name, step []byte) bool {
	for {
		n := bytes.IndexByte(name, '\\')
		if n < 0 {
			return bytes.Equal(name, step)
		}
		if len(step) < n || !bytes.Equal(name[:n], step[:n]) {
			return false
		}
		r, size := unescape(name[n:])
		got, width := utf8.DecodeRune(step[n:])
		if r != got || r == utf8.RuneError && width != 3 {
			return false
		}
		name, step = name[n+size:], step[n+width:]
	}
}

// unescape reads the escape at the start of s, which is one. A half of a
// surrogate pair alone is -1: no text in UTF-8 has it.
func unescape(s []byte) (r rune, size int) {
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

// appendName appends a member's name with its quotes.
func appendName(dst, name []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range name {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

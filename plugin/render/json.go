package render

import (
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
)

// EscapeJSON makes b[from:] a part of a JSON string: ", \, control characters and
// < > &, U+2028 and U+2029, which end something where JSON stands in a page's
// script, are escaped, and each byte that is not UTF-8 becomes an escaped U+FFFD. It grows b.
func EscapeJSON(b []byte, from int) []byte {
	for from < len(b) && isPlain(b[from]) {
		from++
	}
	end := len(b)
	for i := from; i < end; {
		r, n := utf8.DecodeRune(b[i:end])
		unit := [...]byte{'\\', 'u', digit(r >> 12), digit(r >> 8), digit(r >> 4), digit(r)}
		text := unit[:]
		switch {
		case r == '"', r == '\\':
			unit[1] = byte(r)
			text = unit[:2]
		case n > 1 && r|1 != '\u2029', n == 1 && isPlain(b[i]):
			text = b[i : i+n]
		}
		b = append(b, text...)
		i += n
	}
	return b[:from+copy(b[from:], b[end:])]
}

func digit(r rune) byte { return "0123456789abcdef"[r&15] }

// isPlain reports an ASCII character that JSON strings have as it is.
func isPlain(c byte) bool {
	switch c {
	case '"', '\\', '<', '>', '&':
		return false
	}
	return c >= ' ' && c < utf8.RuneSelf
}

// value makes b[from:], the text of something of a type, a whole JSON value: null
// if it is no number or bool where it has to be one.
func value(b []byte, from int, typ catalog.FieldType) []byte {
	text := b[from:]
	switch typ {
	case catalog.FieldNumber:
		if isNumber(text) {
			return b
		}
	case catalog.FieldBool:
		if s := string(text); s == "true" || s == "false" {
			return b
		}
	default:
		b = append(EscapeJSON(b, from), `""`...)
		copy(b[from+1:len(b)-1], b[from:])
		b[from] = '"'
		return b
	}
	return append(b[:from], "null"...)
}

// isNumber reports whether s is a number as RFC 8259, section 6, writes it.
func isNumber(s []byte) bool {
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	n := digits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	if s = s[n:]; len(s) > 0 && s[0] == '.' {
		if n = digits(s[1:]); n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if len(s) == 0 || s[0]|0x20 != 'e' {
		return len(s) == 0
	}
	if s = s[1:]; len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	n = digits(s)
	return n > 0 && n == len(s)
}

// digits counts the digits at the start of s.
func digits(s []byte) (n int) {
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	return n
}

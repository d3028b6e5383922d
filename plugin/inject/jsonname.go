package inject

import (
	"bytes"
	"unicode/utf8"

	"github.com/profferhq/proffer/plugin/jsontext"
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
		r, size := jsontext.Unescape(name[n:])
		got, width := utf8.DecodeRune(step[n:])
		if r != got || r == utf8.RuneError && width != 3 {
			return false
		}
		name, step = name[n+size:], step[n+width:]
	}
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

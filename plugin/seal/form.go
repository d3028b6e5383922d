package seal

import "unicode/utf8"

// unescape appends src with the escapes of application/x-www-form-urlencoded
// undone (URL Standard, 5.1): "+" is a space, "%" and two hexadecimal digits of
// either case a byte. It refuses a "%" without them, and a result that is not
// UTF-8.
func unescape(dst, src []byte) (out []byte, ok bool) {
	start := len(dst)
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if len(src)-i < 3 {
				return dst[:start], false
			}
			high, low := hexValue(src[i+1]), hexValue(src[i+2])
			if high|low > 0x0f {
				return dst[:start], false
			}
			c = high<<4 | low
			i += 2
		}
		dst = append(dst, c)
	}
	return dst, utf8.Valid(dst[start:])
}

func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// appendEscaped appends s in application/x-www-form-urlencoded: letters, digits
// and "*-._" as they are, a space as "+", all else as "%XX".
func appendEscaped(dst []byte, s string) []byte {
	const hexDigits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '*', c == '-', c == '.', c == '_':
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&0x0f])
		}
	}
	return dst
}

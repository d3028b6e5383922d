package wire

const hexDigits = "0123456789abcdef"

// AppendHex appends b as lower-case hexadecimal digits, two for each byte.
func AppendHex(dst, b []byte) []byte {
	for _, v := range b {
		dst = append(dst, hexDigits[v>>4], hexDigits[v&0x0f])
	}
	return dst
}

// DecodeHex writes the bytes that the hexadecimal digits s stand for into dst
// and gives their number. It refuses an odd number of digits, anything but
// 0-9 and a-f (so that a value has one text form), and a dst that is too short;
// what dst then holds is undefined.
func DecodeHex(dst, s []byte) (n int, ok bool) {
	n = len(s) / 2
	if len(s)%2 != 0 || n > len(dst) {
		return 0, false
	}
	bad := byte(0)
	for i := range dst[:n] {
		high, low := hexValue(s[2*i]), hexValue(s[2*i+1])
		bad |= high | low
		dst[i] = high<<4 | low&0x0f
	}
	if bad > 0x0f {
		return 0, false
	}
	return n, true
}

// hexValue gives 0 to 15, or 0xff for a byte that is no digit.
func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

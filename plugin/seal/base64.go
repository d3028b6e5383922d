package seal

// digits is the URL-safe alphabet of RFC 4648, section 5.
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// digitValues gives the value of a digit, 0 to 63, or 0xff for any other byte.
const digitValues = "" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x3e\xff\xff" +
	"\x34\x35\x36\x37\x38\x39\x3a\x3b\x3c\x3d\xff\xff\xff\xff\xff\xff" +
	"\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e" +
	"\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\xff\xff\xff\xff\x3f" +
	"\xff\x1a\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25\x26\x27\x28" +
	"\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31\x32\x33\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

// textLen gives the number of digits that n bytes take.
func textLen(n int) int { return n/3*4 + (n%3*8+5)/6 }

// AppendBase64 appends src in base64url without padding (RFC 4648, section 5).
func AppendBase64(dst, src []byte) []byte {
	start, n := len(dst), textLen(len(src))
	if cap(dst)-start < n {
		dst = append(dst, make([]byte, n)...)
	}
	dst = dst[:start+n]
	text := dst[start:]
	whole := len(src) / 6
	encodeSix(text, src, whole)
	encodeRest(text[8*whole:], src[6*whole:])
	return dst
}

// encodeSix writes n times 8 digits for 6 bytes. It is a leaf of its own for
// the sake of WebAssembly, where a loop in a function that calls costs 3 times
// as much.
func encodeSix(text, src []byte, n int) {
	for range n {
		t, s := (*[8]byte)(text), (*[6]byte)(src)
		v := uint64(s[0])<<40 | uint64(s[1])<<32 | uint64(s[2])<<24 | uint64(s[3])<<16 | uint64(s[4])<<8 | uint64(s[5])
		t[0], t[1], t[2], t[3] = digits[v>>42&63], digits[v>>36&63], digits[v>>30&63], digits[v>>24&63]
		t[4], t[5], t[6], t[7] = digits[v>>18&63], digits[v>>12&63], digits[v>>6&63], digits[v&63]
		text, src = text[8:], src[6:]
	}
}

// encodeRest writes what is left, at most 5 bytes, into text of their length.
func encodeRest(text, src []byte) {
	var bits, n uint
	for _, b := range src {
		bits = bits<<8 | uint(b)
		for n += 8; n >= 6; text = text[1:] {
			n -= 6
			text[0] = digits[bits>>n&63]
		}
	}
	if n > 0 {
		text[0] = digits[bits<<(6-n)&63]
	}
}

// DecodeBase64 writes the bytes that the base64url text src stands for into dst
// and gives their number. It refuses padding, white space, any other byte
// outside the alphabet, a length that no bytes have, set bits behind the last
// byte (so that bytes have one text form), and a dst that is too short; what
// dst then holds is undefined. dst and src may start at the same byte.
func DecodeBase64(dst, src []byte) (n int, ok bool) {
	n = len(src) * 3 / 4
	if len(src)%4 == 1 || n > len(dst) {
		return 0, false
	}
	whole := len(src) / 4
	good := decodeFour(dst[:3*whole], src[:4*whole])
	dst, src = dst[3*whole:n], src[4*whole:]
	var bits uint32
	for i, c := range src {
		v := digitValues[c]
		good = good && v <= 63
		bits |= uint32(v&63) << (18 - 6*i)
	}
	for i := range dst {
		dst[i] = byte(bits >> (16 - 8*i))
	}
	left := bits << (8 + 8*len(dst)) // what belongs to no byte
	if !good || left != 0 {
		return 0, false
	}
	return n, true
}

// decodeFour turns 4 digits into 3 bytes as often as it can, and reports whether
// all were digits. It is a leaf as encodeSix is.
func decodeFour(dst, src []byte) bool {
	bad := uint64(0)
	for len(src) >= 4 && len(dst) >= 3 {
		a, b := uint64(digitValues[src[0]]), uint64(digitValues[src[1]])
		c, d := uint64(digitValues[src[2]]), uint64(digitValues[src[3]])
		bad |= a | b | c | d
		v := a<<18 | b<<12 | c<<6 | d
		dst[0], dst[1], dst[2] = byte(v>>16), byte(v>>8), byte(v)
		dst, src = dst[3:], src[4:]
	}
	return bad <= 63
}

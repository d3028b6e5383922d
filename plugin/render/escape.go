package render

import "slices"

// htmlExtra is by how many bytes the HTML escape of a byte is longer.
var htmlExtra = [256]uint8{'&': 4, '<': 3, '>': 3, '"': 4, '\'': 4}

// unreserved has 1 for the bytes that a URL carries as they are: RFC 3986,
// section 2.3.
var unreserved = [256]uint8{
	'-': 1, '.': 1, '_': 1, '~': 1,
	'0': 1, '1': 1, '2': 1, '3': 1, '4': 1, '5': 1, '6': 1, '7': 1, '8': 1, '9': 1,
	'A': 1, 'B': 1, 'C': 1, 'D': 1, 'E': 1, 'F': 1, 'G': 1, 'H': 1, 'I': 1, 'J': 1, 'K': 1, 'L': 1, 'M': 1,
	'N': 1, 'O': 1, 'P': 1, 'Q': 1, 'R': 1, 'S': 1, 'T': 1, 'U': 1, 'V': 1, 'W': 1, 'X': 1, 'Y': 1, 'Z': 1,
	'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1, 'f': 1, 'g': 1, 'h': 1, 'i': 1, 'j': 1, 'k': 1, 'l': 1, 'm': 1,
	'n': 1, 'o': 1, 'p': 1, 'q': 1, 'r': 1, 's': 1, 't': 1, 'u': 1, 'v': 1, 'w': 1, 'x': 1, 'y': 1, 'z': 1,
}

const upperHex = "0123456789ABCDEF"

// EscapeHTML replaces & < > " ' in b[from:] by character references, which
// makes it safe as element text and in quoted attribute values. The result is
// that of html.EscapeString; it grows b, in place if there is room.
func EscapeHTML(b []byte, from int) []byte {
	extra := weigh(b[from:], &htmlExtra)
	if extra == 0 {
		return b
	}
	end := len(b)
	b = slices.Grow(b, extra)[:end+extra]
	expandHTML(b[from:], end-from)
	return b
}

// EscapeURL replaces every byte of b[from:] but the unreserved ones by %XX,
// which makes it safe as a part of a path, a query or a fragment, and there in
// quoted attribute values too. It grows b, in place if there is room.
func EscapeURL(b []byte, from int) []byte {
	end := len(b)
	extra := 2 * (end - from - weigh(b[from:], &unreserved))
	if extra == 0 {
		return b
	}
	b = slices.Grow(b, extra)[:end+extra]
	expandURL(b[from:], end-from)
	return b
}

// weigh sums a table over b, 8 bytes a turn: the compiled module pays for each
// turn of a loop more than for the work in it.
func weigh(b []byte, table *[256]uint8) int {
	sum := 0
	for len(b) >= 8 {
		w := b[:8:8]
		sum += int(table[w[0]]) + int(table[w[1]]) + int(table[w[2]]) + int(table[w[3]]) +
			int(table[w[4]]) + int(table[w[5]]) + int(table[w[6]]) + int(table[w[7]])
		b = b[8:]
	}
	for _, c := range b {
		sum += int(table[c])
	}
	return sum
}

// expandHTML escapes b[:n] into all of b, from the end, so that no byte is
// overwritten before it was read. It stops where nothing is left to move.
func expandHTML(b []byte, n int) {
	for to := len(b); to > n; {
		n--
		c := b[n]
		if htmlExtra[c] == 0 {
			to--
			b[to] = c
			continue
		}
		ref := "&#39;"
		switch c {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '"':
			ref = "&#34;"
		}
		to -= len(ref)
		copy(b[to:], ref)
	}
}

// expandURL is the same for URLs.
func expandURL(b []byte, n int) {
	for to := len(b); to > n; {
		n--
		c := b[n]
		if unreserved[c] != 0 {
			to--
			b[to] = c
			continue
		}
		to -= 3
		b[to], b[to+1], b[to+2] = '%', upperHex[c>>4], upperHex[c&15]
	}
}

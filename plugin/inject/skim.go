package inject

import (
	"encoding/binary"
	"math/bits"
)

// Every test below looks at eight bytes at once: a byte of the word is made
// zero where it is wanted, and (x - 0x01..) &^ x & 0x80.. has its lowest set bit
// in the first zero byte (Warren, Hacker's Delight, 6-1; bits above the lowest
// may be false). Words are little-endian so that the first byte is the lowest.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080

	// reach is how many bytes must follow a '<' for the fast path: a word may
	// be loaded behind '</' and two bytes more.
	reach = 12
)

// word loads the eight bytes at b[p]. The third index spares the compiler the
// care for a slice of no capacity: three instructions on the path that counts.
func word(b []byte, p int) uint64 { return binary.LittleEndian.Uint64(b[p : p+8 : p+8]) }

// marked holds, for the first letter of an element name (its low five bits),
// the lengths up to seven of the names that change how the text behind them is
// read: svg, math, style, title, xmp, select, script, iframe, noembed. Longer
// names always leave skim.
var marked = [32]uint8{
	's' & 31: 1<<3 | 1<<5 | 1<<6,
	'm' & 31: 1 << 4,
	't' & 31: 1 << 5,
	'x' & 31: 1 << 3,
	'i' & 31: 1 << 6,
	'n' & 31: 1 << 7,
}

const svgName = 's' | 'v'<<8 | 'g'<<16

// marks reports that the name packed into x is one that marked means. Strong,
// table and main have the same letter and length.
func marks(x uint64) bool {
	switch x {
	case svgName,
		'x' | 'm'<<8 | 'p'<<16,
		'm' | 'a'<<8 | 't'<<16 | 'h'<<24,
		's' | 't'<<8 | 'y'<<16 | 'l'<<24 | 'e'<<32,
		't' | 'i'<<8 | 't'<<16 | 'l'<<24 | 'e'<<32,
		's' | 'c'<<8 | 'r'<<16 | 'i'<<24 | 'p'<<32 | 't'<<40,
		's' | 'e'<<8 | 'l'<<16 | 'e'<<24 | 'c'<<32 | 't'<<40,
		'i' | 'f'<<8 | 'r'<<16 | 'a'<<24 | 'm'<<32 | 'e'<<40,
		'n' | 'o'<<8 | 'e'<<16 | 'm'<<24 | 'b'<<32 | 'e'<<40 | 'd'<<48:
		return true
	}
	return false
}

// seek returns the offset of the first c in b from i on, or len(b).
func seek(b []byte, i int, c byte) int { return i + find(b[i:], c) }

// skim passes over text and over whole tags that cannot matter while no slot is
// open, and returns the offset of the first '<' that needs a closer look, or
// len(b). It looks for the next '<' before it reads the tag at this one, so that
// the processor does both at once: where a tag ends only has to be compared.
func skim(b []byte, i int) int {
	i = seek(b, i, '<')
	for len(b)-i >= reach {
		r := b[i:len(b):len(b)]
		next := i + 1 + find(r[1:], '<')
		var n int
		if r[1] == '/' {
			if !isLetter(r[2]) {
				return i
			}
			if n = nameLen(word(r, 2)); n == 8 {
				return i
			}
			n += 2
		} else {
			first := r[1]
			if !isLetter(first) {
				return i
			}
			x := word(r, 1)
			if n = nameLen(x); n == 8 {
				return i
			}
			if marked[first&31]>>n&1 != 0 {
				name := fold(x) & (1<<(8*n) - 1)
				if name == svgName {
					if end := skimDrawing(b, i); end != 0 {
						i = seek(b, end, '<')
						continue
					}
				}
				if marks(name) {
					return i
				}
			}
			n++
		}
		q := i + n
		if c := r[n]; c != '>' {
			if !isSpace(c) && c != '/' {
				return i
			}
			if q, _ = skipAttrs(b, q); q == 0 {
				return i
			}
			q--
		}
		if q < next {
			i = next
		} else {
			i = seek(b, q, '<')
		}
	}
	return i
}

// nameLen returns how many bytes of x precede the first that may end an element
// name: white space, '/', '>' or another below '0'. It returns 8 for none.
func nameLen(x uint64) int {
	gt := x ^ '>'*ones
	return bits.TrailingZeros64(((x-'0'*ones)&^x|(gt-ones)&^gt)&tops) >> 3
}

// skimDrawing passes over the svg element at b[i] if it is whole in b and holds
// nothing but what skimShape passes over, as icons do. It returns the end, or 0.
func skimDrawing(b []byte, i int) int {
	const endTag = '<' | '/'<<8 | svgName<<16 | '>'<<40
	i += len("<svg")
	if b[i] == '>' {
		i++
	} else {
		end, self := skipAttrs(b, i)
		if end == 0 || self {
			return end
		}
		i = end
	}
	i = seek(b, i, '<')
	for len(b)-i >= reach {
		if fold(word(b, i))&(1<<48-1) == endTag {
			return i + len("</svg>")
		}
		next := seek(b, i+1, '<')
		end := skimShape(b, i, next)
		if end == 0 {
			return 0
		}
		if i = next; end > next {
			i = seek(b, end, '<')
		}
	}
	return 0
}

// skimShape passes over an element of a drawing that has no element in it: a
// shape that closes itself, or one with its end tag at next, the first '<' behind
// b[i]. It returns the end, or 0 if the tag matters to what is open.
func skimShape(b []byte, i, next int) int {
	if len(b)-i < reach {
		return 0
	}
	p := i + 1
	x := word(b, p)
	q := nameEnd(b, p)
	n := q - p
	if n > short || !isShape(fold(x)&(1<<(8*n)-1)) {
		return 0
	}
	end, self := q+1, false
	if b[q] != '>' {
		end, self = skipAttrs(b, q)
	}
	if self || end == 0 {
		return end
	}
	if next < end || len(b)-next < reach {
		return 0
	}
	if b[next+1] == '/' && (word(b, next+2)^x)&(1<<(8*n)-1) == 0 && b[next+2+n] == '>' {
		return next + 3 + n
	}
	return 0
}

// isShape reports that the name packed into x has class leaf or is title.
func isShape(x uint64) bool {
	switch x {
	case 'g',
		'u' | 's'<<8 | 'e'<<16,
		'p' | 'a'<<8 | 't'<<16 | 'h'<<24,
		'r' | 'e'<<8 | 'c'<<16 | 't'<<24,
		'l' | 'i'<<8 | 'n'<<16 | 'e'<<24,
		's' | 't'<<8 | 'o'<<16 | 'p'<<24,
		't' | 'i'<<8 | 't'<<16 | 'l'<<24 | 'e'<<32,
		'c' | 'i'<<8 | 'r'<<16 | 'c'<<24 | 'l'<<32 | 'e'<<40,
		'e' | 'l'<<8 | 'l'<<16 | 'i'<<24 | 'p'<<32 | 's'<<40 | 'e'<<48,
		'p' | 'o'<<8 | 'l'<<16 | 'y'<<24 | 'g'<<32 | 'o'<<40 | 'n'<<48:
		return true
	}
	return false
}

// skipAttrs reads the attributes of a tag from p, the byte after its name, and
// returns the offset after its '>' and whether it closes itself. It returns 0
// for a tag that is not whole in b, that might name a slot, or that is written
// in a way which only the slow path follows.
func skipAttrs(b []byte, p int) (end int, self bool) {
	from := p // the first byte that may belong to the next attribute's name
	for len(b)-p >= 10 {
		q := byte('"')
		x := word(b, p)
		if x == classAttr && p == from {
			p += 8
		} else {
			x = x&^(3*ones) ^ '<'*ones // any of < = > ?
			m := (x - ones) &^ x & tops
			if m == 0 {
				p += 8
				continue
			}
			p += bits.TrailingZeros64(m) >> 3
			c := b[p]
			if c != '=' {
				if c == '>' {
					return p + 1, p > from && b[p-1] == '/'
				}
				p++
				continue
			}
			last := b[p-1]
			if p == from || last <= ' ' || last == '/' || last&^0x21 == 'D' && mayName(b, from, p) {
				return 0, false
			}
			if len(b)-p < 10 {
				return 0, false
			}
			q = b[p+1]
			p += 2
		}
		if q != '"' && q != '\'' {
			p = bareEnd(b, p-1)
		} else {
			w := uint64(q) * ones
			for far := p + 56; ; p += 8 {
				if p > far || len(b)-p < 8 {
					p = seek(b, p, q) + 1
					break
				}
				x := word(b, p) ^ w
				if m := (x - ones) &^ x & tops; m != 0 {
					p += bits.TrailingZeros64(m)>>3 + 1
					break
				}
			}
		}
		if p >= len(b) {
			return 0, false
		}
		if b[p] == '>' {
			return p + 1, false
		}
		from = p
	}
	return 0, false
}

// classAttr is the front of the most frequent attribute.
const classAttr = ' ' | 'c'<<8 | 'l'<<16 | 'a'<<24 | 's'<<32 | 's'<<40 | '='<<48 | '"'<<56

// bareEnd returns the offset after the value without quotes at p, or len(b) if
// it is not whole or does not start at once.
func bareEnd(b []byte, p int) int {
	if b[p] <= ' ' {
		return len(b)
	}
	for p < len(b) && b[p] != '>' && !isSpace(b[p]) {
		p++
	}
	return p
}

// mayName reports that the attribute whose name ends before p may name a slot.
// from is the first byte the name can have.
func mayName(b []byte, from, p int) bool {
	switch b[p-1] | 0x20 {
	case 'd':
		return namesID(b, from, p)
	case 'e':
		return p-from >= len(spaceAttr) && word(b, p-8)|0x20*ones == spaceTail
	}
	return false
}

// namesID reports that an attribute name ending before p is id and that its
// value may name a slot. from is the first byte the name can have.
func namesID(b []byte, from, p int) bool {
	if p-from < 2 || b[p-2]|0x20 != 'i' {
		return false
	}
	if p-3 >= from && !isSpace(b[p-3]) && b[p-3] != '/' {
		return false
	}
	v := p + 1
	if v < len(b) && (b[v] == '"' || b[v] == '\'') {
		v++
	}
	return len(b)-v < len(idPrefix) || b[v] == 'i' && b[v+1] == '_'
}

// spaceHead and spaceTail are the two halves of data-offer-space.
const (
	spaceHead = 'd' | 'a'<<8 | 't'<<16 | 'a'<<24 | '-'<<32 | 'o'<<40 | 'f'<<48 | 'f'<<56
	spaceTail = 'e' | 'r'<<8 | '-'<<16 | 's'<<24 | 'p'<<32 | 'a'<<40 | 'c'<<48 | 'e'<<56
)

// nameEnd returns the offset of the byte that ends the element name at p, or
// len(b).
func nameEnd(b []byte, p int) int {
	if len(b)-p >= 8 {
		p += nameLen(word(b, p))
	}
	for p < len(b) && b[p] != '>' && b[p] != '/' && !isSpace(b[p]) {
		p++
	}
	return p
}

// isSpace reports HTML's white space.
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

package inject

import "math/bits"

// skipAttrs reads the attributes of a tag from p, the byte after its name, and
// returns the offset after its '>' and whether it closes itself. It returns 0
// for a tag that is not whole in b, that might name a slot, or that is written
// in a way which only the slow path follows.
func skipAttrs(b []byte, p int) (end int, self bool) {
	from := p // the first byte that may belong to the next attribute's name
	for len(b)-p >= 10 {
		x := word(b, p)
		quote := byte('"')
		if x == classAttr {
			p += 8
		} else {
			x = x&^(3*ones) ^ '<'*ones // zero for each of < = > ?
			m := (x - ones) &^ x & tops
			if m == 0 {
				p += 8
				continue
			}
			p += bits.TrailingZeros64(m) >> 3
			if c := b[p]; c == '>' {
				return p + 1, b[p-1] == '/'
			} else if c != '=' {
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
			quote = b[p+1]
			p += 2
		}
		if quote != '"' && quote != '\'' {
			p = bareEnd(b, p-1)
		} else {
			w := uint64(quote) * ones
			for far := p + near; ; p += 8 {
				if p >= far || len(b)-p < 8 {
					p = seek(b, p, quote) + 1
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

const (
	// classAttr is the front of the most frequent attribute.
	classAttr = ' ' | 'c'<<8 | 'l'<<16 | 'a'<<24 | 's'<<32 | 's'<<40 | '='<<48 | '"'<<56

	// near is up to which length a value's end is looked for word by word: the
	// call to the library's vector search costs as much as that.
	near = 64
)

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

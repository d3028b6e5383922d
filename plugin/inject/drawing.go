package inject

// skimDrawing passes over the svg element at b[i] if it is whole in b and holds
// nothing but what skimShape passes over, as icons do. It returns the end, or 0.
func skimDrawing(b []byte, i int) int {
	const endTag = '<' | '/'<<8 | svg<<16 | '>'<<40
	i += len("<svg")
	switch c := b[i]; {
	case c == '>':
		i++
	case c == '/' || isSpace(c):
		end, self := skipAttrs(b, i)
		if end == 0 || self {
			return end
		}
		i = end
	default: // a longer name
		return 0
	}
	i = seek(b, i, '<')
	for len(b)-i >= reach {
		if low(fold(word(b, i)), len("</svg>")) == endTag {
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
	if n > short || !isShape(low(fold(x), n)) {
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
	if b[next+1] == '/' && low(word(b, next+2)^x, n) == 0 && b[next+2+n] == '>' {
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

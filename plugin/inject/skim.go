package inject

// reach is how many bytes must follow a '<' for the fast path: it loads a word
// behind '</' and looks at the byte that ends a name of seven bytes there.
const reach = 12

// Names, packed into a word like text.
const (
	svg     = 's' | 'v'<<8 | 'g'<<16
	xmp     = 'x' | 'm'<<8 | 'p'<<16
	math    = 'm' | 'a'<<8 | 't'<<16 | 'h'<<24
	style   = 's' | 't'<<8 | 'y'<<16 | 'l'<<24 | 'e'<<32
	title   = 't' | 'i'<<8 | 't'<<16 | 'l'<<24 | 'e'<<32
	iframe  = 'i' | 'f'<<8 | 'r'<<16 | 'a'<<24 | 'm'<<32 | 'e'<<40
	scripts = 's' | 'c'<<8 | 'r'<<16 | 'i'<<24 | 'p'<<32 | 't'<<40
	selects = 's' | 'e'<<8 | 'l'<<16 | 'e'<<24 | 'c'<<32 | 't'<<40
	noembed = 'n' | 'o'<<8 | 'e'<<16 | 'm'<<24 | 'b'<<32 | 'e'<<40 | 'd'<<48
)

// marked holds, for the first letter of an element name (its low five bits), the
// lengths of the names that marks knows.
var marked = [32]uint8{
	's' & 31: 1<<len("svg") | 1<<len("style") | 1<<len("script"),
	'm' & 31: 1 << len("math"),
	't' & 31: 1 << len("title"),
	'x' & 31: 1 << len("xmp"),
	'i' & 31: 1 << len("iframe"),
	'n' & 31: 1 << len("noembed"),
}

// marks reports that an element of the name packed into x changes how the text
// behind its start tag is read, or what is open. Longer names that do always
// leave skim.
func marks(x uint64) bool {
	switch x {
	case svg, xmp, math, style, title, iframe, scripts, selects, noembed:
		return true
	}
	return false
}

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
				name := low(fold(x), n)
				if name == svg {
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

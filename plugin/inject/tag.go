package inject

import "encoding/binary"

// spaceAttr is the attribute that names a slot; idAttr does too when its value
// starts with idPrefix. Where an element has both, spaceAttr counts.
const (
	spaceAttr = "data-offer-space"
	idAttr    = "id"
	idPrefix  = "i_"
)

// tag is the tag being read.
type tag struct {
	key   uint64 // stands for the name in lower case
	hash  uint64 // of the name so far
	class class
	end   bool
	self  bool // closes itself
	seen  attrSet
	taken attrSet  // the attribute whose value is being kept
	n     int      // length of the name
	attrN int      // length of the attribute name, at most one more than it holds
	text  [16]byte // the name in lower case, if it fits
	attr  [len(spaceAttr)]byte
}

// attrSet is a set of the two attributes that name slots.
type attrSet uint8

const (
	hasSpace attrSet = 1 << iota
	hasID
)

// short is how long a name can be that is its own key.
const short = 7

// Longer names are hashed by FNV-1a (draft-eastlake-fnv) and set apart from the
// short ones by the top bit: two that collide would only be mistaken for each
// other as elements nested in a slot or a drawing.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
	isLong   = 1 << 63
)

func (t *tag) begin(end bool) {
	t.hash, t.n = fnvBasis, 0
	t.end, t.self = end, false
	t.seen, t.taken = 0, 0
}

// add appends a byte of the name.
func (t *tag) add(c byte) {
	if c-'A' <= 'Z'-'A' {
		c |= 0x20
	}
	if t.n < len(t.text) {
		t.text[t.n] = c
	}
	t.n++
	t.hash = (t.hash ^ uint64(c)) * fnvPrime
}

// set makes the name b[p:q], of which at least eight bytes from p on are there.
func (t *tag) set(b []byte, p, q int) {
	if q-p <= short {
		binary.LittleEndian.PutUint64(t.text[:8], fold(word(b, p)))
		t.n = q - p
		return
	}
	for _, c := range b[p:q] {
		t.add(c)
	}
}

// classify sets the key and the class once the name is whole.
func (t *tag) classify() {
	t.class = 0
	if t.n <= len(t.text) {
		t.class = classOf(t.text[:t.n])
	}
	t.key = t.hash | isLong
	if t.n <= short {
		t.key = word(t.text[:], 0)&(1<<(8*t.n)-1) | uint64(t.n)<<(8*short)
	}
}

// opening reads the byte after '<' or '</'.
func (s *scanner) opening(b []byte, i int) int {
	c := b[i]
	end := s.state == inEndOpen
	switch {
	case isLetter(c):
		s.tag.begin(end)
		s.state = inName
		return i
	case end && c == '>':
		s.state = inText
		return i + 1
	case end || c == '?':
		s.state = inBogus
		return i
	case c == '/':
		s.state = inEndOpen
		return i + 1
	case c == '!':
		s.state = inBang
		return i + 1
	}
	s.state = inText
	return i
}

// name reads an element name and the byte that ends it.
func (s *scanner) name(b []byte, i int) int {
	for ; i < len(b); i++ {
		c := b[i]
		switch {
		case isSpace(c):
			s.state = inGap
			return i + 1
		case c == '/':
			s.state = inSlash
			return i + 1
		case c == '>':
			s.tagDone()
			return i + 1
		}
		s.tag.add(c)
	}
	return i
}

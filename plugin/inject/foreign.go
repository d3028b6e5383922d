package inject

// maxForeign bounds the elements open in svg and math. Drawings nest a dozen
// deep; but each unclosed shape of a hand-written one counts as open, so more.
const maxForeign = 128

// foreign is the stack of open elements since the outermost svg or math. There
// tags nest as in XML and script or style hold markup, not text; but some
// elements hold HTML again.
type foreign struct {
	n  int
	at [maxForeign]node
}

// node is an element open since the outermost svg or math.
type node struct {
	key  uint64
	kind kind
	math bool
}

// kind says how what stands right inside a node is read.
type kind uint8

const (
	drawing    kind = iota // as foreign content
	htmlHolder             // an element of svg that holds HTML
	textHolder             // an element of math that holds HTML, but for glyphs
	htmlNode               // an HTML element
)

// top returns the innermost node; there is one.
func (f *foreign) top() *node { return &f.at[f.n-1] }

// drawing reports that what comes next is read as content of svg or math, and that
// there is room for another element.
func (s *scanner) drawing() bool {
	n := s.foreign.n
	return n > 0 && n < maxForeign && s.foreign.top().kind == drawing
}

// enter acts on the start tag of an svg or math in HTML.
func (s *scanner) enter() {
	if !s.tag.self {
		s.push(node{key: s.tag.key, math: s.tag.n == len("math")})
	}
}

func (s *scanner) push(n node) {
	f := &s.foreign
	if f.n == maxForeign {
		s.giveUp()
		return
	}
	f.at[f.n] = n
	f.n++
}

// foreignTag acts on a tag inside svg or math.
func (s *scanner) foreignTag() {
	kind, glyphs := s.foreign.top().kind, s.tag.class&glyph != 0
	switch {
	case s.tag.end && kind == htmlNode:
		s.endHTML()
	case s.tag.end:
		s.endForeign()
	case kind == drawing || kind == textHolder && glyphs:
		s.startForeign()
	default:
		s.startHTML()
	}
}

// startForeign acts on the start tag of an element of svg or math.
func (s *scanner) startForeign() {
	t := &s.tag
	if t.class&(breakout|murky) != 0 {
		s.giveUp()
		return
	}
	if t.self {
		return
	}
	n := node{key: t.key, math: s.foreign.top().math}
	switch {
	case n.math && t.class&textPoint != 0:
		n.kind = textHolder
	case !n.math && t.class&htmlPoint != 0:
		n.kind = htmlHolder
	}
	s.push(n)
}

// startHTML acts on the start tag of an HTML element inside svg or math.
func (s *scanner) startHTML() {
	t := &s.tag
	switch {
	case s.disputed():
		s.giveUp()
	case t.class&root != 0:
		s.enter()
	case t.class&(rawText|plaintext) != 0:
		s.startRaw()
	case t.class&void == 0:
		s.note()
		s.push(node{key: t.key, kind: htmlNode})
	}
}

// endHTML acts on an end tag right inside an HTML element in svg or math. It
// must be that element's.
func (s *scanner) endHTML() {
	t := &s.tag
	switch {
	case t.class&void != 0:
	case t.key != s.foreign.top().key:
		s.giveUp()
	default:
		s.note()
		s.foreign.n--
	}
}

// endForeign acts on the end tag of an element of svg or math: it closes the
// nearest one of its name unless an HTML element stands between. One that closes
// nothing there may close an HTML element around the drawing, or be </p> or
// </br>, which end it, and then nobody knows where the drawing ends; only the
// shapes, often closed twice by hand, are surely not that.
func (s *scanner) endForeign() {
	f, t := &s.foreign, &s.tag
	for i := f.n - 1; i >= 0 && f.at[i].kind != htmlNode; i-- {
		if f.at[i].key == t.key {
			f.n = i
			return
		}
	}
	if t.class&leaf == 0 {
		s.giveUp()
	}
}

// startData acts on '<![CDATA[': a section of text inside svg and math, a
// comment up to the next '>' in HTML. Where HTML stands inside a drawing the
// difference hangs on elements that parsers close unasked.
func (s *scanner) startData() {
	s.run = 0
	switch {
	case s.foreign.n == 0:
		s.state = inBogusData
	case s.foreign.top().kind == htmlNode:
		s.giveUp()
	default:
		s.state = inData
	}
}

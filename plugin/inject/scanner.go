package inject

// state is where in the markup the next byte stands.
type state uint8

const (
	inText      state = iota
	inOpen            // after '<'
	inEndOpen         // after '</'
	inName            // element name
	inGap             // before an attribute name
	inSlash           // after '/' in a tag
	inAttr            // attribute name
	inAttrEnd         // white space after an attribute name
	inEquals          // after '='
	inDouble          // value in "
	inSingle          // value in '
	inBare            // value without quotes
	inBang            // after '<!'
	inBangDash        // after '<!-'
	inBangData        // in '<![CDATA['
	inBogus           // up to '>'
	inBogusData       // CDATA in HTML: a comment up to '>'
	inComment         // after '<!--'
	inData            // CDATA in foreign content
	inRaw             // text of script, style and their like
	inRawOpen         // after '<' there
	inRawEnd          // in '</name' there
	inRawBang         // in '<!--' there
	inRawStart        // in '<script' inside an escaped script
	inert             // the rest of the body passes unread
)

// event is what the bytes read so far mean to whoever drives a scanner.
type event uint8

const (
	none   event = iota
	opened       // a slot's content starts after this byte
	closed       // the slot's end tag or comment ends with this byte
	lost         // the slot's end is not certain
)

// scanner reads a body in chunks of any size and finds its slots. It never
// changes or keeps the bytes. Every decision depends on the bytes of the body
// alone, never on where a chunk ends.
type scanner struct {
	state   state
	event   event
	closing bool // the tag being read ends raw text
	choice  bool // a select is open
	fake    bool // an HTML reader has left a CDATA section that an XML reader has not
	ends    int  // how many ']' stand right before, while fake
	run     int  // how many bytes of an expected run ("--", "]]", a name) have come
	depth   int  // open templates
	base    int  // offset in the body of the chunk's first byte
	tagAt   int  // offset in the body of the tag or comment being read
	tag     tag
	value   value
	comment comment
	raw     raw
	foreign foreign
	extent  extent
}

// reset makes s ready for another body.
func (s *scanner) reset() {
	s.state, s.event = inText, none
	s.closing, s.choice, s.fake = false, false, false
	s.run, s.depth, s.base, s.tagAt = 0, 0, 0, 0
	s.foreign.n = 0
	s.extent.open = false
}

// next reads b from i up to the next event or the end, and returns where it
// stopped. b is the chunk that starts at s.base.
func (s *scanner) next(b []byte, i int) (int, event) {
	if !s.extent.open {
		return s.read(b, i)
	}
	limit := s.extent.start + MaxHeld - s.base
	if limit > len(b) {
		return s.read(b, i)
	}
	n, e := s.read(b[:limit], i)
	if e == none {
		s.extent.open = false
		e = lost
	}
	return n, e
}

// read is next without the bound.
func (s *scanner) read(b []byte, i int) (int, event) {
	for i < len(b) && s.event == none {
		switch s.state {
		case inText:
			i = s.text(b, i)
		case inOpen, inEndOpen:
			i = s.opening(b, i)
		case inName:
			i = s.name(b, i)
		case inGap, inSlash, inAttrEnd:
			i = s.gap(b, i)
		case inAttr:
			i = s.attr(b, i)
		case inEquals, inDouble, inSingle, inBare:
			i = s.attrValue(b, i)
		case inBang, inBangDash, inBangData:
			i = s.declaration(b, i)
		case inBogus, inBogusData, inData:
			i = s.section(b, i)
		case inComment:
			i = s.commentText(b, i)
		case inert:
			return len(b), none
		default:
			i = s.rawText(b, i)
		}
	}
	e := s.event
	s.event = none
	if e == opened {
		s.extent.start = s.base + i
	}
	return i, e
}

// plain reports that only a start tag can matter: no slot is open, and nothing
// is whose end the scanner waits for.
func (s *scanner) plain() bool {
	return !s.extent.open && s.foreign.n == 0 && s.depth == 0 && !s.choice && !s.fake
}

// text reads text up to the next '<' that matters, and the markup there as long
// as it is whole in b.
func (s *scanner) text(b []byte, i int) int {
	switch {
	case s.plain():
		i = skim(b, i)
	case s.fake:
		i = s.fakeText(b, i)
	default:
		i = seek(b, i, '<')
	}
	for i < len(b) {
		next := seek(b, i+1, '<') // before the tag, as in skim
		s.tagAt = s.base + i
		end := 0
		if !s.fake && s.drawing() {
			end = skimShape(b, i, next)
		}
		if end == 0 {
			end = s.whole(b, i)
		}
		switch {
		case end == 0:
			s.state = inOpen
			return i + 1
		case s.state != inText || s.event != none || s.plain() || s.fake:
			return end
		case end <= next:
			i = next
		default:
			i = seek(b, end, '<')
		}
	}
	return i
}

// whole reads the tag or comment at b[i] at once and returns its end, or 0 if
// it is not whole in b or needs the slow path.
func (s *scanner) whole(b []byte, i int) int {
	if len(b)-i < reach {
		return 0
	}
	p := i + 1
	if b[p] == '!' {
		return s.wholeComment(b, i)
	}
	if b[p] == '/' {
		p++
	}
	if !isLetter(b[p]) {
		return 0
	}
	q := nameEnd(b, p)
	if q == len(b) {
		return 0
	}
	end, self := q+1, false
	if b[q] != '>' {
		if end, self = skipAttrs(b, q); end == 0 {
			return 0
		}
	}
	s.tag.begin(p == i+2)
	s.tag.self = self
	s.tag.set(b, p, q)
	s.tagDone()
	return end
}

// fakeText reads text after a CDATA section that only an XML reader still sees
// open: up to its end or the next '<'.
func (s *scanner) fakeText(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '<':
			s.ends = 0
			return i
		case c == '>' && s.ends >= 2:
			s.fake = false
			return seek(b, i, '<')
		case c == ']':
			s.ends++
		default:
			s.ends = 0
		}
	}
	return i
}

// giveUp lets the rest of the body pass: two readers of this markup would
// disagree from here on about what is text and what is a tag.
func (s *scanner) giveUp() {
	s.lose()
	s.state = inert
}

// lose ends the open slot, if any, as one whose end is not certain.
func (s *scanner) lose() {
	if s.extent.open {
		s.extent.open = false
		s.event = lost
	}
}

package inject

// comment is how far the reading of a comment has come (HTML standard, 13.2.5.43
// to 13.2.5.52).
type comment uint8

const (
	atStart comment = iota // after '<!--'
	atStartDash
	within
	atDash
	atEnd     // after '--'
	atEndBang // after '--!'
)

// declaration reads the bytes that tell what '<!' begins.
func (s *scanner) declaration(b []byte, i int) int {
	const data = "[CDATA["
	c := b[i]
	switch {
	case s.state == inBang && c == '-':
		s.state = inBangDash
	case s.state == inBang && c == '[':
		s.state, s.run = inBangData, 1
	case s.state == inBangDash && c == '-':
		s.state, s.comment = inComment, atStart
		s.value.begin(0)
	case s.state == inBangData && c == data[s.run]:
		if s.run++; s.run < len(data) {
			break
		}
		s.startData()
	default:
		s.state = inBogus
		return i
	}
	return i + 1
}

// section reads what ends with '>' or ']]>'.
func (s *scanner) section(b []byte, i int) int {
	if s.state == inBogus {
		if i = seek(b, i, '>'); i == len(b) {
			return i
		}
		s.state = inText
		return i + 1
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == ']':
			s.run++
		case c != '>':
			s.run = 0
		case s.run >= 2:
			s.state, s.run = inText, 0
			return i + 1
		case s.state == inBogusData:
			s.state, s.run = inText, 0
			s.fake, s.ends = true, 0
			s.lose()
			return i + 1
		default:
			s.run = 0
		}
	}
	return i
}

// wholeComment reads the comment at b[i] at once and returns its end, or 0.
func (s *scanner) wholeComment(b []byte, i int) int {
	from := i + len("<!--")
	if b[i+2] != '-' || b[i+3] != '-' {
		return 0
	}
	for p := from; ; p++ {
		p = seek(b, p, '>')
		switch {
		case p == len(b):
			return 0
		case p >= from+2 && b[p-1] == '-' && b[p-2] == '-':
			s.value.begin(0)
			s.value.add(b[from:p-2], s.base+from)
			s.marker()
			return p + 1
		case p == from, p == from+1 && b[from] == '-',
			p >= from+3 && b[p-1] == '!' && b[p-2] == '-' && b[p-3] == '-':
			return p + 1
		}
	}
}

// commentText reads a comment byte by byte and keeps what may name a slot.
func (s *scanner) commentText(b []byte, i int) int {
	from := i
	for ; i < len(b); i++ {
		c := b[i]
		if c == '>' && s.comment != within && s.comment != atDash {
			s.state = inText
			if s.comment == atEnd {
				s.value.add(b[from:i], s.base+from)
				s.value.drop(len("--"))
				s.marker()
			}
			return i + 1
		}
		s.comment = s.comment.after(c)
	}
	s.value.add(b[from:i], s.base+from)
	return i
}

// after returns the state behind c, which does not end the comment.
func (k comment) after(c byte) comment {
	switch {
	case c == '-':
		switch k {
		case atStart:
			return atStartDash
		case within, atEndBang:
			return atDash
		}
		return atEnd
	case c == '!' && k == atEnd:
		return atEndBang
	}
	return within
}

// Slot comments: openMark and a name, closeMark.
const (
	openMark  = "offer:"
	closeMark = "/offer"
)

// marker acts on a comment that may begin or end a slot; the value holds its
// text.
func (s *scanner) marker() {
	v, e := &s.value, &s.extent
	if v.n > maxValue {
		return
	}
	v.trim()
	switch {
	case v.cut(openMark):
		if e.open && e.comment {
			e.pairs++
		}
		if s.plain() {
			s.open(true)
		}
	case !e.open || !e.comment || string(v.bytes()) != closeMark:
	case e.pairs > 0:
		e.pairs--
	case s.foreign.n == 0 && e.settled():
		e.open = false
		s.event = closed
	default:
		s.lose()
	}
}

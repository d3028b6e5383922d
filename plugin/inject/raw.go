package inject

// raw is the element whose text is being read: its content ends at the first
// end tag of its name, whatever stands before. A script has escape states on top
// (HTML standard, 13.2.5.4 and 13.2.5.15 to 13.2.5.31).
type raw struct {
	name   [len("noscript")]byte
	n      int
	script bool
	escape escape
	dashes int // how many '-' stand right before, counted to two, in an escape
}

type escape uint8

const (
	unescaped escape = iota
	escaped          // after '<!--'
	twice            // after '<script' in there: '</script>' ends only this
)

// startRaw acts on the start tag of an element that holds text alone.
func (s *scanner) startRaw() {
	t := &s.tag
	if t.class&plaintext != 0 {
		s.giveUp()
		return
	}
	r := &s.raw
	r.n = copy(r.name[:], t.text[:t.n])
	r.script = t.class&script != 0
	r.escape = unescaped
	s.state = inRaw
}

// rawText reads the text of a raw element.
func (s *scanner) rawText(b []byte, i int) int {
	switch s.state {
	case inRaw:
		if s.raw.escape == unescaped {
			return s.plainRaw(b, i)
		}
		return s.escapedText(b, i)
	case inRawOpen:
		return s.rawOpen(b[i], i)
	case inRawBang:
		return s.rawBang(b[i], i)
	}
	return s.rawName(b[i], i)
}

// plainRaw reads raw text up to and with the '<' that may end it, and its end
// tag if that is whole in b and has no more than a name.
func (s *scanner) plainRaw(b []byte, i int) int {
	r := &s.raw
	for {
		if i = seek(b, i, '<'); i == len(b) {
			return i
		}
		if len(b)-i < reach {
			break
		}
		c := b[i+1]
		if c == '/' && b[i+2]|0x20 == r.name[0] {
			if end := i + 2 + r.n; b[end] == '>' && same(b[i+2:end], r.name[:r.n]) {
				s.state = inText
				return end + 1
			}
			break
		}
		if c == '!' && r.script {
			break
		}
		i++
	}
	s.state = inRawOpen
	return i + 1
}

// same reports whether b is name, which consists of small letters, in any case.
func same(b, name []byte) bool {
	for i, c := range name {
		if b[i]|0x20 != c {
			return false
		}
	}
	return true
}

// escapedText reads a script behind '<!--'.
func (s *scanner) escapedText(b []byte, i int) int {
	r := &s.raw
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '-':
			r.dashes++
			continue
		case c == '<':
			s.state = inRawOpen
			r.dashes = 0
			return i + 1
		case c == '>' && r.dashes >= 2:
			r.escape, r.dashes = unescaped, 0
			return i + 1
		}
		r.dashes = 0
	}
	return i
}

// rawOpen reads the byte after '<'.
func (s *scanner) rawOpen(c byte, i int) int {
	s.run = 0
	switch {
	case c == '/':
		s.state = inRawEnd
		return i + 1
	case c == '!' && s.raw.script && s.raw.escape == unescaped:
		s.state = inRawBang
		return i + 1
	case isLetter(c) && s.raw.escape == escaped:
		s.state = inRawStart
	default:
		s.state = inRaw
	}
	return i
}

// rawBang reads the dashes of '<!--'.
func (s *scanner) rawBang(c byte, i int) int {
	if c != '-' {
		s.state = inRaw
		return i
	}
	if s.run++; s.run == 2 {
		s.raw.escape, s.raw.dashes = escaped, 2
		s.state = inRaw
	}
	return i + 1
}

// rawName reads the name of an end tag, or of a start tag in an escaped script,
// and the byte behind it.
func (s *scanner) rawName(c byte, i int) int {
	r := &s.raw
	whole := s.run == r.n
	switch {
	case !whole && c|0x20 == r.name[s.run]:
		s.run++
		return i + 1
	case !whole || !isSpace(c) && c != '/' && c != '>':
		s.state = inRaw
		return i
	case s.state == inRawStart:
		r.escape = twice
	case r.escape == twice:
		r.escape = escaped
	default:
		return s.rawDone(c, i)
	}
	s.state = inRaw
	return i + 1
}

// rawDone acts on the byte behind the name of the end tag.
func (s *scanner) rawDone(c byte, i int) int {
	s.tag.begin(true)
	s.closing = true
	switch c {
	case '>':
		s.tagDone()
	case '/':
		s.state = inSlash
	default:
		s.state = inGap
	}
	return i + 1
}

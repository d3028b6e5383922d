package inject

// gap reads what stands between attributes.
func (s *scanner) gap(b []byte, i int) int {
	c := b[i]
	switch {
	case isSpace(c):
		if s.state == inSlash {
			s.state = inGap
		}
	case c == '>':
		s.tag.self = s.state == inSlash
		s.tagDone()
	case c == '/':
		s.state = inSlash
	case c == '=' && s.state == inAttrEnd:
		s.state = inEquals
	default: // even '=' starts a name here
		s.tag.attrN = 0
		s.tag.addAttr(c)
		s.state = inAttr
	}
	return i + 1
}

// attr reads an attribute name and the byte that ends it.
func (s *scanner) attr(b []byte, i int) int {
	for ; i < len(b); i++ {
		c := b[i]
		switch {
		case isSpace(c):
			s.state = inAttrEnd
		case c == '/':
			s.state = inSlash
		case c == '>':
			s.state = inGap
		case c == '=':
			s.state = inEquals
		default:
			s.tag.addAttr(c)
			continue
		}
		s.attrDone()
		if c == '>' {
			s.tagDone()
		}
		return i + 1
	}
	return i
}

// addAttr appends a byte of the attribute name.
func (t *tag) addAttr(c byte) {
	if c-'A' <= 'Z'-'A' {
		c |= 0x20
	}
	if t.attrN < len(t.attr) {
		t.attr[t.attrN] = c
	}
	t.attrN = min(t.attrN+1, len(t.attr)+1)
}

// attrDone decides whether the value of the attribute just named is kept. Of
// two attributes of one name the first counts.
func (s *scanner) attrDone() {
	t := &s.tag
	t.taken = 0
	if t.attrN > len(t.attr) {
		return
	}
	switch string(t.attr[:t.attrN]) {
	case spaceAttr:
		if t.seen&hasSpace == 0 {
			t.taken = hasSpace
		}
	case idAttr:
		if t.seen == 0 {
			t.taken = hasID
		}
	}
	if t.taken != 0 {
		t.seen |= t.taken
		s.value.begin(t.taken)
	}
}

// attrValue reads an attribute's value from the byte after '='.
func (s *scanner) attrValue(b []byte, i int) int {
	switch s.state {
	case inEquals:
		return s.valueStart(b[i], i)
	case inBare:
		return s.bareValue(b, i)
	}
	quote := byte('"')
	if s.state == inSingle {
		quote = '\''
	}
	end := seek(b, i, quote)
	s.keep(b, i, end)
	if end == len(b) {
		return end
	}
	s.tag.taken = 0
	s.state = inGap
	return end + 1
}

func (s *scanner) valueStart(c byte, i int) int {
	switch {
	case isSpace(c):
		return i + 1
	case c == '"':
		s.state = inDouble
		return i + 1
	case c == '\'':
		s.state = inSingle
		return i + 1
	case c == '>':
		s.tagDone()
		return i + 1
	}
	s.state = inBare
	return i
}

func (s *scanner) bareValue(b []byte, i int) int {
	end := i
	for end < len(b) && !isSpace(b[end]) && b[end] != '>' {
		end++
	}
	s.keep(b, i, end)
	if end == len(b) {
		return end
	}
	s.tag.taken = 0
	s.state = inGap
	if b[end] == '>' {
		s.tagDone()
	}
	return end + 1
}

// keep copies b[i:end] if it belongs to a value that may name a slot.
func (s *scanner) keep(b []byte, i, end int) {
	if s.tag.taken != 0 {
		s.value.add(b[i:end], s.base+i)
	}
}

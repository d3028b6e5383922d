package inject

// tagDone acts on the tag just read.
func (s *scanner) tagDone() {
	s.state = inText
	if s.closing {
		s.closing = false
		return
	}
	s.tag.classify()
	switch {
	case s.foreign.n > 0:
		s.foreignTag()
	case s.tag.end:
		s.endTag()
	default:
		s.startTag()
	}
}

// startTag acts on a start tag in HTML.
func (s *scanner) startTag() {
	t := &s.tag
	switch {
	case s.disputed():
		s.giveUp()
	case t.class&root != 0:
		s.enter()
	case t.class&(rawText|plaintext) != 0:
		s.startRaw()
	case s.extent.open:
		if s.choice && t.class&(option|optgroup) == 0 || !s.extent.startTag(t) {
			s.lose()
		}
		s.note()
	default:
		s.openElement()
		s.note()
	}
}

// disputed reports a start tag behind which parsers disagree about what is
// text. In a select, parsers of before 2025 drop tags that later ones obey, and
// some end it; a col right inside a template makes both drop what follows; a
// frameset drops all but frames.
func (s *scanner) disputed() bool {
	c := s.tag.class
	switch {
	case c&frameset != 0:
		return true
	case c&column != 0:
		return s.depth > 0
	case c&(rawText|plaintext|root) != 0:
		return s.choice && c&script == 0
	}
	return false
}

// note keeps count of open templates and selects.
func (s *scanner) note() {
	switch {
	case s.tag.class&template != 0 && s.tag.end:
		s.depth = max(s.depth-1, 0)
	case s.tag.class&template != 0:
		s.depth++
	case s.tag.class&selection != 0:
		s.choice = !s.tag.end // a second start tag may open it or close it
	}
}

// endTag acts on an end tag in HTML.
func (s *scanner) endTag() {
	s.note()
	if !s.extent.open {
		return
	}
	switch s.extent.endTag(&s.tag) {
	case closed:
		s.extent.open = false
		s.event = closed
	case lost:
		s.lose()
	}
}

// openElement opens a slot if the start tag just read names one.
func (s *scanner) openElement() {
	t := &s.tag
	if t.seen == 0 || t.class&notSlot != 0 || !s.plain() {
		return
	}
	if s.value.from == hasID && !s.value.cut(idPrefix) {
		return
	}
	s.open(false)
}

// open opens the slot that the value names, if it names one, behind the tag or
// comment just read.
func (s *scanner) open(comment bool) {
	if _, ok := s.slot(); ok {
		s.extent.begin(&s.tag, comment)
		s.event = opened
	}
}

// slot returns the slot just opened, its name aliasing s.
func (s *scanner) slot() (Slot, bool) { return ParseSlot(s.value.bytes()) }

package call

import (
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is the most that a call's objects and arrays may be nested; the
// deepest that means something is 5, a list in the attributes of a slot.
const maxDepth = 8

// What is wrong with a body whatever its fields are.
const (
	notText = "is not UTF-8 text"
	tooDeep = "has more than 8 objects and arrays in each other"
	notJSON = "is not one JSON value"
	halfOne = `has an escape that is half of a character, of \ud800 to \udfff`
)

// scanner goes through a body once, by the grammar of RFC 8259. What is broken
// ends it: everything after that reads as nothing. Its methods are not inlined, for
// the module's size.
type scanner struct {
	body   []byte
	at     int
	depth  int
	fresh  bool   // nothing of the innermost object or array has been read
	broken string // what is wrong with the body; empty: nothing yet
	text   Writer // of strings with escapes
}

//go:noinline
func (s *scanner) breakOff(why string) {
	if s.broken == "" {
		s.broken, s.at = why, len(s.body)
	}
}

// peek is the next byte behind white space, 0 at the end.
//
//go:noinline
func (s *scanner) peek() byte {
	for ; s.at < len(s.body); s.at++ {
		if c := s.body[s.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// enter opens an object or an array, and reports whether there is one.
//
//go:noinline
func (s *scanner) enter(kind byte) bool {
	if s.peek() != kind {
		return false
	}
	s.at++
	s.fresh = true
	if s.depth++; s.depth > maxDepth {
		s.breakOff(tooDeep)
	}
	return true
}

// more reports whether the innermost object or array, which ends by end, has
// another entry, and takes what stands before it, or the end.
//
//go:noinline
func (s *scanner) more(end byte) bool {
	c, fresh := s.peek(), s.fresh
	s.fresh = false
	switch {
	case c == end:
		s.at++
		s.depth--
		return false
	case c == ',' && !fresh:
		s.at++
		return true
	case fresh && c != 0:
		return true
	}
	s.breakOff(notJSON)
	return false
}

// key reads the name of a member, and the colon.
//
//go:noinline
func (s *scanner) key() []byte {
	name := s.str()
	if s.peek() != ':' {
		s.breakOff(notJSON)
		return nil
	}
	s.at++
	return name
}

// skip goes over any value.
//
//go:noinline
func (s *scanner) skip() {
	switch c := s.peek(); {
	case c == '"':
		s.str()
	case c == '-', c-'0' <= 9:
		s.number()
	case s.enter('{'):
		for s.more('}') {
			s.key()
			s.skip()
		}
	case s.enter('['):
		for s.more(']') {
			s.skip()
		}
	case !s.word("true") && !s.word("false") && !s.word("null"):
		s.breakOff(notJSON)
	}
}

// word takes a word, if it is the next.
//
//go:noinline
func (s *scanner) word(w string) bool {
	s.peek()
	if len(s.body)-s.at < len(w) || string(s.body[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// number takes a number, as it is written.
//
//go:noinline
func (s *scanner) number() []byte {
	from := s.at
	if s.body[s.at] == '-' {
		s.at++
	}
	first := s.at
	if n := s.digits(); n == 0 || n > 1 && s.body[first] == '0' {
		s.breakOff(notJSON)
	}
	if s.is('.') && s.digits() == 0 {
		s.breakOff(notJSON)
	}
	if s.is('e') || s.is('E') {
		if !s.is('+') {
			s.is('-')
		}
		if s.digits() == 0 {
			s.breakOff(notJSON)
		}
	}
	return s.body[from:s.at]
}

// is takes one byte, if it is the next.
//
//go:noinline
func (s *scanner) is(c byte) bool {
	if s.at == len(s.body) || s.body[s.at] != c {
		return false
	}
	s.at++
	return true
}

//go:noinline
func (s *scanner) digits() (n int) {
	for s.at < len(s.body) && s.body[s.at]-'0' <= 9 {
		s.at++
		n++
	}
	return n
}

// str takes a string and gives what it reads as: a part of the body, or, where
// there are escapes, of text.
//
//go:noinline
func (s *scanner) str() []byte {
	if s.peek() != '"' {
		s.breakOff(notJSON)
		return nil
	}
	s.at++
	from, start := s.at, len(s.text.Bytes)
	for s.at < len(s.body) {
		switch c := s.body[s.at]; {
		case c == '"':
			part := s.body[from:s.at]
			s.at++
			if len(s.text.Bytes) == start {
				return part
			}
			s.text.raw(part)
			return s.text.from(start)
		case c == '\\':
			s.text.raw(s.body[from:s.at])
			s.escape()
			from = s.at
		case c < ' ':
			s.breakOff(notJSON)
		default:
			s.at++
		}
	}
	s.breakOff(notJSON)
	return nil
}

// escape takes an escape and appends the character that it stands for.
func (s *scanner) escape() {
	s.at++
	if s.at == len(s.body) {
		return
	}
	c := s.body[s.at]
	s.at++
	if c == 'u' {
		s.unit()
		return
	}
	for i := range len(short) / 2 {
		if short[len(short)/2+i] == c {
			s.text.byte(short[i])
			return
		}
	}
	if c != '/' {
		s.breakOff(notJSON)
	}
	s.text.byte('/')
}

// unit takes the digits of an escape with them, and the other half of a character
// that two make.
func (s *scanner) unit() {
	r := s.hex4()
	if utf16.IsSurrogate(r) {
		second := rune(0)
		if s.is('\\') && s.is('u') {
			second = s.hex4()
		}
		if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
			s.breakOff(halfOne)
			return
		}
	}
	s.text.rune(r)
}

//go:noinline
func (s *scanner) hex4() (r rune) {
	for range 4 {
		if s.at == len(s.body) {
			s.breakOff(notJSON)
			return 0
		}
		c := s.body[s.at]
		s.at++
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20-'a' < 6:
			c = c | 0x20 - 'a' + 10
		default:
			s.breakOff(notJSON)
			return 0
		}
		r = r<<4 | rune(c)
	}
	return r
}

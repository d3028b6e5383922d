package call

import (
	"bytes"

	"github.com/profferhq/proffer/plugin/jsontext"
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
	end, ok := jsontext.Number(s.body, from)
	if !ok {
		s.breakOff(notJSON)
		return nil
	}
	s.at = end
	return s.body[from:end]
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
	from := s.at + 1
	end, ok := jsontext.String(s.body, from)
	if !ok {
		s.breakOff(notJSON)
		return nil
	}
	s.at = end
	return s.unescaped(s.body[from : end-1])
}

// unescaped is what stands between quotes, as it reads.
func (s *scanner) unescaped(part []byte) []byte {
	start := len(s.text.Bytes)
	for {
		n := bytes.IndexByte(part, '\\')
		if n < 0 {
			break
		}
		r, size := jsontext.Unescape(part[n:])
		if r < 0 {
			s.breakOff(halfOne)
			return nil
		}
		s.text.raw(part[:n])
		s.text.rune(r)
		part = part[n+size:]
	}
	if len(s.text.Bytes) == start {
		return part
	}
	s.text.raw(part)
	return s.text.from(start)
}

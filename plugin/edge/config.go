package edge

import (
	"errors"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// parseConfig reads {"snapshot": BASE64, "settings": BASE64, "events": "log"},
// the form that hosts can carry whose configuration is JSON. Both alphabets of
// base64 are taken, with padding or without; events are optional and have no other
// value; other members are refused.
func parseConfig(b []byte) (snapshot, settings []byte, logs bool, err error) {
	s := scanner{b: b}
	s.want('{')
	for first := true; !s.failed && !s.take('}'); first = false {
		if !first {
			s.want(',')
		}
		key := s.str()
		s.want(':')
		value := s.str()
		switch string(key) {
		case "snapshot":
			snapshot = decodeBase64(&s, value)
		case "settings":
			settings = decodeBase64(&s, value)
		case "events":
			logs = string(value) == "log"
			s.failed = s.failed || !logs
		default:
			s.failed = true
		}
	}
	s.space()
	if s.failed || len(s.b) > 0 || snapshot == nil {
		return nil, nil, false, errors.New(`edge: the configuration is not {"snapshot": BASE64, "settings": BASE64} and perhaps "events": "log"`)
	}
	return snapshot, settings, logs, nil
}

// scanner reads the few tokens of that object.
type scanner struct {
	b      []byte
	failed bool
}

func (s *scanner) space() {
	for len(s.b) > 0 && (s.b[0] == ' ' || s.b[0] == '\n' || s.b[0] == '\t' || s.b[0] == '\r') {
		s.b = s.b[1:]
	}
}

func (s *scanner) peek() byte {
	s.space()
	if len(s.b) == 0 {
		return 0
	}
	return s.b[0]
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.b = s.b[1:]
	return true
}

func (s *scanner) want(c byte) {
	if !s.take(c) {
		s.failed = true
	}
}

// str is a string without escapes, which base64 and the two names never need;
// "\/", which some encoders write, is taken as "/" where base64 is decoded.
func (s *scanner) str() []byte {
	s.want('"')
	for i, c := range s.b {
		if c == '"' {
			out := s.b[:i]
			s.b = s.b[i+1:]
			return out
		}
	}
	s.failed = true
	return nil
}

// decodeBase64 decodes in place.
func decodeBase64(s *scanner, text []byte) []byte {
	n := 0
	for _, c := range text {
		switch c {
		case '+':
			c = '-'
		case '/':
			c = '_'
		case '=', '\\':
			continue
		}
		text[n] = c
		n++
	}
	size, ok := seal.DecodeBase64(text[:n], text[:n])
	if !ok || size > abi.MaxBuffer {
		s.failed = true
		return nil
	}
	return text[:size]
}

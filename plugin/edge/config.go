package edge

import (
	"bytes"
	"errors"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// options are a configuration.
type options struct {
	snapshot []byte
	file     []byte // in its place: where the snapshot is
	settings []byte // nil: the defaults
	logs     bool   // event lines are wanted
	trusting bool   // headers say who somebody is and where
}

const badConfig = `edge: the configuration is not {"snapshot": BASE64, "settings": BASE64}, ` +
	`or with "snapshot_file": PATH in place of the first, and perhaps "events": "log", "trust": "headers"`

// parseConfig reads {"snapshot": BASE64, "settings": BASE64, "events": "log"},
// the form that hosts can carry whose configuration is JSON. Both alphabets of
// base64 are taken, with padding or without. One of snapshot and snapshot_file
// must be there; events and trust are optional and have no other values; other
// members are refused.
func parseConfig(b []byte) (o options, err error) {
	s := scanner{b: b}
	s.want('{')
	for first := true; !s.failed && !s.take('}'); first = false {
		if !first {
			s.want(',')
		}
		key := s.str()
		s.want(':')
		o.set(&s, string(key), s.str())
	}
	s.space()
	if s.failed || len(s.b) > 0 || (o.snapshot == nil) == (o.file == nil) {
		return options{}, errors.New(badConfig)
	}
	return o, nil
}

// set takes one member.
func (o *options) set(s *scanner, key string, value []byte) {
	ok := true
	switch key {
	case "snapshot":
		o.snapshot = decodeBase64(s, value)
	case "snapshot_file":
		o.file, ok = value, len(value) > 0 && bytes.IndexByte(value, '\\') < 0
	case "settings":
		o.settings = decodeBase64(s, value)
	case "events":
		o.logs, ok = true, string(value) == "log"
	case "trust":
		o.trusting, ok = true, string(value) == "headers"
	default:
		ok = false
	}
	s.failed = s.failed || !ok
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

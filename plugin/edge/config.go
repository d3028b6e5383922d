package edge

import (
	"bytes"
	"errors"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Config is a variant's configuration.
type Config struct {
	snapshot, settings []byte
	file               []byte // in place of the snapshot: where it is
	logs               bool   // event lines are wanted
	trusting           bool   // headers say who somebody is and where
	Hold               bool   // the host shows a request's body while it holds the head
	Fetch              Call   // where snapshots come from
	Record             Call   // where records come from
}

// Call is where a host that makes HTTP calls for its modules is to send one. An
// empty Cluster is none.
type Call struct {
	Cluster, Authority, Path []byte
	Every                    int64 // milliseconds
}

// Bounds of how often a snapshot is fetched, in milliseconds: a host's timer is
// not finer than the first, and within a day an operator looks again.
const (
	minEvery     = 1000
	defaultEvery = 30_000
	maxEvery     = 24 * 60 * 60 * 1000
)

const plainForm = `edge: the configuration is not {"snapshot": BASE64, "settings": BASE64}, ` +
	`or with "snapshot_file": PATH in place of the first, and perhaps "events": "log", "trust": "headers"`

const callForm = `edge: the configuration is neither [settings, snapshot] nor {"snapshot": BASE64 or "snapshot_from": {"cluster": NAME, …}, "settings": BASE64} and perhaps "events", "record" or "hold"`

// parseConfig reads {"snapshot": BASE64, "settings": BASE64, "events": "log"},
// the form that hosts can carry whose configuration is JSON. Both alphabets of
// base64 are taken, with padding or without. One of snapshot and snapshot_file
// must be there; events and trust are optional and have no other values; other
// members are refused.
func parseConfig(b []byte) (Config, error) {
	var c Config
	s := scanner{b: b}
	s.object(func(key []byte) { s.failed = s.failed || !c.mounted(&s, key) && !c.plain(&s, key) })
	if !s.end() || (c.snapshot == nil) == (c.file == nil) {
		return Config{}, errors.New(plainForm)
	}
	return c, nil
}

// mounted reads the value of a member that only hosts with files and without peers
// of their own have.
func (c *Config) mounted(s *scanner, key []byte) bool {
	switch string(key) {
	case "snapshot_file":
		c.file = s.str()
		return len(c.file) > 0 && bytes.IndexByte(c.file, '\\') < 0
	case "trust":
		c.trusting = string(s.str()) == "headers"
		return c.trusting
	}
	return false
}

// ParseConfig reads the configuration of a variant whose host passes bytes and
// makes HTTP calls: the msgpack array [settings bin or nil, snapshot bin], or an
// object as http-wasm has it, with "snapshot_from", "record" and "hold" too. It
// keeps and changes b.
func ParseConfig(b []byte) (Config, error) {
	var c Config
	s := scanner{b: b}
	if s.peek() != '{' {
		settings, snapshot, status, _ := abi.DecodeCommand(b)
		if status != abi.StatusOK {
			return Config{}, errors.New(callForm)
		}
		return Config{snapshot: snapshot, settings: settings}, nil
	}
	s.object(func(key []byte) {
		switch {
		case string(key) == "snapshot_from":
			c.Fetch = s.call("", defaultEvery)
		case string(key) == "record":
			c.Record = s.call("/v1/record", 0)
		case string(key) == "hold":
			c.Hold = s.literal("true")
			s.failed = s.failed || !c.Hold
		case !c.plain(&s, key):
			s.failed = true
		}
	})
	if !s.end() || (c.snapshot == nil) == (c.Fetch.Cluster == nil) {
		return Config{}, errors.New(callForm)
	}
	return c, nil
}

// plain reads the value of a member that both forms have.
func (c *Config) plain(s *scanner, key []byte) bool {
	switch string(key) {
	case "snapshot":
		c.snapshot = decodeBase64(s, s.str())
	case "settings":
		c.settings = decodeBase64(s, s.str())
	case "events":
		c.logs = string(s.str()) == "log"
		return c.logs
	default:
		return false
	}
	return true
}

// call reads {"cluster": NAME, "authority": HOST, "path": PATH, "every_ms": N};
// the last only where every, its default, is not 0.
func (s *scanner) call(path string, every int64) Call {
	c := Call{Path: []byte(path), Every: every}
	s.object(func(key []byte) {
		switch {
		case string(key) == "cluster":
			c.Cluster = s.str()
		case string(key) == "authority":
			c.Authority = s.str()
		case string(key) == "path":
			c.Path = s.str()
		case string(key) == "every_ms" && every != 0:
			c.Every = s.number()
			s.failed = s.failed || c.Every < minEvery || c.Every > maxEvery
		default:
			s.failed = true
		}
	})
	if len(c.Cluster) == 0 || len(c.Path) == 0 || c.Path[0] != '/' {
		s.failed = true
	}
	if c.Authority == nil {
		c.Authority = c.Cluster
	}
	return c
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

// object reads an object; member reads the value behind each name.
func (s *scanner) object(member func(key []byte)) {
	s.want('{')
	for first := true; !s.failed && !s.take('}'); first = false {
		if !first {
			s.want(',')
		}
		key := s.str()
		s.want(':')
		member(key)
	}
}

// end reports whether all was read and nothing was wrong.
func (s *scanner) end() bool {
	s.space()
	return !s.failed && len(s.b) == 0
}

// literal takes a word as it is.
func (s *scanner) literal(word string) bool {
	s.space()
	if len(s.b) < len(word) || string(s.b[:len(word)]) != word {
		return false
	}
	s.b = s.b[len(word):]
	return true
}

// number is a whole number of at most 15 digits.
func (s *scanner) number() (n int64) {
	s.space()
	digits := 0
	for digits < len(s.b) && s.b[digits]-'0' <= 9 {
		digits++
	}
	if digits == 0 || digits > 15 {
		s.failed = true
		return 0
	}
	for _, c := range s.b[:digits] {
		n = 10*n + int64(c-'0')
	}
	s.b = s.b[digits:]
	return n
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

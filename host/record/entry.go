package record

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// entry is one decision on its way to a file.
type entry struct {
	snapshot          *host.Snapshot
	request, response []byte
}

func (e *entry) size() int64 { return int64(len(e.request) + len(e.response)) }

// errErased is an entry of a visitor whom the store has erased: what the cookie says
// is not kept.
var errErased = errors.New("the visitor was erased")

// settings are a configuration made ready for records.
type settings struct {
	snapshot *host.Snapshot // whose they are
	config   *abi.Config
	ring     *seal.Keyring
	keys     []abi.Key // without secrets
	names    []document.Name
}

func newSettings(s *host.Snapshot) (*settings, error) {
	c, status, text := abi.DecodeConfig(s.Settings)
	if status != abi.StatusOK {
		return nil, errors.New(text)
	}
	ring, err := config.Keyring(c.Keys)
	if err != nil {
		return nil, err
	}
	out := &settings{snapshot: s, config: c, ring: ring, names: document.Names(c)}
	for _, k := range c.Keys {
		out.keys = append(out.keys, abi.Key{ID: k.ID, Use: k.Use, Primary: k.Primary})
	}
	return out, nil
}

// line appends an entry's line, or gives dst back with an error. It reads
// strangers' bytes on a goroutine that nobody watches, so a panic is an error.
func (s *settings) line(dst []byte, e *entry) (line []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			line, err = dst, fmt.Errorf("panic: %v", p)
		}
	}()
	r, err := abi.DecodeResponse(e.response)
	if err != nil {
		return dst, err
	}
	var q abi.Request
	if status, text := q.Decode(e.request); status != abi.StatusOK {
		return dst, errors.New(text)
	}
	if q.Record.Erased {
		return dst, errErased
	}
	sum := sha256.Sum256(e.response)
	line, err = document.Append(dst, e.request, s.config.Paused, &document.Recorded{
		Interaction: r.Answer.Interaction,
		Snapshot:    r.Answer.Snapshot,
		Response:    sum[:],
		Visitors:    s.visitors(&q, &r.Answer),
		Keys:        s.keys,
		Names:       s.names,
	})
	if err != nil {
		return dst, err
	}
	return append(line, '\n'), nil
}

// visitors are the ids that a request and its answer hold: a browser may send
// cookies of several, and another person on it becomes another visitor.
func (s *settings) visitors(q *abi.Request, a *abi.Answer) [][]byte {
	var out [][]byte
	add := func(id []byte) {
		if len(id) > 0 && !slices.ContainsFunc(out, func(have []byte) bool { return string(have) == string(id) }) {
			out = append(out, slices.Clone(id))
		}
	}
	add(q.Visitor)
	for _, h := range q.Headers {
		if string(h.Name) == "cookie" {
			s.opened(h.Value, add)
		}
	}
	for _, set := range a.Cookies {
		s.opened(set, add)
	}
	return out
}

// opened gives the ids in the visitor cookies of a Cookie or a Set-Cookie value.
func (s *settings) opened(value []byte, add func(id []byte)) {
	var scratch [seal.OpenSize]byte
	for _, name := range []string{visitor.CookieName, visitor.CookieNameSecure} {
		for jar := visitor.Cookies(value, name); ; {
			sealed, ok := jar.Next()
			if !ok {
				break
			}
			var state visitor.State
			body, _, ok := seal.Open(scratch[:0], s.ring, seal.UseCookie, name, sealed)
			if ok && state.Decode(body) {
				add(state.ID[:])
			}
		}
	}
}

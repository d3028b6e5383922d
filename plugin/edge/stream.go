package edge

import (
	"bytes"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
	"github.com/profferhq/proffer/plugin/internal/fault"
	"github.com/profferhq/proffer/plugin/seal"
)

// Bounds of what a stream keeps, in bytes. Proxies refuse heads above 60 to 80 KB;
// what is longer is not decided. A buffer that a page has made larger than most is
// given up with it.
const (
	maxHead = 96 << 10
	maxKept = 64 << 10
)

// Stream is an exchange in a host that serves many at once: it keeps what must
// outlive a call of the host, the request until the response's head comes, and
// then the offers until its body has gone by. It is used for one exchange after
// another, and need not be made anew.
type Stream struct {
	exchange Exchange
	head     []byte
	headers  [abi.MaxHeaders / 2]abi.Header
	record   *abi.Record
	texts    []byte // names and renderings of the fills
	fills    []inject.Fill
	injector inject.Injector
}

// Begin takes over the header of a request, as pairs. It reports false if there is
// none that can be read, or it is too long.
func (s *Stream) Begin(pairs []byte) bool {
	s.record = nil
	s.exchange = Exchange{}
	if len(pairs) > maxHead {
		return false
	}
	s.head = append(s.head[:0], pairs...)
	all, ok := readPairs(s.headers[:0], s.head)
	x, kept := &s.exchange, all[:0]
	for i := range all {
		h := all[i]
		switch string(Lower(h.Name)) {
		case ":method":
			x.Method = h.Value
		case ":path":
			x.URI = h.Value
		case ":authority":
			x.Host = h.Value
		case "x-forwarded-proto":
			x.Secure = IsHTTPS(bytes.Clone(h.Value))
			kept = append(kept, h)
		default:
			if len(h.Name) > 0 && h.Name[0] != ':' {
				kept = append(kept, h)
			}
		}
	}
	x.Headers = kept
	return ok && x.Method != nil && x.URI != nil
}

// Exchange is what Begin has read.
func (s *Stream) Exchange() *Exchange { return &s.exchange }

// Upgrades reports whether the connection leaves HTTP with this exchange.
func (s *Stream) Upgrades() bool {
	for i := range s.exchange.Headers {
		if string(s.exchange.Headers[i].Name) == "upgrade" {
			return true
		}
	}
	return false
}

// Need is what a peer has to look up for the page, as it is asked; nil if it need
// not be asked. It holds until the next call.
func (e *Edge) Need(s *Stream) []byte {
	e.askListed(s, abi.KindNeed)
	if !e.handle() || e.response.Status != abi.StatusNeed {
		return nil
	}
	return e.answer
}

// Found takes what a peer has answered; what is no record counts as none.
func (s *Stream) Found(record []byte) {
	if r, err := abi.DecodeRecord(bytes.Clone(record)); err == nil {
		s.record = r
	}
}

// Decide decides a page of which only the head is there: which of its slots the
// body holds is not known. It reports false if the page stays as it is; else
// whether the body must go through Write.
func (s *Stream) Decide(e *Edge) (out Outcome, changes, ok bool) {
	e.askListed(s, abi.KindPage)
	record := abi.Record{}
	if s.record != nil {
		record = *s.record
	}
	if !e.decide(record) {
		return Outcome{}, false, false
	}
	a := &e.response.Answer
	s.keep(a)
	s.injector.Reset(s.fills)
	return Outcome{Cookies: a.Cookies, Private: a.Cache == abi.CachePrivate}, len(s.fills) > 0, true
}

// askListed makes the request for the page's listed slots.
func (e *Edge) askListed(s *Stream, kind abi.Kind) {
	e.begin(&s.exchange, kind)
	e.request.Want, e.request.Mode = abi.WantHTML, abi.SlotsListed
}

// keep copies the offers out of an answer, which the next call writes over.
func (s *Stream) keep(a *abi.Answer) {
	size := 0
	for i := range a.Slots {
		size += len(a.Slots[i].Space) + len(a.Slots[i].HTML)
	}
	if cap(s.texts) < size {
		s.texts = make([]byte, 0, size+4096)
	}
	s.texts, s.fills = s.texts[:0], s.fills[:0]
	for i := range a.Slots {
		if slot := &a.Slots[i]; slot.HTML != nil {
			s.fills = append(s.fills, inject.Fill{
				Slot: inject.Slot{Space: s.text(slot.Space), N: slot.N}, HTML: s.text(slot.HTML),
			})
		}
	}
}

func (s *Stream) text(b []byte) []byte {
	from := len(s.texts)
	s.texts = append(s.texts, b...)
	return s.texts[from:len(s.texts):len(s.texts)]
}

// Idle reports whether the rest of the body can go by without Write.
func (s *Stream) Idle() bool { return s.injector.Idle() }

// Held is what Write has kept back of the body, until the next call.
func (s *Stream) Held() []byte { return s.injector.Held() }

// Write appends to dst what of the next bytes of the body can go out, and the last
// time the rest.
func (s *Stream) Write(dst, chunk []byte, last bool) []byte {
	dst = s.injector.Write(dst, chunk)
	fault.At("body", s.exchange.URI)
	if last {
		dst = s.injector.Close(dst)
	}
	return dst
}

// Close gives up what an exchange has made too large to be kept for the next.
func (s *Stream) Close() {
	s.record = nil
	s.injector.Reset(nil)
	if cap(s.texts) > maxKept {
		s.texts, s.fills = nil, nil
	}
	if cap(s.head) > maxKept {
		s.head = nil
	}
}

// peerSeconds is how long a token for a peer holds: clocks differ, and a call
// takes no minute.
const peerSeconds = 300

// AppendBearer appends the authorization with which a peer is asked, made with the
// settings' key of that use; without one there is none.
func (e *Edge) AppendBearer(dst []byte, nowMs int64) ([]byte, bool) {
	b, err := seal.AppendPeer(append(dst, "Bearer "...), e.guest.Keys(), nowMs/1000+peerSeconds)
	return b, err == nil
}

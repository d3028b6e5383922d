package visitor

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/seal"
)

// The second cookie's names. Answers to events write it and page answers only
// read it, so that a page in flight cannot undo what the visitor did meanwhile.
const (
	EventsName       = "proffer_e"
	EventsNameSecure = "__Host-proffer_e"
)

// maxEventsBody is the most that the second cookie holds: with its envelope as
// base64url and its name it takes 256 bytes then.
const maxEventsBody = 161

// maxEvents bounds its entries: each takes 17 bytes at least.
const maxEvents = 10

// settled is after how many minutes an event that the visitor cookie holds may
// go from the second one: no page is in flight so long.
const settled = 60

// Event is a status that a proposition has reached, with what is needed to find
// it in a history, or, if the history did not have it, to put it there.
type Event struct {
	Entry
	Create  bool
	Person  bool   // the section's kind, and
	Section uint32 // its name, in a shared folder the environment's; both are kept with Create alone
	Space   uint32 // that an acceptance writes visitor data for; 0 = it writes none
}

// Events is the content of the second cookie, newest first.
type Events struct {
	Visitor uint32 // see Tag
	List    [maxEvents]Event
	N       int
}

// EventsCookie is the second cookie's name.
func EventsCookie(secure bool) string {
	if secure {
		return EventsNameSecure
	}
	return EventsName
}

// All are the events.
func (v *Events) All() []Event { return v.List[:v.N] }

const (
	eventStatus = 7
	eventCreate = 8
	eventPerson = 16
	eventWrites = 32
)

// Decode reads an opened body. It reports false, and v is empty, if the body is
// not well formed.
func (v *Events) Decode(body []byte) bool {
	r := reader{rest: body}
	*v = Events{Visitor: r.u32()}
	for len(r.rest) > 0 && v.N < maxEvents {
		e := &v.List[v.N]
		v.N++
		flags := r.byte()
		e.Status = catalog.Status(flags & eventStatus)
		e.Create, e.Person = flags&eventCreate != 0, flags&eventPerson != 0
		r.id(&e.ID)
		e.Offer = r.u32()
		e.First = r.u24()
		e.Last = e.First + min(r.uvarint(), maxMinute)
		if e.Create {
			e.Section = r.u32()
			e.Channel = uint16(r.byte()) | uint16(r.byte())<<8
		}
		if flags&eventWrites != 0 {
			e.Space = r.u32()
		}
		r.bad = r.bad || e.Status > catalog.Rejected || e.Last > maxMinute
	}
	if r.bad || len(r.rest) > 0 {
		*v = Events{}
		return false
	}
	return true
}

// Append writes the body.
func (v *Events) Append(dst []byte) []byte {
	dst = appendLE32(dst, v.Visitor)
	for i := range v.All() {
		dst = v.List[i].append(dst)
	}
	return dst
}

func (e *Event) append(dst []byte) []byte {
	flags := byte(e.Status)
	if e.Create {
		flags |= eventCreate
		if e.Person {
			flags |= eventPerson
		}
	}
	if e.Space != 0 {
		flags |= eventWrites
	}
	dst = append(dst, flags)
	dst = append(dst, e.ID[:]...)
	dst = appendLE32(dst, e.Offer)
	dst = append(dst, byte(e.First), byte(e.First>>8), byte(e.First>>16))
	dst = appendUvarint(dst, e.Last-e.First)
	if e.Create {
		dst = appendLE32(dst, e.Section)
		dst = append(dst, byte(e.Channel), byte(e.Channel>>8))
	}
	if e.Space != 0 {
		dst = appendLE32(dst, e.Space)
	}
	return dst
}

// Note takes an event in: it raises what the cookie has of the proposition, or
// is put in front. It reports whether anything changed.
func (v *Events) Note(e Event) (changed bool) {
	for i := range v.All() {
		if held := v.List[i]; held.ID == e.ID {
			if !held.Raise(e.Status, e.Last) {
				return false
			}
			held.Space = e.Space
			if e.Create && !held.Create {
				held.Create, held.Person, held.Section, held.Channel = true, e.Person, e.Section, e.Channel
			}
			copy(v.List[1:i+1], v.List[:i])
			v.List[0] = held
			return true
		}
	}
	if v.N == maxEvents {
		v.N--
	}
	copy(v.List[1:v.N+1], v.List[:v.N])
	v.List[0] = e
	v.N++
	return true
}

// Settle drops what the visitor cookie holds already and is older than an hour,
// and then as much as is needed for the rest to fit: first what was presented
// at most, then the oldest that the visitor cookie holds, then the oldest. The
// newest event stays in any case.
func (v *Events) Settle(now uint32, holds func(*Event) bool) {
	for i := v.N - 1; i >= 0; i-- {
		if e := &v.List[i]; e.Last+settled < now && holds(e) {
			v.remove(i)
		}
	}
	for v.N > 1 && v.size() > maxEventsBody {
		v.remove(v.first(holds))
	}
}

// first is the event that goes first when there is no room.
func (v *Events) first(holds func(*Event) bool) int {
	for i := v.N - 1; i > 0; i-- {
		if !later(v.List[i].Status) {
			return i
		}
	}
	for i := v.N - 1; i > 0; i-- {
		if holds(&v.List[i]) {
			return i
		}
	}
	return v.N - 1
}

//go:noinline
func (v *Events) remove(i int) {
	copy(v.List[i:v.N-1], v.List[i+1:v.N])
	v.N--
}

//go:noinline
func (v *Events) size() int {
	var room [4 + maxEvents*32]byte
	return len(v.Append(room[:0]))
}

// Apply raises the history of a section by the events of its propositions, and
// adds those that it lacks and that belong to it. It pins all of them. Bit i of changed says that
// List[i] changed the history.
func (v *Events) Apply(h *History, person bool, section uint32) (changed uint16) {
	for i := v.N - 1; i >= 0; i-- {
		e := &v.List[i]
		if at := h.match(e); at >= 0 {
			h.Entries[at].Pinned = true
			if h.Raise(at, e.Status, e.Last) {
				changed |= 1 << i
			}
		} else if e.Create && e.Person == person && e.Section == section {
			entry := e.Entry
			entry.Pinned = true
			h.Add(entry)
			changed |= 1 << i
		}
	}
	return changed
}

// Held reports whether a history has taken an event in.
func (h *History) Held(e *Event) bool {
	at := h.match(e)
	return at >= 0 && h.Entries[at].knows(e)
}

// knows reports whether what an event says is known already.
func (e *Entry) knows(n *Event) bool { return stage(e.Status) >= stage(n.Status) && e.Last >= n.Last }

// match finds the proposition of an event, or -1: by its id, or, where it was
// folded, by what is left of it. One that came further than presented has lost
// the time of its presentation, so that any of the offer from then on may be it:
// an event that is sent again must not count as another proposition's.
func (h *History) match(e *Event) int {
	if at := h.Find(e.ID[:]); at >= 0 {
		return at
	}
	likely := -1
	for i := h.Whole; i < h.N; i++ {
		f := &h.Entries[i]
		switch {
		case f.Offer != e.Offer:
		case f.First == e.First, f.Last == e.Last && f.Status == e.Status:
			return i
		case later(f.Status) && f.Last > e.First:
			likely = i
		}
	}
	return likely
}

// Open reads the first cookie of a header that verifies and is well formed.
func (v *Events) Open(body []byte, keys *seal.Keyring, header []byte, secure bool) (sent, ok bool) {
	name := EventsCookie(secure)
	jar := Cookies(header, name)
	for {
		value, more := jar.Next()
		if !more {
			return sent, false
		}
		sent = true
		if opened, _, good := seal.Open(body[:0], keys, seal.UseCookie, name, value); good && v.Decode(opened) {
			return true, true
		}
	}
}

// AppendEventsCookie writes a whole Set-Cookie value for the second cookie. It
// reports false, and dst is unchanged, if there is no key to sign it with.
func AppendEventsCookie(dst []byte, keys *seal.Keyring, body []byte, secure bool) ([]byte, bool) {
	return appendCookie(dst, keys, EventsCookie(secure), body, secure)
}

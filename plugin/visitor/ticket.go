package visitor

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/seal"
)

// TicketLife is for how many minutes a ticket is good: 30 days, as long as an
// unlinked visitor is kept.
const TicketLife = 30 * 24 * 60

// MaxDestination bounds the destination of a click, in bytes: a ticket is at most
// 1,024 characters, and links beyond that break elsewhere too.
const MaxDestination = 640

// Action is what a ticket is for.
type Action uint8

// The actions. A click leads to a destination; the others are events alone.
const (
	Click Action = iota
	Seen
	Accept
	Reject
)

var actionNames = [...]string{"click", "seen", "accept", "reject"}

// String is the action's name in URLs; it is part of what is signed, so that a
// ticket of one action is none of another.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return "unknown"
}

// ParseAction is the inverse of String.
func ParseAction(name []byte) (Action, bool) {
	for a, s := range actionNames {
		if string(name) == s {
			return Action(a), true
		}
	}
	return 0, false
}

// Ticket is a token that names one proposition whole, so that an event can
// record it wherever it arrives. Names are hashes (Hash32; of the channel its
// upper half).
type Ticket struct {
	ID          [8]byte
	Environment uint32
	Space       uint32
	Offer       uint32
	Channel     uint16
	Minute      uint32 // at which it was decided
	Visitor     uint32 // the target, see Tag; 0 = nobody
	Status      catalog.Status
	Destination []byte // of a click
}

// ticketSize is that of the fixed part.
const ticketSize = 8 + 4 + 4 + 4 + 2 + 3 + 4 + 1

// Tag is the form in which tickets and the second cookie name a visitor. It is
// never 0, which names nobody.
func Tag(id *[16]byte) uint32 {
	return max(le32(id[:])^le32(id[4:])^le32(id[8:])^le32(id[12:]), 1)
}

// AppendTicket writes a ticket as text for a URL: base64url of a sealed body,
//
//	id (8) ‖ environment ‖ space ‖ offer (u32 each) ‖ channel u16 ‖ minute u24 ‖
//	visitor u32 ‖ status u8 ‖ destination
//
// little-endian, under the cookie key, with the action's name as label. Nothing
// is written without a key, or if the destination is too long.
func AppendTicket(dst []byte, keys *seal.Keyring, a Action, t *Ticket) []byte {
	if len(t.Destination) > MaxDestination {
		return dst
	}
	var room [ticketSize + MaxDestination]byte
	b := append(room[:0], t.ID[:]...)
	b = appendLE32(b, t.Environment)
	b = appendLE32(b, t.Space)
	b = appendLE32(b, t.Offer)
	b = append(b, byte(t.Channel), byte(t.Channel>>8), byte(t.Minute), byte(t.Minute>>8), byte(t.Minute>>16))
	b = appendLE32(b, t.Visitor)
	b = append(b, byte(t.Status))
	b = append(b, t.Destination...)
	return seal.Seal(dst, keys, seal.UseCookie, a.String(), b)
}

// OpenTicket verifies a ticket. scratch has a capacity of seal.OpenSize and holds
// the destination afterwards.
func OpenTicket(scratch []byte, keys *seal.Keyring, a Action, text []byte) (t Ticket, ok bool) {
	body, _, ok := seal.Open(scratch[:0], keys, seal.UseCookie, a.String(), text)
	if !ok || len(body) < ticketSize {
		return Ticket{}, false
	}
	r := reader{rest: body}
	r.id(&t.ID)
	t.Environment, t.Space, t.Offer = r.u32(), r.u32(), r.u32()
	t.Channel = uint16(r.byte()) | uint16(r.byte())<<8
	t.Minute, t.Visitor = r.u24(), r.u32()
	t.Status = catalog.Status(r.byte())
	t.Destination = r.rest
	return t, t.Status <= catalog.Rejected
}

// Good reports whether a ticket has not expired at a minute.
func (t *Ticket) Good(now uint32) bool { return now <= t.Minute+TicketLife }

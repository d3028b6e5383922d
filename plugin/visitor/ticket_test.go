package visitor_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

var actions = []visitor.Action{visitor.Click, visitor.Seen, visitor.Accept, visitor.Reject}

func ticket(t *rapid.T) visitor.Ticket {
	out := visitor.Ticket{
		Environment: rapid.Uint32().Draw(t, "environment"), Space: rapid.Uint32().Draw(t, "space"),
		Offer: rapid.Uint32().Draw(t, "offer"), Channel: rapid.Uint16().Draw(t, "channel"),
		Minute: rapid.Uint32Max(1<<24-1).Draw(t, "minute"), Visitor: rapid.Uint32().Draw(t, "visitor"),
		Status:      catalog.Status(rapid.IntRange(0, 5).Draw(t, "status")),
		Destination: rapid.SliceOfN(rapid.Byte(), 0, visitor.MaxDestination).Draw(t, "destination"),
	}
	copy(out.ID[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id"))
	return out
}

func sameTicket(a, b *visitor.Ticket) bool {
	x, y := *a, *b
	same := bytes.Equal(x.Destination, y.Destination)
	x.Destination, y.Destination = nil, nil
	return same && x.ID == y.ID && x.Environment == y.Environment && x.Space == y.Space && x.Offer == y.Offer &&
		x.Channel == y.Channel && x.Minute == y.Minute && x.Visitor == y.Visitor && x.Status == y.Status
}

// TestTicket: a ticket reads as it was written, for its own action alone.
func TestTicket(t *testing.T) {
	keys := seal.TestKeyring()
	rapid.Check(t, func(t *rapid.T) {
		want := ticket(t)
		a := rapid.SampledFrom(actions).Draw(t, "action")
		text := visitor.AppendTicket(nil, keys, a, &want)
		if len(text) == 0 || len(text) > seal.MaxValue {
			t.Fatalf("a ticket of %d characters", len(text))
		}
		scratch := make([]byte, 0, seal.OpenSize)
		for _, b := range actions {
			got, ok := visitor.OpenTicket(scratch, keys, b, text)
			if ok != (a == b) || ok && !sameTicket(&got, &want) {
				t.Fatalf("%v opened as %v: %v %+v, want %+v", a, b, ok, got, want)
			}
		}
	})
}

// TestTicketBits: every flipped bit is refused, and so is every cut.
func TestTicketBits(t *testing.T) {
	keys := seal.TestKeyring()
	text := visitor.AppendTicket(nil, keys, visitor.Click, &visitor.Ticket{ID: [8]byte{1}, Destination: []byte("/offers/beach")})
	scratch := make([]byte, 0, seal.OpenSize)
	for i := range 8 * len(text) {
		bad := bytes.Clone(text)
		bad[i/8] ^= 1 << (i % 8)
		if _, ok := visitor.OpenTicket(scratch, keys, visitor.Click, bad); ok {
			t.Errorf("bit %d is not covered", i)
		}
	}
	for n := range text {
		if _, ok := visitor.OpenTicket(scratch, keys, visitor.Click, text[:n]); ok {
			t.Errorf("cut to %d of %d characters it opens", n, len(text))
		}
	}
	if out := visitor.AppendTicket(nil, keys, visitor.Click, &visitor.Ticket{Destination: make([]byte, visitor.MaxDestination+1)}); len(out) != 0 {
		t.Error("a destination over the limit was taken")
	}
}

func TestTicketLife(t *testing.T) {
	k := visitor.Ticket{Minute: 1000}
	if !k.Good(1000) || !k.Good(1000+visitor.TicketLife) || k.Good(1001+visitor.TicketLife) {
		t.Error("a ticket is good for 30 days")
	}
}

package guest_test

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestEventsOfRealPages: what the module's own pages propose, its endpoints
// raise, and its next page takes in, with the visitor data that an acceptance
// writes, once.
func TestEventsOfRealPages(t *testing.T) {
	g := ready(t, testConfig(), build(t, threeSpaces))
	b := jar{}
	page := func(minute int64) *abi.Answer {
		r := b.on(asks(request(g), "later", "plain"))
		r.Time += minute * 60_000
		r.Entropy = bytes.Repeat([]byte{byte(minute)}, abi.EntropySize)
		a := answer(t, g, r)
		b.take(a.Cookies)
		return a
	}
	first := page(0)
	hash := snapshot.Hash32
	ticket := func(p *abi.Proposition) *visitor.Ticket {
		return &visitor.Ticket{ID: [8]byte(p.ID), Environment: hash(p.Environment), Space: hash(p.Space), Offer: hash(p.Offer),
			Channel: decide.ChannelHash(p.Channel), Minute: visitor.Minute(p.Time), Visitor: b.tag(t), Status: p.Status, Destination: []byte("/x")}
	}
	accepted := ticket(&first.Propositions[0])
	for range 3 {
		b.does(t, g, visitor.Accept, accepted, func(r *abi.Request) { r.Time += 60_000 })
	}
	if v := b.noted(t); v.N != 1 {
		t.Fatalf("noted %+v", v.All())
	}
	for minute := int64(2); minute < 5; minute++ {
		a := page(minute)
		if got := string(a.Visitor.Attributes); got != "\x81\xa5likes\x01" {
			t.Errorf("minute %d: %q", minute, got)
		}
	}
	var s visitor.State
	body, _, _ := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(b["proffer"]))
	if !s.Decode(body) {
		t.Fatal("no state")
	}
	var h visitor.History
	e := visitor.Event{Entry: visitor.Entry{ID: accepted.ID}}
	if f := s.Find(&h, &e); f == nil || f.Status != catalog.Scheduled || f.Last != visitor.Minute(noon)+1 {
		t.Errorf("the history has %+v", f)
	}
	if b.does(t, g, visitor.Accept, accepted, func(r *abi.Request) { r.Time += 6 * 60_000 }); b.noted(t).N != 1 {
		t.Errorf("noted again: %+v", b.noted(t).All())
	}
}

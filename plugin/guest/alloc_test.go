package guest_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestNoGarbageOfTickets renders three links that count clicks.
func TestNoGarbageOfTickets(t *testing.T) {
	g := ready(t, testConfig(), build(t, strings.ReplaceAll(linked, "track: false, ", "")))
	r := request(g)
	r.Want = abi.WantHTML
	message := abi.AppendRequest(nil, r)
	var dst []byte
	handle := func() { dst = g.Handle(dst[:0], message) }
	handle()
	if n := strings.Count(string(dst), "/.proffer/click?t="); n != 3 {
		t.Fatalf("%d links count clicks", n)
	}
	if n := testing.AllocsPerRun(100, handle); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestNoGarbage handles typical requests over and over: once the buffers have
// their size, nothing comes from the heap.
func TestNoGarbage(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	browser := func(r *abi.Request, cookies string) *abi.Request {
		header(r, "user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
		header(r, "accept-language", "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5")
		header(r, "x-a-header-with-a-name-of-more-than-thirty-two-bytes", "x")
		header(r, "x-country", "FR")
		return header(r, "cookie", "theme=dark; "+cookies+"; _ga=GA1.2.3")
	}
	stranger := browser(request(g), "a=b")
	first := answer(t, g, request(g))
	returning := browser(request(g), cookie(first))
	returning.Time += 60_000
	returning.HasRecord = true // the people source does not know this visitor
	known := browser(request(g), cookie(first)+"; proffer_identity="+token(t, "main", "anna", seal.Attribute{Name: "tier", Value: "gold"}))
	known.Record = abi.Record{Persons: []abi.Person{{Source: []byte("main"), Key: []byte("anna")}}}
	known.HasRecord = true
	slots := browser(asks(request(g), "hero", "visitors/hero", "side"), cookie(first))
	slots.Flags |= abi.FlagPeer | abi.FlagSecure
	slots.Slots[0].Attributes = []abi.Attribute{{Name: []byte("basket"), Value: []byte{5}}}
	slots.Slots[1].Categories = [][]byte{[]byte("all")}
	refused := browser(request(g), cookie(first))
	refused.Flags ^= abi.FlagConsentGiven | abi.FlagConsentRefused
	need := browser(request(g), "proffer_identity="+token(t, "main", "anna"))
	fragment := browser(calls(g, "GET fragment?page=%2F&slot=hero_2"), cookie(first))
	fragment.HasRecord, fragment.Flags = true, fragment.Flags|abi.FlagStore
	call := browser(called(g, callOfAll), cookie(first))
	refusedCall := browser(called(g, `{"slots":[{"space":"hero"}],"nobody knows \u0061":1}`), cookie(first))
	for _, r := range []*abi.Request{stranger, returning, slots} {
		r.Want |= abi.WantLinks | abi.WantEvents
	}
	dst := make([]byte, 0, 64<<10)
	for name, r := range map[string]*abi.Request{
		"a stranger": stranger, "a returning visitor": returning, "a known person": known, "asked slots": slots,
		"refusal": refused, "a need": need, "a fragment": fragment, "a call": call, "a refused call": refusedCall,
	} {
		message := abi.AppendRequest(nil, r)
		want := abi.StatusOK
		if name == "a need" {
			want = abi.StatusNeed
		}
		handle := func() { dst = g.Handle(dst[:0], message) }
		handle()
		if got, ok := abi.StatusOf(dst); !ok || got != want {
			t.Errorf("%s: %s", name, got)
		}
		if n := testing.AllocsPerRun(100, handle); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

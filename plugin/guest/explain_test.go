package guest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// crowd is a catalog with more offers than a trace lists, of which one is
// eligible for nobody, and one that has no content for the space.
func crowd(t *testing.T, offers int) []byte {
	var b strings.Builder
	b.WriteString(`
catalog: crowd
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {note: string, segment: {type: string, default: none}}
    attributes: {place: int}
    spaces:
      hero: {channel: web, allow_duplicates: true, fields: {title: text}}
      side: {channel: web, fields: {title: text}}
    categories:
      all:
        offers:
          elsewhere: {weights: 1, content: {side: {title: Side}}}
          nobodys: {weights: 0.5, filter: target.segment == "x", content: {hero: {title: Nobody}}}
`)
	for i := range offers {
		fmt.Fprintf(&b, "          o%d: {weights: %d, content: {hero: {title: T}}}\n", i, i+1)
	}
	return build(t, b.String())
}

// explain asks for reasons and decodes them.
func explain(t *testing.T, g *guest.Guest, r *abi.Request) *abi.Trace {
	t.Helper()
	r.Kind = abi.KindExplain
	out, err := abi.DecodeResponse(g.Explain(nil, abi.AppendRequest(nil, r)))
	if err != nil || out.Status != abi.StatusOK {
		t.Fatalf("%v, %s", err, out.Text)
	}
	trace, err := abi.DecodeTrace(out.Answer.Trace)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// code is an offer's.
func code(g *guest.Guest, o *abi.TraceOffer) string {
	return string(g.View().Name(g.View().Offer(o.Offer).Code()))
}

// TestTraceListsTheHeaviest: 200 offers a group, whatever else is eligible, and
// those that the request names.
func TestTraceListsTheHeaviest(t *testing.T) {
	g := ready(t, testConfig(), crowd(t, 300))
	r := asks(request(g), "hero")
	trace := explain(t, g, r)
	group := trace.Groups[0]
	if len(group.Offers) != abi.MaxTraced || group.Left != 101 {
		t.Fatalf("%d offers are listed and %d left, want 200 and 101", len(group.Offers), group.Left)
	}
	for i := range group.Offers {
		if o := &group.Offers[i]; code(g, o) != fmt.Sprintf("o%d", 299-i) || o.Why != abi.WhyEligible || o.Detail != uint64(i+1) || o.Weight != float64(300-i) {
			t.Fatalf("place %d has %s: %+v", i, code(g, o), *o)
		}
	}
	r.Offers = [][]byte{[]byte("nobodys"), []byte("o0"), []byte("elsewhere"), []byte("o299"), []byte("unheard of")}
	group = explain(t, g, r).Groups[0]
	got := map[string]abi.TraceOffer{}
	for i := range group.Offers {
		got[code(g, &group.Offers[i])] = group.Offers[i]
	}
	if len(got) != 204 || group.Left != 98 {
		t.Errorf("%d offers are listed and %d left, want 204 and 98", len(got), group.Left)
	}
	if o := got["nobodys"]; o.Why != abi.WhyFilter || o.Count != 0 || o.Weight != 0.5 {
		t.Errorf("nobodys: %+v", o)
	}
	if o := got["o0"]; o.Why != abi.WhyEligible || o.Detail != 300 {
		t.Errorf("o0: %+v", o)
	}
	if o := got["elsewhere"]; o.Why != abi.WhyNotLive {
		t.Errorf("elsewhere: %+v", o)
	}
}

// TestTraceFitsTheAnswer takes as many groups as there can be, each with all
// that can be named: the answer stays within the contract, and every group has
// a share of the room.
func TestTraceFitsTheAnswer(t *testing.T) {
	g := ready(t, testConfig(), crowd(t, 450))
	r := request(g)
	r.Flags |= abi.FlagVisitors
	r.HasRecord = true
	r.Record.Visitors = []abi.Visitor{{Known: true, Attributes: abi.AppendAttributes(nil, []abi.Attribute{
		{Name: []byte("note"), Value: wire.AppendStr(nil, strings.Repeat("x", 5000))},
	})}}
	for i := range abi.MaxSlots {
		asks(r, "hero")
		r.Slots[i].Attributes = []abi.Attribute{{Name: []byte("place"), Value: wire.AppendInt(nil, int64(i))}}
	}
	for i := range abi.MaxOffers {
		r.Offers = append(r.Offers, fmt.Appendf(nil, "o%d", i))
	}
	r.Kind = abi.KindExplain
	b := g.Explain(nil, abi.AppendRequest(nil, r))
	if len(b) > abi.MaxRequest {
		t.Errorf("an answer of %d bytes, the contract allows %d", len(b), abi.MaxRequest)
	}
	trace := explain(t, g, r)
	if len(trace.Groups) != abi.MaxSlots {
		t.Fatalf("%d groups", len(trace.Groups))
	}
	for i := range trace.Groups {
		if group := &trace.Groups[i]; len(group.Offers) < 300 || len(group.Offers)+group.Left != 451 {
			t.Errorf("group %d has %d offers and leaves %d", i, len(group.Offers), group.Left)
		}
		if v := trace.Groups[i].Target; len(v) != 2 || string(v[0]) != "\x80" || string(v[1]) != "\xa4none" {
			t.Errorf("group %d has the target %q", i, v)
		}
	}
}

// TestExplainIsHandle but for requests to explain: of any others, and of those
// that are not answered, the responses are the same, behind what was there.
func TestExplainIsHandle(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	page := abi.AppendRequest(nil, asks(request(g), "visitors/hero"))
	const head = 3                                                        // an array of more than 15 elements
	long := slices.Concat(page[:head], []byte{0xcd, 0, 3}, page[head+1:]) // the kind in three bytes
	handled := g.Handle([]byte("head"), page)
	explained := g.Explain([]byte("head"), long)
	const tail = 4 // from the trace on, each in a byte
	if n := len(handled) - tail; string(explained[:n]) != string(handled[:n]) || len(explained) <= len(handled) {
		t.Errorf("got %q\nwant %q and a trace", explained, handled)
	}
	wrong := asks(request(g), "visitors/hero")
	wrong.Kind, wrong.Snapshot = abi.KindExplain, make([]byte, abi.HashSize)
	for name, c := range map[string]struct {
		request []byte
		status  abi.Status
	}{
		"page": {page, abi.StatusOK}, "ping": {[]byte{0x91, 0}, abi.StatusOK}, "nothing": {nil, abi.StatusMalformed},
		"no array": {[]byte{0xc0}, abi.StatusMalformed}, "no kind": {[]byte{0x90}, abi.StatusMalformed},
		"no snapshot": {[]byte{0x91, 3}, abi.StatusWrongSnapshot}, "wrong snapshot": {abi.AppendRequest(nil, wrong), abi.StatusWrongSnapshot},
	} {
		out := g.Explain([]byte("head"), c.request)
		if status, ok := abi.StatusOf(out[4:]); !ok || status != c.status || string(out[:4]) != "head" {
			t.Errorf("%s: %s, want %s", name, status, c.status)
		}
	}
}

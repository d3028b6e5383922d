package guest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// kept has environments of both kinds whose histories are in the store, and one
// whose history is in the cookie. Each shows an offer once.
const kept = `
catalog: kept
consent: assumed
retention: {visitors: 60d}
rules: {once: {period: 30d, quantity: 1, counted: self}}
environments:
  visitors:
    kind: anonymous
    history: store
    typology: [once]
    target: {pages: {type: int, default: 0}}
    spaces:
      hero: {channel: web, store: {visitor: {pages: target.pages + 1}}}
      seen: {channel: web, viewable: true}
    categories: {all: {offers: {OFFERS}}}
  people:
    kind: identified
    history: store
    merge_history: true
    typology: [once]
    target: {tier: {type: string, default: none}}
    spaces: {own: {channel: web, fields: {t: text}, identification: {implicit: true, fallback: visitors/hero}}}
    categories:
      all:
        offers:
          a: {weights: 20, content: {own: {t: '{{ target.tier }}'}}}
          b: {weights: 19, content: {own: {t: '{{ target.tier }}'}}}
          x: {weights: 18, content: {own: {t: '{{ target.tier }}'}}}
  plain:
    kind: anonymous
    visitor_folder: plain
    typology: [once]
    target: {pages: {type: int, default: 0}}
    spaces: {side: {channel: web, store: {visitor: {pages: target.pages + 1}}}}
    categories: {all: {offers: {a: {weights: 2, content: {side: {}}}, b: {weights: 1, content: {side: {}}}}}}
`

func keptGuest(t testing.TB) *guest.Guest {
	var list []string
	for i, c := range "abcdefghijklmnopqrstuvwxyz" {
		list = append(list, fmt.Sprintf("%c: {weights: %d, content: {hero: {}, seen: {}}}", c, 100-i))
	}
	return ready(t, testConfig(), build(t, strings.Replace(kept, "OFFERS", strings.Join(list, ", "), 1)))
}

// shopper is a browser on a host with a store, and what the host's next look-up
// finds.
type shopper struct {
	guest  *guest.Guest
	jar    jar
	pages  byte
	record abi.Record
}

func newShopper(t testing.TB) *shopper { return &shopper{guest: keptGuest(t), jar: jar{}} }

// request is one of the browser's next page.
func (s *shopper) request(slots ...string) *abi.Request {
	s.pages++
	r := s.jar.on(asks(request(s.guest), slots...))
	r.Flags |= abi.FlagStore
	r.Time += int64(s.pages) * 60_000
	r.Entropy = bytes.Repeat([]byte{s.pages}, abi.EntropySize)
	return r
}

// send sends a request with what is looked up, and takes the cookies.
func (s *shopper) send(t testing.TB, r *abi.Request) *abi.Answer {
	t.Helper()
	out := send(t, s.guest, r)
	if out.Status == abi.StatusNeed {
		r.HasRecord, r.Record = true, s.record
		out = send(t, s.guest, r)
	}
	if out.Status != abi.StatusOK {
		t.Fatalf("%s: %s", out.Status, out.Text)
	}
	s.jar.take(out.Answer.Cookies)
	return &out.Answer
}

func (s *shopper) page(t testing.TB, slots ...string) *abi.Answer {
	t.Helper()
	return s.send(t, s.request(slots...))
}

// notFound is what a store finds of a visitor that it does not know.
func notFound() abi.Record {
	return abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors")}, {Folder: []byte("plain")}}}
}

// found is what it finds after changes.
func found(c *abi.Changes) abi.Record {
	r := notFound()
	v := &r.Visitors[0]
	v.Known, v.History = true, c.History
	if len(c.Folders) > 0 {
		v.Attributes = c.Folders[0].Attributes
	}
	return r
}

// state is what the visitor cookie holds.
func (s *shopper) state(t testing.TB) *visitor.State {
	t.Helper()
	var out visitor.State
	body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(s.jar["proffer"]))
	if !ok || !out.Decode(body) {
		t.Fatal("the visitor cookie does not open")
	}
	return &out
}

// toldOf writes the entries of a history as "offer/space status".
func toldOf(h abi.History) string {
	var out []string
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		status := e.Status.String()
		if e.Status == abi.Withdrawn {
			status = "withdrawn"
		}
		out = append(out, fmt.Sprintf("%s/%s %s", e.Offer, e.Space, status))
	}
	return strings.Join(out, ", ")
}

// first is the first entry of a history.
func first(t testing.TB, h abi.History) (e abi.HistoryEntry) {
	t.Helper()
	if it := h.Iterate(); !it.Next(&e) {
		t.Fatal("an empty history")
	}
	return e
}

// TestStoreTakesOverWithTheSecondRequest: a stranger's first page is in the cookie
// alone; the second hands over what it holds, and the cookie goes without.
func TestStoreTakesOverWithTheSecondRequest(t *testing.T) {
	s := newShopper(t)
	one := s.page(t, "visitors/hero")
	if one.HasChanges || offers(one) != "a" || len(s.state(t).Sections[0].Data()) == 0 {
		t.Fatalf("first page: %s, changes %v", offers(one), one.HasChanges)
	}
	s.record = notFound()
	two := s.page(t, "visitors/hero")
	c := &two.Changes
	if offers(two) != "b" || toldOf(c.History) != "b/hero presented, a/ presented" {
		t.Fatalf("second page: %s, %s", offers(two), toldOf(c.History))
	}
	var e, old abi.HistoryEntry
	it := c.History.Iterate()
	it.Next(&e)
	it.Next(&old)
	if !bytes.Equal(old.ID, one.Propositions[0].ID) || string(e.Environment) != "visitors" || e.First != two.Propositions[0].Time ||
		string(e.Channel) != "web" || string(old.Channel) != "web" || old.First != one.Propositions[0].Time {
		t.Errorf("%+v, %+v", e, old)
	}
	want := abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("pages"), Value: wire.AppendInt(nil, 2)}})
	if len(c.Folders) != 1 || string(c.Folders[0].Folder) != "visitors" || has(c.Folders[0].Attributes) != has(want) {
		t.Errorf("folders %q", c.Folders)
	}
	if id := s.state(t).ID; !bytes.Equal(c.Visitor, id[:]) || c.Person.Key != nil || c.Link.Hash != nil || c.Forget {
		t.Errorf("subject %+v", c)
	}
	if data := s.state(t).Sections[0].Data(); len(data) > 0 {
		t.Errorf("the cookie still has %x", data)
	}
	s.record = found(c)
	three := s.page(t, "visitors/hero")
	if offers(three) != "c" || toldOf(three.Changes.History) != "c/hero presented" || has(three.Changes.Folders[0].Attributes) != "pages=03" {
		t.Errorf("third page: %s, %s", offers(three), toldOf(three.Changes.History))
	}
}

// has writes attributes in their order.
func has(list abi.Attributes) string {
	var out []string
	var a abi.Attribute
	for it := list.Iterate(); it.Next(&a); {
		out = append(out, fmt.Sprintf("%s=%x", a.Name, a.Value))
	}
	return strings.Join(out, " ")
}

// TestStoreKeepsTheCookieSmall: of many propositions the cookie keeps the last
// eight whole, in few bytes, and those of a first page that it had to fold go over
// too.
func TestStoreKeepsTheCookieSmall(t *testing.T) {
	s := newShopper(t)
	r := s.request("visitors/hero")
	for n := 2; n <= 12; n++ {
		r.Slots = append(r.Slots, abi.Slot{Space: []byte("hero"), Environment: []byte("visitors"), N: n, Held: abi.HeldYes})
	}
	s.send(t, r)
	s.record = notFound()
	two := s.page(t, "visitors/hero")
	if n := two.Changes.History.Len(); n != 13 || offers(two) != "m" {
		t.Fatalf("%d propositions go over, and %s is shown", n, offers(two))
	}
	seen := map[string]bool{}
	var e abi.HistoryEntry
	for it := two.Changes.History.Iterate(); it.Next(&e); {
		seen[string(e.ID)+string(e.Offer)] = true
	}
	if len(seen) != 13 {
		t.Errorf("%d of 13 are told apart", len(seen))
	}
	var h visitor.History
	if t1 := s.state(t).Sections[0]; !t1.History(0, &h) || h.N != visitor.MaxWhole || h.Whole != h.N {
		t.Errorf("the cookie holds %d, %d of them whole", h.N, h.Whole)
	} else if len(t1.Parts) > 150 {
		t.Errorf("in %d bytes", len(t1.Parts))
	}
	s.record = found(&two.Changes)
	if three := s.page(t, "visitors/hero"); offers(three) != "n" || toldOf(three.Changes.History) != "n/hero presented" {
		t.Errorf("third page: %s, %s", offers(three), toldOf(three.Changes.History))
	}
}

// TestStoreOfAnEvent: what a visitor does on the first page is told with the
// proposition, and counts on the second by both, once.
func TestStoreOfAnEvent(t *testing.T) {
	s := newShopper(t)
	one := s.page(t, "visitors/hero")
	p := &one.Propositions[0]
	ticket := wanted(p, one, "")
	ticket.Visitor = s.jar.tag(t)
	got := s.jar.does(t, s.guest, visitor.Accept, &ticket, func(r *abi.Request) { r.Flags |= abi.FlagStore })
	if !got.HasChanges || toldOf(got.Changes.History) != "a/hero accepted" || !bytes.Equal(first(t, got.Changes.History).ID, p.ID) {
		t.Fatalf("%v %s", got.HasChanges, toldOf(got.Changes.History))
	}
	if again := s.jar.does(t, s.guest, visitor.Accept, &ticket, func(r *abi.Request) { r.Flags |= abi.FlagStore }); again.HasChanges {
		t.Error("told twice")
	}
	s.record = found(&got.Changes)
	two := s.page(t, "visitors/hero")
	if offers(two) != "b" || toldOf(two.Changes.History) != "b/hero presented" || has(two.Changes.Folders[0].Attributes) != "pages=02" {
		t.Errorf("second page: %s, %s, %s", offers(two), toldOf(two.Changes.History), has(two.Changes.Folders[0].Attributes))
	}
}

// TestStoreWithdraws: a proposition that the page had no place for goes from the
// cookie and counts for nothing.
func TestStoreWithdraws(t *testing.T) {
	s := newShopper(t)
	r := s.request("visitors/hero")
	r.Slots[0].Held = abi.HeldUnknown
	one := s.send(t, r)
	if p := &one.Propositions[0]; p.Status != catalog.Generated || p.Shown != catalog.Presented {
		t.Fatalf("%v, then %v", p.Status, p.Shown)
	}
	s.record = notFound()
	v := &s.record.Visitors[0]
	v.Known = true
	v.History = abi.AppendHistory(nil, []abi.HistoryEntry{{ID: one.Propositions[0].ID, Offer: []byte("a"), Status: abi.Withdrawn, Time: noon}})
	two := s.page(t, "visitors/hero")
	if offers(two) != "a" || toldOf(two.Changes.History) != "a/hero presented" {
		t.Errorf("%s, %s", offers(two), toldOf(two.Changes.History))
	}
	var h visitor.History
	if section := s.state(t).Sections[0]; !section.History(0, &h) || h.N != 1 {
		t.Errorf("the cookie holds %d", h.N)
	}
	r = s.request("visitors/seen")
	r.Slots[0].Held = abi.HeldUnknown
	if p := &s.send(t, r).Propositions[0]; p.Shown != catalog.Generated {
		t.Errorf("what only the visitor can tell is to be %v", p.Shown)
	}
}

// TestStoreOfAnErasedVisitor: an erased one is a stranger with another id, whom
// neither cookie says anything of.
func TestStoreOfAnErasedVisitor(t *testing.T) {
	s := newShopper(t)
	one := s.page(t, "visitors/hero")
	ticket := wanted(&one.Propositions[0], one, "")
	ticket.Visitor = 0
	s.jar.does(t, s.guest, visitor.Accept, &ticket, nil)
	old := s.state(t).ID
	s.record = found(&abi.Changes{History: abi.AppendHistory(nil, []abi.HistoryEntry{{Offer: []byte("b"), Time: noon}})})
	s.record.Erased = true
	s.record.Linked = s.record.Visitors[0].History
	two := s.page(t, "visitors/hero")
	if offers(two) != "a" || !two.Visitor.New || two.HasChanges || has(two.Visitor.Attributes) != "pages=01" {
		t.Errorf("%s, %+v", offers(two), two.Visitor)
	}
	if id := s.state(t).ID; id == old || s.jar["proffer_e"] != "" || s.state(t).Link.Set {
		t.Errorf("id %x after %x, second cookie %q", id, old, s.jar["proffer_e"])
	}
	s.record = notFound()
	if three := s.page(t, "visitors/hero"); offers(three) != "b" || three.Visitor.New {
		t.Errorf("then %s", offers(three))
	}
}

// TestStoreThatFails: without a look-up the cookie counts, is kept, and no visitor
// data is written; new propositions are told all the same.
func TestStoreThatFails(t *testing.T) {
	s := newShopper(t)
	s.page(t, "visitors/hero") // pages: 1
	for n, want := range []string{"b", "c"} {
		a := s.page(t, "visitors/hero")
		if offers(a) != want || !strings.HasPrefix(toldOf(a.Changes.History), want+"/hero presented, ") || len(a.Changes.Folders) > 0 ||
			has(a.Visitor.Attributes) != "pages=01" {
			t.Errorf("page %d: %s, %s, %s", n+2, offers(a), toldOf(a.Changes.History), has(a.Visitor.Attributes))
		}
		if data := s.state(t).Sections[0].Data(); len(data) == 0 {
			t.Errorf("page %d: the cookie has lost its data", n+2)
		}
	}
	// The row was written without the data, which the cookie still has.
	s.record = found(&abi.Changes{})
	if a := s.page(t, "visitors/hero"); offers(a) != "d" || has(a.Changes.Folders[0].Attributes) != "pages=02" {
		t.Errorf("then %s, %q", offers(a), a.Changes.Folders)
	}
}

// TestStoreAndTheCookieOfOthers: an environment whose history is in the cookie
// heeds no record and tells nothing, on a host with a store as without; and one
// whose history is to be in a store is kept in the cookie where there is none.
func TestStoreAndTheCookieOfOthers(t *testing.T) {
	s := newShopper(t)
	s.page(t, "plain/side")
	s.record = notFound()
	v := &s.record.Visitors[1]
	v.Known = true
	v.History = abi.AppendHistory(nil, []abi.HistoryEntry{{Offer: []byte("b"), Time: noon}})
	v.Attributes = abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("pages"), Value: []byte{9}}})
	if a := s.page(t, "plain/side"); offers(a) != "b" || a.HasChanges || has(a.Visitor.Attributes) != "pages=02" {
		t.Errorf("%s, changes %v, %s", offers(a), a.HasChanges, has(a.Visitor.Attributes))
	}
	without := &shopper{guest: s.guest, jar: jar{}}
	for i, want := range []string{"a", "b", "c"} {
		r := without.request("visitors/hero")
		r.Flags &^= abi.FlagStore
		a := without.send(t, r)
		if offers(a) != want || a.HasChanges || has(a.Visitor.Attributes) != fmt.Sprintf("pages=0%d", i+1) {
			t.Errorf("without a store: %s, %s", offers(a), has(a.Visitor.Attributes))
		}
	}
}

// TestNeedAlone: asked for the need alone a guest answers what it would for the
// page, and like a ping where nothing is to be looked up.
func TestNeedAlone(t *testing.T) {
	s := newShopper(t)
	r := s.request("visitors/hero")
	r.Kind = abi.KindNeed
	if got, want := s.guest.Handle(nil, abi.AppendRequest(nil, r)), abi.AppendPing(nil, s.guest.View().Hash()); !bytes.Equal(got, want) {
		t.Errorf("a stranger: %x, want %x", got, want)
	}
	s.page(t, "visitors/hero")
	page := s.request("visitors/hero", "people/own")
	alone := s.request("visitors/hero", "people/own")
	alone.Kind, alone.HasRecord = abi.KindNeed, true
	got, want := s.guest.Handle(nil, abi.AppendRequest(nil, alone)), s.guest.Handle(nil, abi.AppendRequest(nil, page))
	if status, _ := abi.StatusOf(got); status != abi.StatusNeed || !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if out := send(t, s.guest, alone); fmt.Sprintf("%s", out.Need.Folders) != "[visitors]" || len(out.Need.Visitor) == 0 {
		t.Errorf("%+v", out.Need)
	}
	alone.Flags &^= abi.FlagStore
	if out := send(t, s.guest, alone); out.Status != abi.StatusOK {
		t.Errorf("without a store: %s", out.Status)
	}
}

// TestStoreForgets: who asks for it is erased, also without consent.
func TestStoreForgets(t *testing.T) {
	s := newShopper(t)
	s.page(t, "visitors/hero")
	id := s.state(t).ID
	for _, consent := range []abi.Flags{abi.FlagConsentGiven, abi.FlagConsentRefused} {
		r := s.jar.on(calls(s.guest, "POST forget"))
		r.Flags = abi.FlagStore | consent
		got := replied(t, s.guest, r)
		if !got.HasChanges || !got.Changes.Forget || !bytes.Equal(got.Changes.Visitor, id[:]) || len(got.Cookies) != 2 {
			t.Errorf("%+v", got)
		}
	}
	r := calls(s.guest, "POST forget")
	r.Flags |= abi.FlagStore
	if got := replied(t, s.guest, r); got.HasChanges {
		t.Error("a stranger is to be erased")
	}
}

// TestStoreLeavesNoGarbage: once the buffers have their size, a page of a known
// visitor takes nothing from the heap with a store either.
func TestStoreLeavesNoGarbage(t *testing.T) {
	s := newShopper(t)
	s.page(t, "visitors/hero")
	s.record = notFound()
	s.record = found(&s.page(t, "visitors/hero").Changes)
	r := s.request("visitors/hero", "people/own", "plain/side")
	r.HasRecord, r.Record = true, s.record
	message := abi.AppendRequest(nil, r)
	dst := make([]byte, 0, 64<<10)
	handle := func() { dst = s.guest.Handle(dst[:0], message) }
	handle()
	if out, err := abi.DecodeResponse(dst); err != nil || !out.Answer.HasChanges {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, handle); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

package guest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// capped has rules of every counting, in an environment of visitors and in one
// of people that takes in what visitors were shown.
const capped = `
catalog: capped
zone: Europe/Paris
consent: assumed
people: [main]
sites: {"*": customers}
environments:
  customers:
    kind: identified
    people: main
    merge_history: true
    typology: [few]
    spaces: {hero: {channel: web, fields: {t: text}, identification: {implicit: true, fallback: visitors/hero}}}
    categories: {all: {offers: {a: {weights: 3, content: {hero: {t: A}}}, c: {weights: 2, content: {hero: {t: C}}}}}}
  visitors:
    kind: anonymous
    typology: [twice, one_of_a_kind, some, never_again]
    target: {note: {type: string, default: ""}, accepted: {type: int, default: 0}}
    attributes: {note: string}
    spaces:
      hero:
        channel: web
        fields: {t: text}
        store: {visitor: {note: 'interaction.note'}, visitor_on_acceptance: {accepted: target.accepted + 1}}
      side: {channel: mobile, fields: {t: text}}
      loud: {channel: web, fields: {t: text}}
    categories:
      first:
        offers:
          a: {weights: 9, content: {hero: {t: 'A {{ target.accepted }}'}, side: {t: A}}}
          b: {weights: 8, content: {hero: {t: B}, side: {t: B}}}
      second:
        offers:
          c: {weights: 7, content: {hero: {t: C}, side: {t: C}}}
          d: {weights: 6, content: {hero: {t: D}}}
      third:
        offers:
          e: {weights: 5, content: {hero: {t: E}, side: {t: E}, loud: {t: E}}}
          f: {weights: 4, content: {hero: {t: F}, side: {t: F}, loud: {t: F}}}
rules:
  twice: {period: 2d, quantity: 2, counted: self}
  one_of_a_kind: {calendar: day, quantity: 3, counted: category, same_channel_only: true}
  some: {applies_to: 'offer.category != "third"', period: 6h, quantity: 5, counted: rule}
  never_again: {period: 30d, quantity: 1, counted: self, status: accepted}
  few: {period: 1d, quantity: 3}
`

// shown is one proposition as the test remembers it.
type shown struct {
	env, offer, category, channel string
	at, accepted                  int64 // 0 = not accepted
	id                            [8]byte
}

// journey is a visitor with the cookies that were set last, and everything that
// was ever shown.
type journey struct {
	guest   *guest.Guest
	rand    *rand.Rand
	now     int64
	cookie  string
	second  string
	past    []shown
	capped  bool // the rules are those of capped
	evicted int
}

var categoryOf = map[string]string{"a": "first", "b": "first", "c": "second", "d": "second", "e": "third", "f": "third"}

// visit asks for some slots, checks what is shown, and remembers it.
func (b *journey) visit(t *testing.T) *abi.Answer {
	names := []string{"visitors/hero", "visitors/side", "customers/hero", "visitors/loud"}
	var slots []string
	for range 1 + b.rand.IntN(3) {
		slots = append(slots, names[b.rand.IntN(len(names))])
	}
	r := asks(request(b.guest), slots...)
	for i := range r.Slots {
		r.Slots[i].N = 1 + b.rand.IntN(3)
		r.Slots[i].Held = abi.Held(b.rand.IntN(3))
	}
	r.Time = b.now
	for i := range r.Entropy {
		r.Entropy[i] = byte(b.rand.UintN(256))
	}
	header(r, "cookie", b.cookie+"; "+b.second)
	if b.rand.IntN(4) == 0 {
		r.Target = abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}
		r.Record.Persons = []abi.Person{{Source: []byte("main"), Key: []byte("anna")}}
		r.HasRecord = true
	}
	says(r, "note", strings.Repeat("n", b.rand.IntN(220)))
	a := answer(t, b.guest, r)
	if b.capped {
		b.check(t, a)
	}
	for i := range a.Propositions {
		p := &a.Propositions[i]
		s := shown{env: string(p.Environment), offer: string(p.Offer), channel: string(p.Channel), at: p.Time}
		s.category = categoryOf[s.offer]
		copy(s.id[:], p.ID)
		b.past = append(b.past, s)
	}
	if set := cookie(a); set != "" {
		b.cookie = set
	}
	b.evicted += a.Evicted
	return a
}

// check compares what is shown with the rules, worked out from everything that
// was ever shown: as long as nothing had to make room, no cap is exceeded.
func (b *journey) check(t *testing.T, a *abi.Answer) {
	t.Helper()
	if b.evicted > 0 {
		return
	}
	for i := range a.Slots {
		s := &a.Slots[i]
		if s.Offer == nil {
			continue
		}
		offer := string(s.Offer)
		channel := "web"
		if string(s.Space) == "side" {
			channel = "mobile"
		}
		count := func(since int64, counts func(*shown) bool) (n int) {
			for i := range b.past {
				if p := &b.past[i]; p.at > since && counts(p) {
					n++
				}
			}
			return n
		}
		const hour = 3600_000
		fail := func(rule string, n int) {
			t.Fatalf("%s is shown at %d, rule %s has counted %d: %+v", offer, b.now, rule, n, b.past)
		}
		if string(s.Environment) == "customers" {
			if n := count(b.now-24*hour, func(*shown) bool { return true }); n >= 3 {
				fail("few", n)
			}
			continue
		}
		mine := func(counts func(*shown) bool) func(*shown) bool {
			return func(p *shown) bool { return p.env == "visitors" && counts(p) }
		}
		if n := count(b.now-48*hour, mine(func(p *shown) bool { return p.offer == offer })); n >= 2 {
			fail("twice", n)
		}
		midnight := (b.now+2*hour)/(24*hour)*24*hour - 2*hour // Paris has summer time
		if n := count(midnight-1, mine(func(p *shown) bool { return p.category == categoryOf[offer] && p.channel == channel })); n >= 3 {
			fail("one_of_a_kind", n)
		}
		if n := count(b.now-6*hour, mine(func(p *shown) bool { return p.category != "third" })); n >= 5 && categoryOf[offer] != "third" {
			fail("some", n)
		}
		if n := count(0, mine(func(p *shown) bool { return p.offer == offer && p.accepted > b.now-30*24*hour })); n >= 1 {
			fail("never_again", n)
		}
	}
}

// accept accepts something that was shown, as an answer to an event does: in the
// second cookie.
func (b *journey) accept() {
	if len(b.past) == 0 {
		return
	}
	s := &b.past[len(b.past)-1-b.rand.IntN(min(len(b.past), 4))]
	if s.env != "visitors" {
		return
	}
	s.accepted = b.now
	minute := visitor.Minute(b.now)
	var v visitor.Events
	v.Open(make([]byte, 0, seal.OpenSize), seal.TestKeyring(), []byte(b.second), false)
	var state visitor.State
	state.Open(make([]byte, 0, seal.OpenSize), seal.TestKeyring(), []byte(b.cookie), false)
	v.Visitor = visitor.Tag(&state.ID)
	v.Note(visitor.Event{
		Entry: visitor.Entry{
			ID: s.id, Offer: snapshot.Hash32([]byte(s.offer)), Channel: decide.ChannelHash([]byte(s.channel)),
			Status: catalog.Accepted, First: visitor.Minute(s.at), Last: minute,
		},
		Create: true, Section: snapshot.Hash32([]byte("visitors")), Space: snapshot.Hash32([]byte("hero")),
	})
	var h visitor.History
	state.Section(false, snapshot.Hash32([]byte("visitors"))).History(0, &h)
	v.Settle(minute, h.Held)
	set, _ := visitor.AppendEventsCookie(nil, seal.TestKeyring(), v.Append(nil), false)
	b.second, _, _ = strings.Cut(string(set), ";")
}

// visits drives 100 browsers through 100 visits each, in the course of days. The
// cookies stay within their budget, and no cap is exceeded as long as nothing
// that counts had to make room. It gives the sizes of the visitor cookies, by 96
// bytes, and how many browsers had to make room.
func visits(t *testing.T, text string) (sizes [8]int, full int) {
	t.Helper()
	g := ready(t, testConfig(), build(t, text))
	for seed := range uint64(100) {
		b := &journey{guest: g, rand: rand.New(rand.NewPCG(seed, 1)), now: noon, capped: text == capped}
		for range 100 {
			b.now += b.rand.Int64N([]int64{30_000, 600_000, 6 * 3600_000}[b.rand.IntN(3)])
			b.visit(t)
			if b.rand.IntN(4) == 0 {
				b.now += b.rand.Int64N(120_000)
				b.accept()
			}
			if n := len(b.cookie); n > 768 || n+len(b.second) > 1024 {
				t.Fatalf("the cookies have %d and %d bytes", n, len(b.second))
			} else if n > 0 {
				sizes[(n-1)/96]++
			}
		}
		if b.evicted > 0 {
			full++
		}
	}
	t.Logf("bytes of the visitor cookie, by 96: %v; %d of 100 browsers had to make room", sizes, full)
	return sizes, full
}

func TestVisits(t *testing.T) {
	if _, full := visits(t, capped); full > 10 {
		t.Errorf("%d browsers of 100 had to make room for what counts", full)
	}
}

// TestVisitsWithoutCaps has rules that look far back and let everything through,
// so that the cookies fill up.
func TestVisitsWithoutCaps(t *testing.T) {
	loose := regexp.MustCompile(`quantity: \d+`).ReplaceAllString(capped, "quantity: 1000")
	sizes, full := visits(t, strings.ReplaceAll(loose, "period: 2d", "period: 60d"))
	if n := sizes[6] + sizes[7]; n < 5000 || full < 90 {
		t.Errorf("%d of 10,000 cookies are nearly full, %d browsers of 100 had to make room", n, full)
	}
}

// TestMakingRoom: what no rule can count goes first, then the oldest, and the
// answer says how much that could count is gone.
func TestMakingRoom(t *testing.T) {
	g := ready(t, testConfig(), build(t, capped))
	now := visitor.Minute(noon)
	for _, tt := range []struct {
		name    string
		gap     uint32 // minutes between propositions
		note    int    // bytes of visitor data
		left    int    // entries after the call, with its own; 0 = what fits
		evicted bool
	}{
		{"half of them are older than two days", 96, 10, 30, false},
		{"all are newer", 40, 10, 56, false},
		{"all are newer, beside much data", 40, 200, 0, true},
		{"half of them are older, beside much data", 96, 200, 30, false},
	} {
		var h visitor.History
		for i := range 55 {
			at := now - uint32(55-i)*tt.gap
			h.Add(visitor.Entry{ID: [8]byte{byte(i)}, Offer: uint32(i) * 1e6, Channel: 1, Status: catalog.Presented, First: at, Last: at})
		}
		w := visitor.BeginSection(nil, false, snapshot.Hash32([]byte("visitors")))
		w.AppendHistory(0, &h)
		r := says(asks(request(g), "visitors/hero"), "note", strings.Repeat("n", tt.note))
		a := answer(t, g, header(r, "cookie", sealed(w.End())))
		var got visitor.History
		opened(t, a).Section(false, snapshot.Hash32([]byte("visitors"))).History(0, &got)
		if got.N == 0 || got.Entries[0].First != now || got.Whole != visitor.MaxWhole {
			t.Fatalf("%s: %d entries, %d whole, the first of %d", tt.name, got.N, got.Whole, got.Entries[0].First)
		}
		if tt.left > 0 && got.N != tt.left || got.N < 25 {
			t.Errorf("%s: %d entries are left, want %d", tt.name, got.N, tt.left)
		}
		if oldest := got.Entries[got.N-1].Last; oldest != now-uint32(got.N-1)*tt.gap {
			t.Errorf("%s: the oldest is %d minutes old, with %d entries", tt.name, now-oldest, got.N)
		}
		if want := 56 - got.N; tt.evicted && (a.Evicted != want || want == 0) || !tt.evicted && a.Evicted != 0 {
			t.Errorf("%s: %d entries are left, %d are said to have made room", tt.name, got.N, a.Evicted)
		}
	}
}

// TestAcceptanceWrites: what an acceptance writes is there for the next decision,
// once for each page cookie that does not know it yet, and stays.
func TestAcceptanceWrites(t *testing.T) {
	g := ready(t, testConfig(), build(t, capped))
	b := &journey{guest: g, rand: rand.New(rand.NewPCG(1, 1)), now: noon}
	first := answer(t, g, asks(request(g), "visitors/hero"))
	b.cookie = cookie(first)
	p := &first.Propositions[0]
	s := shown{env: "visitors", offer: string(p.Offer), channel: "web", at: p.Time}
	copy(s.id[:], p.ID)
	b.past = append(b.past, s)
	b.accept()
	page := func(cookies string) *abi.Answer {
		r := asks(request(g), "visitors/hero")
		r.Time += 120_000
		r.Entropy = bytes.Repeat([]byte{8}, abi.EntropySize)
		return answer(t, g, header(r, "cookie", cookies))
	}
	accepted := func(a *abi.Answer) string {
		i := bytes.Index(a.Visitor.Attributes, []byte("accepted"))
		return fmt.Sprint(a.Visitor.Attributes[i+len("accepted")])
	}
	next := page(b.cookie + "; " + b.second)
	if got := accepted(next); got != "1" || offers(next) == offers(first) {
		t.Errorf("after the acceptance of %s: %s times, %s", offers(first), got, offers(next))
	}
	lines := header(header(asks(request(g), "visitors/hero"), "cookie", b.cookie), "cookie", b.second)
	lines.Time += 120_000
	lines.Entropy = bytes.Repeat([]byte{8}, abi.EntropySize)
	if split := answer(t, g, lines); accepted(split) != "1" || offers(split) != offers(next) {
		t.Errorf("with the cookies in two lines: %s times, %s", accepted(split), offers(split))
	}
	again := page(cookie(next) + "; " + b.second)
	if got := accepted(again); got != "1" || offers(again) == offers(first) {
		t.Errorf("with the cookie that knows it: %s times, %s", got, offers(again))
	}
	if alone := page(cookie(next)); accepted(alone) != "1" || offers(alone) == offers(first) {
		t.Errorf("without the second cookie: %s times, %s", accepted(alone), offers(alone))
	}
	// What no rule counts makes room, but for what would count once more.
	many := next
	for i := range 20 {
		r := asks(request(g), "visitors/loud", "visitors/hero")
		r.Slots[1].N = 6
		r.Time += int64(3+i) * 31 * 24 * 3600_000
		r.Entropy = bytes.Repeat([]byte{byte(30 + i)}, abi.EntropySize)
		many = answer(t, g, header(r, "cookie", cookie(many)+"; "+b.second))
	}
	if got := accepted(many); got != "1" {
		t.Errorf("twenty pages later: %s times", got)
	}
	stranger := header(asks(request(g), "visitors/hero"), "cookie", b.second)
	stranger.Entropy = bytes.Repeat([]byte{9}, abi.EntropySize)
	other := answer(t, g, stranger)
	if accepted(other) != "0" || offers(other) != offers(first) {
		t.Errorf("another visitor: %s times, %s", accepted(other), offers(other))
	}
}

// TestHistoriesOfASharedFolder: each environment has its own in the section, and
// a call that reaches one of them leaves the other as it is.
func TestHistoriesOfASharedFolder(t *testing.T) {
	const env = `
  %s:
    kind: anonymous
    visitor_folder: brands
    share_folder: true
    typology: [once]
    spaces: {%s: {channel: web, fields: {t: text}}}
    categories: {all: {offers: {x: {weights: 1, content: {%s: {t: X}}}}}}`
	text := "catalog: brands\nconsent: assumed\nenvironments:" + fmt.Sprintf(env, "red", "r", "r") + fmt.Sprintf(env, "blue", "b", "b") +
		"\nrules: {once: {period: 1d, quantity: 1}}\n"
	g := ready(t, testConfig(), build(t, text))
	sent := ""
	for i, step := range []struct{ slots, want string }{
		{"r", "x"}, {"r", "-"}, {"b", "x"}, {"b r", "- -"}, {"r", "-"}, {"b", "-"},
	} {
		r := header(asks(request(g), strings.Fields(step.slots)...), "cookie", sent)
		r.Time += int64(i) * 120_000
		a := answer(t, g, r)
		if got := offers(a); got != step.want {
			t.Errorf("step %d, %s: %s, want %s", i, step.slots, got, step.want)
		}
		if set := cookie(a); set != "" {
			sent = set
		}
	}
}

// TestMergedHistory: what the visitor was shown counts for the person from the
// link on, also what a call does not reach; not before.
func TestMergedHistory(t *testing.T) {
	g := ready(t, testConfig(), build(t, capped))
	sent := ""
	for i, step := range []struct {
		slots, person, want string
	}{
		{"visitors/hero", "", "a"},
		{"visitors/side", "", "a"},
		{"visitors/loud", "", "e"},
		{"customers/hero", "anna", "-"}, // three in a day
		{"customers/hero", "ben", "a"},  // a new visitor
	} {
		r := header(asks(request(g), step.slots), "cookie", sent)
		r.Time += int64(i) * 120_000
		r.Entropy = bytes.Repeat([]byte{byte(i)}, abi.EntropySize)
		if step.person != "" {
			r.Target = abi.PersonKey{Source: []byte("main"), Key: []byte(step.person)}
			r.Record.Persons, r.HasRecord = []abi.Person{{Source: []byte("main"), Key: []byte(step.person)}}, true
		}
		a := answer(t, g, r)
		if got := offers(a); got != step.want {
			t.Errorf("step %d, %s as %q: %s, want %s", i, step.slots, step.person, got, step.want)
		}
		if set := cookie(a); set != "" {
			sent = set
		}
	}
}

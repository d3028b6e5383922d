package guest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// does lets a browser send an event, and takes what is answered.
func (b jar) does(t testing.TB, g *guest.Guest, a visitor.Action, ticket *visitor.Ticket, change func(*abi.Request)) *abi.Reply {
	t.Helper()
	what := fmt.Sprintf("POST event?%s=%s", a, signed(a, ticket))
	if a == visitor.Click {
		what = "GET click?t=" + signed(a, ticket)
	}
	r := calls(g, what)
	if change != nil {
		change(r)
	}
	out := replied(t, g, b.on(r))
	b.take(out.Cookies)
	return out
}

// TestClick: where a click leads, and where it does not.
func TestClick(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for destination, want := range map[string]string{
		"/v?n=1":                        "/v?n=1",
		"/":                             "/",
		"/a#b":                          "/a#b",
		"/é":                            "/%C3%A9",
		"https://www.partner.test/x?y":  "https://www.partner.test/x?y",
		"HTTP://partner.test:8080":      "HTTP://partner.test:8080",
		"":                              "",
		"//evil.test":                   "",
		"///evil.test":                  "",
		"/\\evil.test":                  "",
		"\\\\evil.test":                 "",
		"/x\\y":                         "",
		"/\t/evil.test":                 "",
		"/x y":                          "",
		"/x\r\nset-cookie: a=b":         "",
		"/x\x00":                        "",
		"/x\x7f":                        "",
		" /x":                           "",
		"x":                             "",
		"?x":                            "",
		"#x":                            "",
		"javascript:alert(1)":           "",
		"data:text/html,x":              "",
		"ftp://x.test/":                 "",
		"https:evil.test":               "",
		"https:/evil.test":              "",
		"https:///evil.test":            "",
		"https://":                      "",
		"https://?x":                    "",
		"https://\\evil.test":           "",
		"mailto:a@b.test":               "",
		strings.Repeat("/x", 320):       strings.Repeat("/x", 320),
		"/" + strings.Repeat("é", 300):  "/" + strings.Repeat("%C3%A9", 300),
		"https://a.test/?u=//evil.test": "https://a.test/?u=//evil.test",
	} {
		b := met(t, g)
		ticket := shopTicket(1, b.tag(t))
		ticket.Destination = []byte(destination)
		got := b.does(t, g, visitor.Click, ticket, nil)
		code, noted := 303, 1
		if want == "" {
			code, noted = 400, 0
		}
		if got.Code != code || headerOf(got, "location") != want || len(got.Events) != noted || b.noted(t).N != noted {
			t.Errorf("%q: %d to %q, %d noted; want %q", destination, got.Code, headerOf(got, "location"), b.noted(t).N, want)
		}
	}
}

// TestForgedTickets: one that does not verify for what it is used for leads
// nowhere and notes nothing.
func TestForgedTickets(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	good := shopTicket(1, b.tag(t))
	other := ready(t, &abi.Config{Prefix: "/.proffer/", Keys: []abi.Key{key(9, abi.UseCookie, true)}}, build(t, shop))
	bad := map[string]string{
		"nothing": "", "text": "hello", "the visitor cookie": b["proffer"],
		"an identity token": token(t, "main", "anna"), "another destination": signed(visitor.Click, good)[:60],
	}
	text := signed(visitor.Click, good)
	for i := range text { // another character at every place
		c := byte('A')
		if text[i] == c {
			c = 'Q'
		}
		bad[fmt.Sprintf("character %d", i)] = text[:i] + string(c) + text[i+1:]
	}
	for _, a := range []visitor.Action{visitor.Seen, visitor.Accept, visitor.Reject} {
		bad["click by "+a.String()] = signed(a, good)
	}
	refused := func(g *guest.Guest, name, what string) {
		got := replied(t, g, b.on(calls(g, what)))
		if got.Code != 400 || headerOf(got, "location") != "" || len(got.Cookies)+len(got.Events) > 0 {
			t.Errorf("%s: %d to %q with %q", name, got.Code, headerOf(got, "location"), got.Cookies)
		}
	}
	for name, text := range bad {
		refused(g, name, "GET click?t="+text)
	}
	refused(other, "another key", "GET click?t="+text)
	refused(g, "no ticket", "GET click")
	for _, as := range []visitor.Action{visitor.Click, visitor.Seen, visitor.Accept, visitor.Reject} {
		for _, is := range []visitor.Action{visitor.Click, visitor.Seen, visitor.Accept, visitor.Reject} {
			if as != is || is == visitor.Click {
				refused(g, is.String()+" as "+as.String(), "POST event?"+as.String()+"="+signed(is, good))
			}
		}
	}
	if got := replied(t, g, b.on(calls(g, "GET click?x=1&t="+text+"&t=x"))); got.Code != 303 {
		t.Errorf("the good ticket: %d", got.Code)
	}
}

// TestReplays: whatever is sent a hundred times counts once.
func TestReplays(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for _, a := range []visitor.Action{visitor.Click, visitor.Seen, visitor.Accept, visitor.Reject} {
		b := met(t, g)
		ticket := shopTicket(1, b.tag(t))
		lines, cookies := 0, 0
		for i := range 100 {
			got := b.does(t, g, a, ticket, func(r *abi.Request) { r.Time += int64(i) * 3_600_000 })
			lines, cookies = lines+len(got.Events), cookies+len(got.Cookies)
			if want := 204; a != visitor.Click && got.Code != want || a == visitor.Click && got.Code != 303 {
				t.Fatalf("%s %d: %d", a, i, got.Code)
			}
		}
		want := 1
		if a == visitor.Seen {
			want = 100 // lines; who counts them counts a proposition once
		}
		if lines != want || cookies != 1 || b.noted(t).N != 1 {
			t.Errorf("%s: %d lines, %d cookies, %d noted", a, lines, cookies, b.noted(t).N)
		}
	}
}

// TestWhatNotesNothing: a good ticket that records nothing still leads where it
// leads.
func TestWhatNotesNothing(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	life := int64(visitor.TicketLife-1) * 60_000 // the ticket is a minute old
	for name, tt := range map[string]struct {
		change  func(*abi.Request)
		foreign bool
		noted   int
	}{
		"good":                     {func(*abi.Request) {}, false, 1},
		"its last minute":          {func(r *abi.Request) { r.Time += life }, false, 1},
		"expired":                  {func(r *abi.Request) { r.Time += life + 1 }, false, 0},
		"another visitor's":        {func(*abi.Request) {}, true, 0},
		"refused":                  {func(r *abi.Request) { r.Flags ^= abi.FlagConsentGiven | abi.FlagConsentRefused }, false, 0},
		"nothing stored":           {func(r *abi.Request) { r.Flags |= abi.FlagNoStore }, false, 0},
		"prefetched":               {func(r *abi.Request) { header(r, "sec-purpose", "prefetch;prerender") }, false, 0},
		"a cookie of another name": {func(r *abi.Request) { r.Flags |= abi.FlagSecure }, false, 0},
	} {
		for _, a := range []visitor.Action{visitor.Click, visitor.Accept} {
			b := met(t, g)
			b["proffer_e"] = "broken"
			ticket := shopTicket(1, b.tag(t))
			if tt.foreign {
				ticket.Visitor++
			}
			got := b.does(t, g, a, ticket, tt.change)
			want := map[visitor.Action]int{visitor.Click: 303, visitor.Accept: 204}[a]
			if got.Code != want || len(got.Events) != tt.noted {
				t.Errorf("%s, %s: %d, lines %q", name, a, got.Code, got.Events)
			}
			switch {
			case name == "refused":
				if len(b) != 0 {
					t.Errorf("%s, %s: the browser keeps %v", name, a, b)
				}
			case tt.noted == 0 && len(got.Cookies) > 0:
				t.Errorf("%s, %s: %q", name, a, got.Cookies)
			}
		}
	}
	b := met(t, g)
	head := b.on(calls(g, "HEAD click?t="+signed(visitor.Click, shopTicket(1, b.tag(t)))))
	if got := replied(t, g, head); got.Code != 303 || len(got.Cookies)+len(got.Events) > 0 {
		t.Errorf("a HEAD: %d with %q", got.Code, got.Cookies)
	}
}

// TestWithoutACookie: what is noted before there is a visitor becomes that of
// the visitor who comes to be, and nobody else's.
func TestWithoutACookie(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := jar{}
	if b.does(t, g, visitor.Seen, shopTicket(1, 0), nil); b.noted(t).N != 1 || b.noted(t).Visitor != 0 {
		t.Fatalf("noted %+v", b.noted(t))
	}
	b["proffer"] = met(t, g)["proffer"]
	if b.does(t, g, visitor.Seen, shopTicket(2, 0), nil); b.noted(t).N != 2 || b.noted(t).Visitor != b.tag(t) {
		t.Errorf("noted %+v of %x", b.noted(t), b.tag(t))
	}
	r := request(g)
	r.Entropy = make([]byte, abi.EntropySize)
	other := jar{"proffer_e": b["proffer_e"]}
	other.take(answer(t, g, r).Cookies)
	if other.does(t, g, visitor.Seen, shopTicket(3, 0), nil); other.noted(t).N != 1 || other.noted(t).Visitor != other.tag(t) {
		t.Errorf("another visitor has %+v", other.noted(t))
	}
}

// acceptances is a catalog in which the spaces differ in what they store, with
// a folder that two environments share.
const acceptances = `
catalog: acceptances
consent: assumed
people: [main]
environments:
  anna:
    kind: anonymous
    visitor_folder: both
    share_folder: true
    target: {likes: {type: int, default: 0}}
    spaces:
      plain: {channel: web}
      later: {channel: web, store: {on_proposition: interested, on_acceptance: scheduled, visitor_on_acceptance: {likes: target.likes + 1}}}
      none: {channel: web, store: false}
    categories: {all: {offers: {x: {weights: 1, content: {plain: {}, later: {}, none: {}}}}}}
  berta:
    kind: anonymous
    visitor_folder: both
    share_folder: true
    spaces: {plain: {channel: web}}
    categories: {all: {offers: {x: {weights: 1, content: {plain: {}}}}}}
  clara:
    kind: identified
    people: main
    spaces: {plain: {channel: web}}
    categories: {all: {offers: {x: {weights: 1, content: {plain: {}}}}}}
  dora:
    kind: anonymous
    spaces: {plain: {channel: web}}
    categories: {all: {offers: {x: {weights: 1, content: {plain: {}}}}}}
`

// TestWhatIsNoted: status, section and space of what an event puts into the
// second cookie, by the snapshot's spaces.
func TestWhatIsNoted(t *testing.T) {
	g := ready(t, testConfig(), build(t, acceptances))
	hash := func(s string) uint32 { return snapshot.Hash32([]byte(s)) }
	for _, tt := range []struct {
		env, space string
		action     visitor.Action
		want       *visitor.Event // nil: nothing
	}{
		{"anna", "plain", visitor.Click, &visitor.Event{Create: true, Section: hash("anna"), Entry: visitor.Entry{Status: catalog.Interested}}},
		{"anna", "plain", visitor.Seen, &visitor.Event{Create: true, Section: hash("anna"), Entry: visitor.Entry{Status: catalog.Presented}}},
		{"anna", "later", visitor.Seen, &visitor.Event{Create: true, Section: hash("anna"), Entry: visitor.Entry{Status: catalog.Interested}}},
		{"anna", "later", visitor.Accept, &visitor.Event{Create: true, Section: hash("anna"), Space: hash("later"), Entry: visitor.Entry{Status: catalog.Scheduled}}},
		{"anna", "later", visitor.Reject, &visitor.Event{Create: true, Section: hash("anna"), Entry: visitor.Entry{Status: catalog.Rejected}}},
		{"anna", "none", visitor.Click, nil},
		{"anna", "gone", visitor.Accept, &visitor.Event{Create: true, Section: hash("anna"), Entry: visitor.Entry{Status: catalog.Accepted}}},
		{"berta", "plain", visitor.Accept, &visitor.Event{Create: true, Section: hash("berta"), Entry: visitor.Entry{Status: catalog.Accepted}}},
		{"clara", "plain", visitor.Accept, &visitor.Event{Create: true, Person: true, Section: hash("clara"), Entry: visitor.Entry{Status: catalog.Accepted}}},
		{"dora", "plain", visitor.Reject, &visitor.Event{Create: true, Section: hash("visitors"), Entry: visitor.Entry{Status: catalog.Rejected}}},
		{"gone", "plain", visitor.Seen, &visitor.Event{Entry: visitor.Entry{Status: catalog.Presented}}},
		{"gone", "plain", visitor.Accept, &visitor.Event{Entry: visitor.Entry{Status: catalog.Accepted}}},
	} {
		b := jar{}
		ticket := shopTicket(1, 0)
		ticket.Environment, ticket.Space, ticket.Offer = hash(tt.env), hash(tt.space), hash("x")
		b.does(t, g, tt.action, ticket, nil)
		v := b.noted(t)
		if tt.want == nil {
			if v.N != 0 {
				t.Errorf("%s/%s %s: %+v", tt.env, tt.space, tt.action, v.List[0])
			}
			continue
		}
		want := *tt.want
		want.ID, want.Offer, want.First, want.Last = ticket.ID, ticket.Offer, ticket.Minute, ticket.Minute+1
		if want.Create {
			want.Channel = ticket.Channel
		}
		if v.N != 1 || v.List[0] != want {
			t.Errorf("%s/%s %s:\n got %+v\nwant %+v", tt.env, tt.space, tt.action, v.All(), want)
		}
	}
}

// TestManyTickets: query and body count together, 64 of them, whatever else
// stands between.
func TestManyTickets(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	one := func(n int) string { return "seen=" + signed(visitor.Seen, shopTicket(byte(n), b.tag(t))) }
	for _, tt := range []struct {
		query, body string
		code, lines int
	}{
		{one(1), "", 204, 1},
		{"", one(1), 204, 1},
		{"", one(1) + "\r\n" + one(2) + "\r\n", 204, 2},
		{"a=b&" + one(1), "&&=&x&" + one(2) + "&" + one(2) + "&seen=bad", 204, 3}, // seen again is told again
		{"click=" + signed(visitor.Click, shopTicket(1, b.tag(t))), "{}", 400, 0},
		{"", "accept=x", 400, 0},
		{"", strings.Repeat("seen=x&", 63) + one(1), 204, 1},
		{"", strings.Repeat("seen=x&", 64) + one(1), 400, 0},
		{strings.Repeat("seen=x&", 40), strings.Repeat("accept=x&", 23) + one(1), 204, 1},
		{strings.Repeat("seen=x&", 40), strings.Repeat("accept=x&", 24) + one(1), 400, 0},
	} {
		r := calls(g, "POST event?"+tt.query)
		r.Body = []byte(tt.body)
		if got := replied(t, g, b.on(r)); got.Code != tt.code || len(got.Events) != tt.lines {
			t.Errorf("%.60s, %.60s: %d, %d lines; want %d, %d", tt.query, tt.body, got.Code, len(got.Events), tt.code, tt.lines)
		}
	}
}

// withHistory is a browser whose visitor cookie holds propositions of the shop's
// visitors.
func withHistory(t testing.TB, entries ...visitor.Entry) jar {
	t.Helper()
	s := visitor.State{ID: [16]byte{5}, VisitStart: noon / 1000, LastNoted: noon / 1000}
	var h visitor.History
	for _, e := range entries {
		h.Add(e)
	}
	w := visitor.BeginSection(s.AppendHead(nil), false, snapshot.Hash32([]byte("visitors")))
	w.AppendHistory(0, &h)
	return jar{"proffer": string(seal.Seal(nil, seal.TestKeyring(), seal.UseCookie, "proffer", w.End()))}
}

// TestEventsAfterAPage: what the visitor cookie knows already is not noted.
func TestEventsAfterAPage(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	ticket := shopTicket(1, 0)
	entry := visitor.Entry{ID: ticket.ID, Offer: ticket.Offer, Channel: ticket.Channel, First: ticket.Minute, Last: ticket.Minute}
	for _, tt := range []struct {
		was    catalog.Status
		action visitor.Action
		noted  int
	}{
		{catalog.Generated, visitor.Seen, 1}, {catalog.Generated, visitor.Click, 1}, {catalog.Generated, visitor.Accept, 1}, {catalog.Generated, visitor.Reject, 1},
		{catalog.Presented, visitor.Seen, 0}, {catalog.Presented, visitor.Click, 1}, {catalog.Presented, visitor.Accept, 1}, {catalog.Presented, visitor.Reject, 1},
		{catalog.Interested, visitor.Seen, 0}, {catalog.Interested, visitor.Click, 0}, {catalog.Interested, visitor.Accept, 1}, {catalog.Interested, visitor.Reject, 1},
		{catalog.Accepted, visitor.Seen, 0}, {catalog.Accepted, visitor.Click, 0}, {catalog.Accepted, visitor.Accept, 0}, {catalog.Accepted, visitor.Reject, 1},
		{catalog.Scheduled, visitor.Seen, 0}, {catalog.Scheduled, visitor.Click, 0}, {catalog.Scheduled, visitor.Accept, 1}, {catalog.Scheduled, visitor.Reject, 1},
		{catalog.Rejected, visitor.Seen, 0}, {catalog.Rejected, visitor.Click, 0}, {catalog.Rejected, visitor.Accept, 1}, {catalog.Rejected, visitor.Reject, 0},
	} {
		entry.Status = tt.was
		b := withHistory(t, entry)
		got := b.does(t, g, tt.action, ticket, nil)
		lines := tt.noted
		if tt.action == visitor.Seen && tt.was == catalog.Presented {
			lines = 1 // told, though nothing changes
		}
		if v := b.noted(t); v.N != tt.noted || len(got.Events) != lines || v.N == 1 && !v.List[0].Create {
			t.Errorf("%s after %s: %+v", tt.action, tt.was, v.All())
		}
	}
}

// TestReplayAfterFolding: when newer propositions have pushed one out of those
// that are kept whole, its click is still the same click.
func TestReplayAfterFolding(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	ticket := shopTicket(1, 0)
	was := visitor.Entry{ID: ticket.ID, Offer: ticket.Offer, Channel: ticket.Channel, Status: catalog.Interested, First: ticket.Minute, Last: ticket.Minute + 1}
	list := []visitor.Entry{was}
	for n := range byte(visitor.MaxWhole) {
		list = append(list, visitor.Entry{ID: [8]byte{100 + n}, Offer: uint32(n), Channel: was.Channel, Status: catalog.Presented, First: was.Last + 5, Last: was.Last + 5})
	}
	b := withHistory(t, list...)
	if b.does(t, g, visitor.Click, ticket, func(r *abi.Request) { r.Time += 600_000 }); b.noted(t).N != 0 {
		t.Errorf("noted %+v", b.noted(t).All())
	}
	later := *ticket
	later.ID, later.Minute = [8]byte{9}, was.Last+1 // another proposition of the offer, of afterwards
	if b.does(t, g, visitor.Click, &later, func(r *abi.Request) { r.Time += 600_000 }); b.noted(t).N != 1 || !b.noted(t).List[0].Create {
		t.Errorf("noted %+v", b.noted(t).All())
	}
}

// TestFullSecondCookie: however much happens, it takes no more than 256 bytes,
// has the newest event, and what a page has taken in goes after an hour.
func TestFullSecondCookie(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	for n := range byte(30) {
		b.does(t, g, []visitor.Action{visitor.Accept, visitor.Seen, visitor.Click, visitor.Reject}[n%4], shopTicket(n, 0), nil)
		if size := len("proffer_e=" + b["proffer_e"]); size > 256 || b.noted(t).List[0].ID != [8]byte{n} {
			t.Fatalf("%d bytes, newest first %+v", size, b.noted(t).All())
		}
	}
	if n := b.noted(t).N; n < 5 {
		t.Errorf("only %d events have room", n)
	}
	b = met(t, g)
	b.does(t, g, visitor.Accept, shopTicket(99, 0), nil)
	many := calls(g, "POST event")
	for n := range byte(64) {
		many.Body = append(many.Body, "&seen="+signed(visitor.Seen, shopTicket(n, 0))...)
	}
	b.take(replied(t, g, b.on(many)).Cookies)
	if v := b.noted(t); v.N < 5 || v.Find(&[8]byte{99}) == nil || v.List[0].ID != [8]byte{63} {
		t.Errorf("after 64 were seen: %+v", v.All())
	}
	ticket := shopTicket(1, 0)
	b = withHistory(t, visitor.Entry{ID: ticket.ID, Offer: ticket.Offer, Channel: ticket.Channel, Status: catalog.Accepted, First: ticket.Minute, Last: ticket.Minute + 1})
	second := visitor.Events{Visitor: b.tag(t)}
	for n := range byte(2) {
		second.Note(visitor.Event{Entry: visitor.Entry{ID: [8]byte{n + 1}, Offer: ticket.Offer + uint32(n), Status: catalog.Accepted, First: ticket.Minute, Last: ticket.Minute + 1}})
	}
	b["proffer_e"] = string(seal.Seal(nil, seal.TestKeyring(), seal.UseCookie, "proffer_e", second.Append(nil)))
	b.does(t, g, visitor.Accept, shopTicket(3, 0), func(r *abi.Request) { r.Time += 61 * 60_000 })
	if v := b.noted(t); v.N != 2 || v.List[0].ID != [8]byte{3} || v.List[1].ID != [8]byte{2} {
		t.Errorf("an hour later: %+v", v.All())
	}
}

package guest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// linked is a catalog whose rendering uses every address of a proposition, in a
// space that stores it, one that waits for being seen, one that does not track,
// and one that stores nothing.
const linked = `
catalog: shop
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    pages: [{match: "/", slots: [hero, seen, plain, none]}]
    spaces:
      hero:
        channel: web
        fields: {url: {type: url, required: true}}
        render: {html: '{{? proposition.id }}{{ proposition.id }} {{ proposition.seen_url }} {{ proposition.accept_url }} {{ proposition.reject_url }} {{/}}<a href="{{ url }}">x</a>'}
        store: {on_proposition: interested}
      seen: {channel: mobile, viewable: true, fields: {url: url}, render: {html: '{{? url }}<a href="{{ url }}">x</a>{{/}}'}}
      plain: {channel: web, track: false, fields: {url: url}, render: {html: '{{? url }}<a href="{{ url }}">{{ proposition.seen_url }}</a>{{/}}'}}
      none: {channel: web, store: false, fields: {url: url}, render: {html: '{{? url }}<a href="{{ url }}">{{ proposition.id }}</a>{{/}}'}}
    categories:
      all:
        offers:
          a: {weights: 4, content: {hero: {url: '/a?v={{ target.visits }}&w=1'}}}
          b: {weights: 3, content: {seen: {url: /b}}}
          c: {weights: 2, content: {plain: {url: /c}}}
          d: {weights: 1, content: {none: {url: /d}}}
`

var ticketForm = regexp.MustCompile(`([a-z?/.]+)(click\?t|event\?seen|event\?accept|event\?reject)=([-_A-Za-z0-9]+)`)

// tickets are those that a text holds, by the endpoint before them, with the
// prefix under which they were found.
func tickets(t *testing.T, text, prefix string) map[string]visitor.Ticket {
	t.Helper()
	out := map[string]visitor.Ticket{}
	for _, m := range ticketForm.FindAllStringSubmatch(text, -1) {
		action := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(m[2], "event?"), "?t"), "?")
		a, ok := visitor.ParseAction([]byte(action))
		if !ok || m[1] != prefix {
			t.Errorf("action %q under %q", action, m[1])
		}
		ticket, ok := visitor.OpenTicket(make([]byte, 0, seal.OpenSize), seal.TestKeyring(), a, []byte(m[3]))
		if !ok {
			t.Errorf("the ticket of %s does not verify", action)
		}
		out[action] = ticket
	}
	return out
}

// wanted is the ticket of an offer that a proposition names, by ABI.md.
func wanted(q *abi.Proposition, a *abi.Answer, destination string) visitor.Ticket {
	ticket := visitor.Ticket{
		Environment: snapshot.Hash32(q.Environment), Space: snapshot.Hash32(q.Space), Offer: snapshot.Hash32(q.Offer),
		Channel: decide.ChannelHash(q.Channel), Minute: visitor.Minute(q.Time), Status: q.Status,
		Visitor: visitor.Tag((*[16]byte)(a.Visitor.ID)),
	}
	copy(ticket.ID[:], q.ID)
	if destination != "" {
		ticket.Destination = []byte(destination)
	}
	return ticket
}

func sameTicket(a, b visitor.Ticket) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

// TestRenderedTickets opens what renderings hold, for each way in which the body
// may have the slots.
func TestRenderedTickets(t *testing.T) {
	c := testConfig()
	c.Prefix = "/own/"
	g := ready(t, c, build(t, linked))
	for name, known := range map[string]bool{"held": true, "not known": false} {
		t.Run(name, func(t *testing.T) {
			r := request(g)
			if known {
				r = asks(r, "hero", "seen", "plain", "none")
			}
			a := answer(t, g, r)
			if len(a.Propositions) != 3 || len(a.Slots) != 4 {
				t.Fatalf("%d propositions, %d slots", len(a.Propositions), len(a.Slots))
			}
			hero, seen, plain := &a.Propositions[0], &a.Propositions[1], &a.Propositions[2]
			status := catalog.Generated
			if known {
				status = catalog.Interested
			}
			if hero.Status != status || seen.Status != catalog.Generated {
				t.Errorf("stored as %s and %s", hero.Status, seen.Status)
			}
			html := string(a.Slots[0].HTML)
			got := tickets(t, html, "/own/")
			for action, destination := range map[string]string{"click": "/a?v=0&w=1", "seen": "", "accept": "", "reject": ""} {
				if want := wanted(hero, a, destination); !sameTicket(got[action], want) {
					t.Errorf("%s: %+v, want %+v", action, got[action], want)
				}
			}
			if id := fmt.Sprintf("%x ", hero.ID); !strings.HasPrefix(html, id) {
				t.Errorf("%s does not begin with %s", html, id)
			}
			if got := tickets(t, string(a.Slots[1].HTML), "/own/"); len(got) != 1 || !sameTicket(got["click"], wanted(seen, a, "/b")) {
				t.Errorf("viewable: %+v", got)
			}
			if got := tickets(t, string(a.Slots[2].HTML), "/own/"); len(got) != 1 || !sameTicket(got["seen"], wanted(plain, a, "")) {
				t.Errorf("without tracking: %+v", got)
			}
			if got := string(a.Slots[3].HTML); got != `<a href="/d"></a>` {
				t.Errorf("without a store: %s", got)
			}
		})
	}
}

// TestTicketsNeedNoPropositions: an edge that wants HTML alone gets the same
// tickets as a host that stores.
func TestTicketsNeedNoPropositions(t *testing.T) {
	g := ready(t, testConfig(), build(t, linked))
	all := answer(t, g, request(g))
	r := request(g)
	r.Want = abi.WantHTML
	edge := answer(t, g, r)
	for i := range all.Slots {
		if string(edge.Slots[i].HTML) != string(all.Slots[i].HTML) {
			t.Errorf("slot %d: %s, want %s", i, edge.Slots[i].HTML, all.Slots[i].HTML)
		}
	}
	if len(edge.Propositions)+len(edge.Events) > 0 || edge.Slots[0].Links != nil {
		t.Error("it gets more than it wants")
	}
}

// TestNoTickets asks where nothing is stored: there are no tickets, and addresses
// are those of the offers.
func TestNoTickets(t *testing.T) {
	keyless := testConfig()
	keyless.Keys = keyless.Keys[1:]
	tests := []struct {
		name   string
		config *abi.Config
		change func(*abi.Request)
	}{
		{"consent refused", testConfig(), func(r *abi.Request) { r.Flags = abi.FlagConsentRefused }},
		{"no store", testConfig(), func(r *abi.Request) { r.Flags |= abi.FlagNoStore }},
		{"no entropy", testConfig(), func(r *abi.Request) { r.Entropy = nil }},
		{"no key", keyless, func(*abi.Request) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := ready(t, tt.config, build(t, linked))
			r := request(g)
			r.Want |= abi.WantLinks
			tt.change(r)
			a := answer(t, g, r)
			for i, want := range []string{`<a href="/a?v=0&amp;w=1">x</a>`, `<a href="/b">x</a>`, `<a href="/c"></a>`, `<a href="/d"></a>`} {
				if s := &a.Slots[i]; string(s.HTML) != want || s.Links != nil {
					t.Errorf("slot %d: %s, want %s; links %x", i, s.HTML, want, s.Links)
				}
			}
		})
	}
}

// TestLinks reads the links of an answer with a decoder that is not ours.
func TestLinks(t *testing.T) {
	g := ready(t, testConfig(), build(t, linked))
	r := asks(request(g), "hero", "plain", "none")
	r.Want = abi.WantLinks | abi.WantPropositions
	a := answer(t, g, r)
	want := []string{"accept click reject seen", "accept reject seen", ""}
	for i := range a.Slots {
		if a.Slots[i].HTML != nil || a.Slots[i].Content != nil {
			t.Errorf("slot %d has more than links", i)
		}
		if (a.Slots[i].Links == nil) != (want[i] == "") {
			t.Fatalf("slot %d: links %x", i, a.Slots[i].Links)
		}
		if want[i] == "" {
			continue
		}
		var links struct {
			Seen   string            `msgpack:"seen"`
			Accept string            `msgpack:"accept"`
			Reject string            `msgpack:"reject"`
			Click  map[string]string `msgpack:"click"`
		}
		if err := msgpack.Unmarshal(a.Slots[i].Links, &links); err != nil {
			t.Fatal(err)
		}
		got := tickets(t, strings.Join([]string{links.Seen, links.Accept, links.Reject, links.Click["url"]}, " "), "/.proffer/")
		for _, action := range strings.Fields(want[i]) {
			destination := ""
			if action == "click" {
				destination = "/a?v=0&w=1"
			}
			if want := wanted(&a.Propositions[i], a, destination); !sameTicket(got[action], want) {
				t.Errorf("slot %d: %s: %+v, want %+v", i, action, got[action], want)
			}
			delete(got, action)
		}
		if len(got) > 0 {
			t.Errorf("slot %d: more links: %v", i, got)
		}
	}
}

// TestLinksAreBounded asks for more links than a response can hold: the first
// slots have them, and the response can be read.
func TestLinksAreBounded(t *testing.T) {
	const nfields = 200
	var fields, content strings.Builder
	for i := range nfields {
		fmt.Fprintf(&fields, "f%d: url, ", i)
		fmt.Fprintf(&content, "f%d: '/%s', ", i, strings.Repeat("x", 600))
	}
	g := ready(t, testConfig(), build(t, fmt.Sprintf(`
catalog: shop
environments:
  visitors:
    kind: anonymous
    spaces: {hero: {channel: web, fields: {%s}}}
    categories: {all: {offers: {a: {weights: 1, content: {hero: {%s}}}}}}
`, fields.String(), content.String())))
	r := request(g)
	r.Want = abi.WantLinks
	for range abi.MaxSlots {
		asks(r, "hero")
	}
	a := answer(t, g, r)
	with := 0
	for i := range a.Slots {
		if a.Slots[i].Links != nil {
			with++
		}
	}
	if with == 0 || with > 4 || a.Slots[0].Links == nil {
		t.Errorf("%d of %d slots have links", with, len(a.Slots))
	}
}

// TestEventLines: a line for each proposition that is stored, whoever keeps it.
func TestEventLines(t *testing.T) {
	g := ready(t, testConfig(), build(t, linked))
	lines := func(change func(*abi.Request)) []string {
		r := request(g)
		r.Want = abi.WantEvents
		change(r)
		var out []string
		for _, e := range answer(t, g, r).Events {
			out = append(out, strings.Fields(strings.NewReplacer("&", " ", "=", " ").Replace(string(e)))[2]+" "+string(e[len(e)-len("x&r=1&m=anonymous")]))
		}
		return out
	}
	tests := []struct {
		name   string
		change func(*abi.Request)
		want   string
	}{
		{"not known", func(*abi.Request) {}, "[decided a decided b decided c]"},
		{"held", func(r *abi.Request) { asks(r, "hero", "seen", "plain", "none") }, "[shown a shown b shown c]"},
		{"one held", func(r *abi.Request) { r.HasSlots, r.Slots = true, []abi.Slot{{Space: []byte("plain"), N: 1}} }, "[shown c]"},
		{"not wanted", func(r *abi.Request) { r.Want = abi.WantHTML | abi.WantPropositions }, "[]"},
		{"consent refused", func(r *abi.Request) { r.Flags = abi.FlagConsentRefused }, "[]"},
		{"no store", func(r *abi.Request) { r.Flags |= abi.FlagNoStore }, "[]"},
		{"no entropy", func(r *abi.Request) { r.Entropy = nil }, "[]"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(lines(tt.change)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	r := request(g)
	r.Want = abi.WantEvents | abi.WantPropositions
	a := answer(t, g, r)
	want := fmt.Sprintf("proffer-event/1 e=decided&t=%d&i=%x&p=%x&v=visitors&s=seen&c=mobile&o=b&r=1&m=anonymous", int64(noon), a.Interaction, a.Propositions[1].ID)
	if got := string(a.Events[1]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

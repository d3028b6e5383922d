package guest_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// windows is a site whose pages are put together of fragments.
const windows = `
catalog: windows
consent: {cookie: consent, value: yes}
sites: {"www.shop.example": visitors, "other.example": others}
environments:
  visitors:
    kind: anonymous
    target: {pages: {type: int, default: 0}}
    typology: [once]
    pages: [{match: "/", slots: [hero, hero_2, side, bare]}, {match: "/caf%C3%A9/**", slots: [hero]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a href="{{ url }}">{{ title }} {{ request.path }} {{ request.query.city }}</a>'}
        store: {visitor: {pages: target.pages + 1}}
      side: {channel: web, fields: {title: text}, render: {html: '<p>{{ title }}</p>'}, store: {on_proposition: interested}}
      bare: {channel: web, fields: {title: text}}
      away: {channel: web, fields: {title: text}, render: {html: '<p>{{ title }}</p>'}}
    categories:
      all:
        offers:
          a: {weights: 3, content: {hero: {title: A, url: /a}, side: {title: A}, bare: {title: A}, away: {title: A}}}
          b: {weights: 2, content: {hero: {title: B, url: /b}}}
          c: {weights: 1, content: {side: {title: C}, bare: {title: C}}}
  others:
    kind: anonymous
    visitor_folder: others
    pages: [{match: "/", slots: [hero]}]
    spaces: {hero: {channel: web, fields: {title: text}, render: {html: '{{ title }}'}}}
    categories: {all: {offers: {z: {weights: 1, content: {hero: {title: Z}}}}}}
rules: {once: {period: 30d, quantity: 1, counted: self}}
`

// fetched sends a request for a fragment, with a record if one is needed.
func fetched(t testing.TB, g *guest.Guest, r *abi.Request, record abi.Record) *abi.Reply {
	t.Helper()
	out, err := abi.DecodeReply(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err == nil && out.Status == abi.StatusNeed {
		r.HasRecord, r.Record = true, record
		out, err = abi.DecodeReply(g.Handle(nil, abi.AppendRequest(nil, r)))
	}
	if err != nil || out.Status != abi.StatusOK {
		t.Fatalf("%v: %+v", err, out)
	}
	return out
}

// TestFragment: which slots of which pages there are, and what stands for one.
func TestFragment(t *testing.T) {
	g := ready(t, testConfig(), build(t, windows))
	const none = ""
	for what, want := range map[string]struct {
		code int
		body string
	}{
		"GET page=/&slot=hero":                         {200, ">A / </a>"},
		"GET page=/&slot=hero_1":                       {200, ">A / </a>"},
		"GET page=/&slot=hero_2":                       {200, ">B / </a>"},
		"GET page=%2F&slot=hero":                       {200, ">A / </a>"},
		"GET slot=hero&city=Paris&page=/":              {200, ">A / Paris</a>"},
		"GET page=/&slot=side":                         {200, "<p>C</p>"},
		"GET page=/caf%C3%A9&slot=hero":                {200, ">A /caf%C3%A9 </a>"},
		"GET page=%2Fcaf%25C3%25A9%2Fx&slot=hero":      {200, ">A /caf%C3%A9/x </a>"},
		"HEAD page=/&slot=hero":                        {200, none},
		"GET page=/&slot=bare":                         {204, none}, // it has no HTML
		"GET page=/&slot=hero_3":                       {404, "not found"},
		"GET page=/&slot=hero_":                        {404, "not found"},
		"GET page=/&slot=_2":                           {404, "not found"},
		"GET page=/&slot=away":                         {404, "not found"},
		"GET page=/&slot=x":                            {404, "not found"},
		"GET page=/caf%C3%A9&slot=side":                {404, "not found"},
		"GET page=/none&slot=hero":                     {404, "not found"},
		"GET page=https://www.shop.example/&slot=hero": {404, "not found"},
		"GET ":                    {400, "no page or no slot"},
		"GET page=/":              {400, "no page or no slot"},
		"GET slot=hero":           {400, "no page or no slot"},
		"GET page=/&slot=":        {400, "no page or no slot"},
		"GET page=&slot=hero":     {400, "no page or no slot"},
		"GET page=x&slot=hero":    {400, "no page or no slot"},
		"GET page=//x&slot=hero":  {400, "no page or no slot"},
		"GET page=/%0a&slot=hero": {400, "no page or no slot"},
		"POST page=/&slot=hero":   {405, "method not allowed"},
		"GET page=/&slot=hero_99999999999999999999999999": {404, "not found"},
	} {
		method, query, _ := strings.Cut(what, " ")
		got := fetched(t, g, calls(g, method+" fragment?"+query), abi.Record{})
		if got.Code != want.code || !strings.HasSuffix(string(got.Body), want.body) || want.body == none && got.Body != nil {
			t.Errorf("%s: %d %q, want %d %q", what, got.Code, got.Body, want.code, want.body)
		}
		if len(got.Cookies) != 0 || headerOf(got, "cache-control") != "no-store" {
			t.Errorf("%s: sets %q, headers %q", what, got.Cookies, got.Headers)
		}
		if html := headerOf(got, "content-type") == "text/html; charset=utf-8"; html != (got.Code == 200) {
			t.Errorf("%s: type %q", what, headerOf(got, "content-type"))
		}
		if shown := got.Code == 200 && method == "GET"; shown != (len(got.Events) == 1) {
			t.Errorf("%s: events %q", what, got.Events)
		}
	}
	other := calls(g, "GET fragment?page=/&slot=hero")
	other.Host = []byte("other.example")
	if got := fetched(t, g, other, abi.Record{}); string(got.Body) != "Z" {
		t.Errorf("another site: %d %q", got.Code, got.Body)
	}
}

// TestFragmentKeepsTheVisitor: a fragment knows the visitor and cannot change what
// its browser holds, whatever it consents to.
func TestFragmentKeepsTheVisitor(t *testing.T) {
	g := ready(t, testConfig(), build(t, windows))
	b := met(t, g) // has seen A and B, and C at the side
	for name, c := range map[string]struct {
		change func(*abi.Request)
		code   int
		body   string
		events int
	}{
		"known":             {func(*abi.Request) {}, 204, "", 0},
		"prefetched":        {func(r *abi.Request) { header(r, "sec-purpose", "prefetch") }, 204, "", 0},
		"refused":           {func(r *abi.Request) { r.Flags = abi.FlagConsentRefused }, 204, "", 0}, // a rule applies to every offer
		"nothing said":      {func(r *abi.Request) { r.Flags = 0 }, 204, "", 0},
		"a crawler":         {func(r *abi.Request) { header(r, "user-agent", "Googlebot/2.1") }, 204, "", 0},
		"stranger":          {func(r *abi.Request) { r.Headers = nil }, 200, ">A / </a>", 1},
		"prefetched afresh": {func(r *abi.Request) { r.Headers = nil; header(r, "sec-purpose", "prefetch") }, 200, ">A / </a>", 0},
		"no store":          {func(r *abi.Request) { r.Headers = nil; r.Flags |= abi.FlagNoStore }, 200, ">A / </a>", 0},
		"a forged cookie":   {func(r *abi.Request) { r.Headers = nil; header(r, "cookie", "proffer="+b["proffer"][1:]) }, 200, ">A / </a>", 1},
		"no entropy":        {func(r *abi.Request) { r.Headers, r.Entropy = nil, nil }, 200, ">A / </a>", 0},
	} {
		r := b.on(calls(g, "GET fragment?page=/&slot=hero"))
		c.change(r)
		got := fetched(t, g, r, abi.Record{})
		if got.Code != c.code || !strings.HasSuffix(string(got.Body), c.body) || len(got.Events) != c.events || len(got.Cookies) != 0 {
			t.Errorf("%s: %d %q %q, sets %q", name, got.Code, got.Body, got.Events, got.Cookies)
		}
	}
}

// TestFragmentNoLink: a fragment cannot tell the browser to whom it belongs, so
// that it does not tell the store either.
func TestFragmentNoLink(t *testing.T) {
	stored := strings.NewReplacer("kind: identified", "kind: identified\n    history: store", "kind: anonymous", "kind: anonymous\n    history: store")
	g := ready(t, testConfig(), build(t, stored.Replace(shop)))
	b := met(t, g)
	b["proffer_identity"] = token(t, "main", "anna")
	r := b.on(calls(g, "GET fragment?page=/&slot=hero"))
	r.Flags |= abi.FlagStore
	got := fetched(t, g, r, abi.Record{Persons: []abi.Person{{Source: []byte("main"), Key: []byte("anna")}}})
	if got.Code != 200 || !got.HasChanges {
		t.Fatalf("%+v", got)
	}
	c := got.Changes
	if c.Person.Key != nil || c.Link.Hash != nil || len(c.Folders) != 0 {
		t.Errorf("tells %+v", c)
	}
	if len(c.Persons) != 1 || string(c.Persons[0].Key) != "anna" || c.Persons[0].History.Len() != 1 {
		t.Errorf("of the person %+v", c.Persons)
	}
}

// TestFragmentClick: the links of a fragment work for the visitor who got it, and
// a click counts on the next page.
func TestFragmentClick(t *testing.T) {
	g := ready(t, testConfig(), build(t, strings.Replace(windows, "counted: self", "counted: self, status: accepted", 1)))
	b := met(t, g)
	got := fetched(t, g, b.on(calls(g, "GET fragment?page=/&slot=hero")), abi.Record{})
	_, rest, _ := strings.Cut(string(got.Body), `href="/.proffer/click?t=`)
	ticket, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no link in %q", got.Body)
	}
	for name, c := range map[string]struct {
		jar    jar
		events int
	}{"its visitor": {b, 1}, "another": {jar{"proffer": otherVisitor(t, g)}, 0}} {
		r := replied(t, g, c.jar.on(calls(g, "GET click?t="+ticket)))
		if headerOf(r, "location") != "/a" || len(r.Events) != c.events {
			t.Errorf("%s: %d %q, events %q", name, r.Code, headerOf(r, "location"), r.Events)
		}
	}
}

// otherVisitor is the cookie of another visitor.
func otherVisitor(t testing.TB, g *guest.Guest) string {
	t.Helper()
	r := request(g)
	r.Entropy = bytes.Repeat([]byte{9}, abi.EntropySize)
	b := jar{}
	b.take(answer(t, g, r).Cookies)
	return b["proffer"]
}

// drawWindows is a random catalog, and the slots of its page.
func drawWindows(t *rapid.T) (text string, slots []string) {
	spaces := []string{"s", "t", "u"}[:rapid.IntRange(1, 3).Draw(t, "spaces")]
	var b strings.Builder
	for _, space := range spaces {
		for n := 1; n <= 3; n++ {
			if rapid.Bool().Draw(t, "listed") {
				slots = append(slots, fmt.Sprintf("%s_%d", space, n))
			}
		}
	}
	if len(slots) == 0 {
		slots = []string{"s_1"}
	}
	slots = rapid.Permutation(slots).Draw(t, "slots")
	fmt.Fprintf(&b, `
catalog: drawn
consent: assumed
sites: {"*": visitors}
experiments: {half: {version: 1, arms: {a: 50, b: 50}}}
holdout: {name: all, version: 1, percent: %s}
rules: {cap: {period: %s, quantity: %d, counted: %s}}
environments:
  visitors:
    kind: anonymous
    history: %s
    ties: %s
    typology: [cap]
    pages: [{match: "/p/*", slots: [%s]}]
    spaces:
`, rapid.SampledFrom([]string{"0.01", "30"}).Draw(t, "holdout"), rapid.SampledFrom([]string{"30d", "1d"}).Draw(t, "period"),
		rapid.IntRange(1, 3).Draw(t, "quantity"), rapid.SampledFrom([]string{"self", "category", "all"}).Draw(t, "counted"),
		rapid.SampledFrom([]string{"cookie", "store"}).Draw(t, "history"), rapid.SampledFrom([]string{"view", "visit", "day"}).Draw(t, "ties"),
		strings.Join(slots, ", "))
	for _, space := range spaces {
		fmt.Fprintf(&b, "      %s: {channel: web, fields: {title: text}, render: {html: '{{ title }} {{ request.path }}'}, allow_duplicates: %v, store: {on_proposition: %s}}\n",
			space, rapid.Bool().Draw(t, "duplicates"), rapid.SampledFrom([]string{"presented", "interested"}).Draw(t, "on proposition"))
	}
	b.WriteString("    categories:\n      all:\n        offers:\n")
	for i := range rapid.IntRange(1, 8).Draw(t, "offers") {
		fmt.Fprintf(&b, "          o%d: {weights: [{value: %d}, {value: 3, filter: 'experiment.half == \"a\"'}], content: {", i, rapid.IntRange(1, 2).Draw(t, "weight"))
		for _, space := range spaces {
			if rapid.IntRange(0, 3).Draw(t, "content") > 0 {
				fmt.Fprintf(&b, "%s: {title: O%d}, ", space, i)
			}
		}
		b.WriteString("}}\n")
	}
	return b.String(), slots
}

// TestFragmentsArePages: for any catalog, page and visitor the fragments of the
// page, put together, are the page, whichever of them the store has taken in
// before, and one interaction.
func TestFragmentsArePages(t *testing.T) {
	rapid.Check(t, func(d *rapid.T) {
		text, slots := drawWindows(d)
		g := ready(t, testConfig(), build(t, text))
		b, flags := jar{}, abi.FlagConsentGiven
		if rapid.Bool().Draw(d, "known") {
			first := asks(request(g), rapid.SliceOfN(rapid.SampledFrom([]string{"s"}), 1, 2).Draw(d, "first")...)
			first.Time -= 3_600_000
			first.Entropy = rapid.SliceOfN(rapid.Byte(), abi.EntropySize, abi.EntropySize).Draw(d, "entropy")
			b.take(answer(t, g, first).Cookies)
		}
		if rapid.Bool().Draw(d, "store") {
			flags |= abi.FlagStore
		}
		path := rapid.SampledFrom([]string{"/p/a", "/p/b"}).Draw(d, "path")
		record := abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors")}}}

		page := b.on(request(g))
		page.Path, page.Time, page.Flags, page.Seed = []byte(path), noon, flags, seedOf(t, b, path)
		if b["proffer"] == "" {
			page.Entropy = nil // or a visitor would come to be
		}
		page.HasRecord, page.Record = true, record
		want := map[string]string{}
		a := answer(t, g, page)
		for i, slot := range slots {
			want[slot] = string(a.Slots[i].HTML)
		}

		talks, ids := map[string]bool{}, map[string]bool{}
		var history []abi.HistoryEntry
		for i, slot := range rapid.Permutation(slots).Draw(d, "order") {
			r := b.on(calls(g, "GET fragment?page="+path+"&slot="+slot))
			r.Time, r.Flags, r.Seed = noon+int64(i)*5000, flags, uint64(i)
			r.Entropy = bytes.Repeat([]byte{byte(i)}, abi.EntropySize)
			got := fetched(t, g, r, record)
			if string(got.Body) != want[slot] || (got.Code == 204) != (want[slot] == "") || len(got.Cookies) != 0 {
				d.Fatalf("%s: %d %q, want %q, sets %q\n%s", slot, got.Code, got.Body, want[slot], got.Cookies, text)
			}
			for _, line := range got.Events {
				talk, rest, _ := strings.Cut(string(line[bytes.Index(line, []byte("&i=")):]), "&p=")
				talks[talk], ids[rest[:16]] = true, true
			}
			if got.Code == 200 && len(ids) == 0 {
				d.Fatalf("%s is no event", slot)
			}
			if v := &record.Visitors[0]; got.HasChanges && rapid.Bool().Draw(d, "taken in") {
				var e abi.HistoryEntry
				for it := got.Changes.History.Iterate(); it.Next(&e); {
					if !slices.ContainsFunc(history, func(h abi.HistoryEntry) bool { return bytes.Equal(h.ID, e.ID) }) {
						history = append(history, e)
					}
				}
				v.Known, v.History = true, abi.AppendHistory(nil, history)
			}
		}
		if b["proffer"] != "" && len(talks) > 1 {
			d.Fatalf("%d interactions", len(talks))
		}
	})
}

// seedOf is the seed that the fragments of a page have, by plugin/ABI.md.
func seedOf(t testing.TB, b jar, path string) uint64 {
	t.Helper()
	var s visitor.State
	if b["proffer"] != "" {
		body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(b["proffer"]))
		if !ok || !s.Decode(body) {
			t.Fatal("the visitor cookie does not open")
		}
	}
	return snapshot.CallTie(snapshot.CallTie(noon/60_000, s.ID[:]), []byte(path))
}

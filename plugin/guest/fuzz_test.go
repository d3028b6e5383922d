package guest_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// healthy fails the test unless a response is one that leaves the instance
// healthy and can be read.
func healthy(t *testing.T, response []byte) *abi.Response {
	t.Helper()
	out, err := abi.DecodeResponse(response)
	if err != nil {
		t.Fatalf("%v: %x", err, response)
	}
	if !out.Status.Healthy() {
		t.Fatalf("%s: %s", out.Status, out.Text)
	}
	return out
}

// FuzzHandle sends any bytes as a request. Whatever they are, the response can
// be read, its status leaves the instance healthy, and the next request is
// answered as if nothing had been.
func FuzzHandle(f *testing.F) {
	stored := strings.NewReplacer("kind: identified", "kind: identified\n    history: store\n    merge_history: true", "kind: anonymous", "kind: anonymous\n    history: store")
	g := ready(f, testConfig(), build(f, stored.Replace(shop)))
	known := cookie(answer(f, g, request(g)))
	seeds := []*abi.Request{
		request(g),
		header(request(g), "cookie", known+"; proffer_identity="+token(f, "main", "anna", seal.Attribute{Name: "tier", Value: "gold"})),
		header(asks(request(g), "hero", "visitors/hero", "side", "x"), "accept-language", "de, en;q=0.5"),
	}
	full := header(asks(request(g), "visitors/hero"), "cookie", known)
	full.HasRecord, full.Language, full.Visitor = true, []byte("fr"), make([]byte, abi.VisitorSize)
	full.Target = abi.PersonKey{Source: []byte("main"), Key: []byte("anna")}
	full.Attributes = []abi.Attribute{{Name: []byte("note"), Value: []byte{0xa1, 'x'}}}
	full.Slots[0].Categories, full.Slots[0].Themes = [][]byte{[]byte("all")}, [][]byte{[]byte("x")}
	full.Slots[0].Attributes = []abi.Attribute{{Name: []byte("basket"), Value: []byte{0x92, 1, 2}}}
	full.Record.Persons = []abi.Person{{Source: []byte("main"), Key: []byte("anna")}}
	full.Record.Visitors = []abi.Visitor{{Known: true}}
	for _, r := range append(append(seeds, full), endpointSeeds(f, g)...) {
		f.Add(abi.AppendRequest(nil, r))
		r.Flags |= abi.FlagStore
		f.Add(abi.AppendRequest(nil, r))
	}
	past := abi.AppendHistory(nil, []abi.HistoryEntry{
		{ID: []byte("12345678"), Offer: []byte("again"), Status: abi.Withdrawn, Environment: []byte("visitors"), First: noon},
		{Offer: []byte("#0123456z"), Space: []byte("hero"), Channel: []byte("#"), Environment: []byte("#01")},
	})
	full.Record.Visitors, full.Record.Linked, full.Record.Erased = []abi.Visitor{{Folder: []byte("visitors"), Known: true, History: past}}, past, true
	f.Add(abi.AppendRequest(nil, full))
	full.Record.Erased, full.Kind = false, abi.KindNeed
	f.Add(abi.AppendRequest(nil, full))
	f.Add([]byte{0x91, 0})
	f.Add([]byte{0x91, 2})
	f.Add([]byte{})
	probe := abi.AppendRequest(nil, seeds[1])
	want := g.Handle(nil, probe)
	f.Fuzz(func(t *testing.T, message []byte) {
		response := g.Handle(nil, message)
		var r abi.Request
		if r.Decode(message); r.Kind == abi.KindEvent {
			checkReply(t, response, g)
		} else if out := healthy(t, response); out.Status == abi.StatusOK && !bytes.Equal(out.Answer.Snapshot, g.View().Hash()) {
			t.Fatalf("decided on another snapshot: %x", out.Answer.Snapshot)
		} else if out.Status == abi.StatusOK && r.Kind == abi.KindPage {
			r.Kind = abi.KindExplain
			got := healthy(t, g.Explain(nil, abi.AppendRequest(nil, &r)))
			got.Answer.Trace = nil
			if with, without := abi.AppendAnswer(nil, &got.Answer), g.Handle(nil, message); !bytes.Equal(with, without) {
				t.Fatalf("with reasons the answer differs\n got %q\nwant %q", with, without)
			}
		}
		if got := g.Handle(nil, probe); !bytes.Equal(got, want) {
			t.Fatalf("the next answer differs\n got %q\nwant %q", got, want)
		}
	})
}

// endpointSeeds are requests to endpoints with everything that they can hold.
func endpointSeeds(f *testing.F, g *guest.Guest) (out []*abi.Request) {
	b := met(f, g)
	ticket := shopTicket(1, b.tag(f))
	b.does(f, g, visitor.Seen, shopTicket(2, 0), nil)
	for _, what := range []string{"GET click?t=" + signed(visitor.Click, ticket), "GET click?t=", "POST event?seen=x", "POST forget", "GET offers.js", "HEAD x", "GET fragment?page=/&slot=hero_2", "HEAD fragment?slot=hero&page=%2Ftravel%2f", "POST decide"} {
		r := b.on(calls(g, what))
		header(header(header(r, "origin", "https://www.shop.example"), "referer", "https://www.shop.example/x"), "sec-fetch-mode", "navigate")
		r.Body = []byte("accept=" + signed(visitor.Accept, ticket) + "&reject=" + signed(visitor.Reject, ticket))
		out = append(out, r)
	}
	for _, body := range []string{callOfAll, `{"slots":[{"space":"hero","n":2,"categories":["all"],"themes":[],"attributes":{"a":[1,2.5,"\ud83d\ude00"]}}],"language":"fr","consent":true}`} {
		out = append(out, b.on(called(g, body)))
	}
	return out
}

// checkReply fails the test unless a reply is one that a host can send: short,
// without a place elsewhere, and with no header that breaks a line.
func checkReply(t *testing.T, response []byte, g *guest.Guest) {
	t.Helper()
	out, err := abi.DecodeReply(response)
	if err != nil || !out.Status.Healthy() {
		t.Fatalf("%v: %x", err, response)
	}
	if out.Status != abi.StatusOK {
		return
	}
	if !bytes.Equal(out.Snapshot, g.View().Hash()) || len(out.Headers) > 8 || len(out.Cookies) > 2 || len(out.Events) > 64 || len(out.Body) > 64<<10 {
		t.Fatalf("%+v", out)
	}
	for _, h := range out.Headers {
		if string(h.Name) == "location" && (h.Value[0] != '/' || len(h.Value) > 1 && h.Value[1] == '/') {
			t.Fatalf("leads to %q", h.Value)
		}
		if string(h.Name) == "content-type" && bytes.HasSuffix(h.Value, []byte("json")) && !json.Valid(out.Body) {
			t.Fatalf("no JSON: %q", out.Body)
		}
		if bytes.ContainsAny(h.Value, "\r\n\x00\\") {
			t.Fatalf("%s: %q", h.Name, h.Value)
		}
	}
}

// FuzzVisitor sends what a visitor can choose, in requests that are otherwise
// good, and then what the answer sets, as the browser would.
func FuzzVisitor(f *testing.F) {
	g := ready(f, testConfig(), build(f, shop))
	known := cookie(answer(f, g, request(g)))
	f.Add([]byte(known), []byte("fr;q=0.5, en"), []byte("www.shop.example"), []byte("/"), []byte("FR"), int64(noon))
	f.Add([]byte("proffer_identity="+token(f, "main", "anna")), []byte("*"), []byte(""), []byte("/travel/x"), []byte("\x00"), int64(-1))
	f.Add([]byte("proffer=;=;;"), []byte(";q="), []byte("\xff"), []byte("//"), bytes.Repeat([]byte("x"), 300), int64(1)<<62)
	f.Fuzz(func(t *testing.T, cookies, language, host, path, country []byte, time int64) {
		r := request(g)
		r.Host, r.Path, r.Time = host, append([]byte("/"), path...), time
		r.Flags |= abi.FlagPeer // so that the country counts
		header(header(header(r, "cookie", string(cookies)), "accept-language", string(language)), "x-country", string(country))
		r.Attributes = []abi.Attribute{{Name: []byte("note"), Value: append([]byte{0xda, byte(len(language) >> 8), byte(len(language))}, language...)}}
		asks(r, "hero", "visitors/hero", "side", "visitors/side")
		out := healthy(t, g.Handle(nil, abi.AppendRequest(nil, r)))
		if out.Status == abi.StatusNeed {
			r.HasRecord = true
			if out = healthy(t, g.Handle(nil, abi.AppendRequest(nil, r))); out.Status == abi.StatusNeed {
				t.Fatal("a second need")
			}
		}
		if out.Status != abi.StatusOK || len(out.Answer.Cookies) == 0 {
			return
		}
		id := bytes.Clone(out.Answer.Visitor.ID)
		r.HasRecord = true
		r.Headers[0].Value = []byte(cookie(&out.Answer))
		again := healthy(t, g.Handle(nil, abi.AppendRequest(nil, r)))
		if again.Status != abi.StatusOK || again.Answer.Visitor.New || !bytes.Equal(again.Answer.Visitor.ID, id) {
			t.Fatalf("the cookie that was set is not read back: %s %+v", again.Status, again.Answer.Visitor)
		}
	})
}

// FuzzEndpoint sends what a visitor can choose in requests to endpoints that are
// otherwise good.
func FuzzEndpoint(f *testing.F) {
	g := ready(f, testConfig(), build(f, shop))
	b := met(f, g)
	ticket := shopTicket(1, b.tag(f))
	f.Add("GET", "click", "t="+signed(visitor.Click, ticket), "", "proffer="+b["proffer"], "", "", int64(noon))
	f.Add("POST", "event", "seen="+signed(visitor.Seen, ticket), "accept="+signed(visitor.Accept, ticket), "proffer_e=x", "http://www.shop.example", "http://www.shop.example:80/x?y", int64(1)<<62)
	f.Add("GET", "fragment", "page=/&slot=hero", "", "proffer="+b["proffer"], "", "", int64(noon))
	f.Add("GET", "fragment", "slot=hero_2&page=%2Ftravel%2F%c3%a9+%00", "", "", "", "", int64(-1))
	f.Add("POST", "forget", "", "", "", "null", "https://www.shop.example//x", int64(-1))
	f.Fuzz(func(t *testing.T, method, path, query, body, cookies, origin, referer string, time int64) {
		r := calls(g, "POST "+path)
		r.Method, r.Query, r.Body, r.Time, r.HasRecord = []byte(method), []byte(query), []byte(body), time, true
		header(header(header(header(r, "cookie", cookies), "origin", origin), "referer", referer), "accept", "text/html")
		checkReply(t, g.Handle(nil, abi.AppendRequest(nil, r)), g)
	})
}

// FuzzSnapshot changes bytes of a snapshot and gives it the right hash. Either
// the full check refuses it, or every request is answered.
func FuzzSnapshot(f *testing.F) {
	good := build(f, shop)
	for at := 0; at < len(good); at += 97 {
		f.Add(uint32(at), []byte{1})
		f.Add(uint32(at), []byte{0xff, 0xff, 0xff, 0xff})
	}
	f.Fuzz(func(t *testing.T, at uint32, change []byte) {
		b := bytes.Clone(good)
		copy(b[int(at)%len(b):], change)
		g := guest.New()
		if status, _ := g.Load(b); status != abi.StatusOK {
			return
		}
		if status, _ := g.Verify(rehash(t, b)); status != abi.StatusOK {
			return
		}
		if status, text := g.Configure(abi.AppendConfig(nil, testConfig())); status != abi.StatusOK {
			t.Fatal(text)
		}
		if status, text := g.Load(b); status != abi.StatusOK {
			t.Fatal(text)
		}
		for _, path := range []string{"/", "/travel/x", "/other"} {
			r := request(g)
			r.Path, r.HasRecord = []byte(path), true
			r.Record.Persons = []abi.Person{{Source: []byte("main"), Key: []byte("anna")}}
			r.Target.Key = []byte("anna")
			healthy(t, g.Handle(nil, abi.AppendRequest(nil, r)))
			r.Target.Key = nil
			healthy(t, g.Handle(nil, abi.AppendRequest(nil, asks(r, "hero", "visitors/hero", "visitors/side", "side", "hero"))))
			r.Kind = abi.KindExplain
			if out := healthy(t, g.Explain(nil, abi.AppendRequest(nil, r))); out.Answer.Trace != nil {
				if _, err := abi.DecodeTrace(out.Answer.Trace); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

package guest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// called is a call of the decide API.
func called(g *guest.Guest, body string) *abi.Request {
	r := header(calls(g, "POST decide"), "content-type", "application/json")
	r.Body, r.Query, r.HasRecord = []byte(body), []byte("a=b"), true
	return r
}

const callOfAll = `{"slots":[{"space":"hero"},{"space":"visitors/hero","environment":"visitors"},{"space":"side","n":2}],"path":"/x","attributes":{"basket":9.5}}`

// TestCallIsAPage holds that a call is answered with what a page that asks for its
// slots gets: cookies, lines, what is to be stored, and the offers.
func TestCallIsAPage(t *testing.T) {
	g := ready(t, testConfig(), build(t, strings.ReplaceAll(shop, "kind: anonymous", "kind: anonymous\n    history: store")))
	b := jar{}
	for i := range 3 {
		page := b.on(asks(request(g), "hero", "hero", "side"))
		page.Slots[1].N = 2
		page.Want |= abi.WantLinks | abi.WantEvents | abi.WantText | abi.WantJSON
		page.Path, page.Query = []byte("/x"), nil
		call := b.on(called(g, `{"slots":[{"space":"hero"},{"space":"hero","n":2},{"space":"side"}],"path":"/x"}`))
		for _, r := range []*abi.Request{page, call} {
			r.Time += int64(i) * 60_000
			r.HasRecord = true
			if i == 2 {
				r.Flags |= abi.FlagStore
			}
		}
		call.Want |= abi.WantPropositions
		want := answer(t, g, page)
		got := replied(t, g, call)
		if got.Code != 200 || headerOf(got, "content-type") != "application/json" || headerOf(got, "cache-control") != "no-store" {
			t.Fatalf("%d %v %s", got.Code, got.Headers, got.Body)
		}
		if !same(got.Cookies, want.Cookies) || !same(got.Events, want.Events) || len(got.Events) == 0 || string(got.Interaction) != string(want.Interaction) ||
			len(got.Propositions) != len(want.Propositions) || got.HasChanges != want.HasChanges || got.HasChanges != (i == 2) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		var told struct {
			Slots []struct {
				Offer, HTML *string
				N           int
			}
		}
		if err := json.Unmarshal(got.Body, &told); err != nil || len(told.Slots) != len(want.Slots) {
			t.Fatalf("%v: %s", err, got.Body)
		}
		for k, s := range want.Slots {
			if o := told.Slots[k]; o.N != s.N || (o.Offer == nil) != (s.Offer == nil) || o.HTML != nil && *o.HTML != string(s.HTML) {
				t.Errorf("slot %d: %s", k, got.Body)
			}
		}
		b.take(got.Cookies)
	}
}

func same(a, b [][]byte) bool {
	for i := range a {
		if len(a) != len(b) || string(a[i]) != string(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// TestCallNeeds holds that a call asks for the record of who asks before it answers.
func TestCallNeeds(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	r := header(called(g, callOfAll), "cookie", "proffer_identity="+token(t, "main", "anna"))
	r.HasRecord = false
	out, err := abi.DecodeReply(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err != nil || out.Status != abi.StatusNeed || string(out.Need.Key.Key) != "anna" {
		t.Fatalf("%v: %+v", err, out)
	}
	r.HasRecord, r.Record.Persons = true, []abi.Person{{Source: []byte("main"), Key: []byte("anna"),
		Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("tier"), Value: []byte("\xa4gold")}})}}
	if got := replied(t, g, r); !strings.Contains(string(got.Body), "Gold gold") {
		t.Errorf("%s", got.Body)
	}
}

// TestCallIsRefused: what is wrong is said, whatever it is, and leaves no trace.
func TestCallIsRefused(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	long := called(g, "")
	long.Long = true
	for name, c := range map[string]struct {
		request *abi.Request
		code    int
		text    string
	}{
		"a method":                   {header(calls(g, "GET decide"), "content-type", "application/json"), 405, "only POST"},
		"a type":                     {calls(g, "POST decide"), 415, "application/json"},
		"a form":                     {header(calls(g, "POST decide"), "content-type", "text/plain"), 415, "application/json"},
		"another site":               {header(called(g, callOfAll), "sec-fetch-site", "cross-site"), 403, "another site"},
		"two origins":                {header(header(called(g, callOfAll), "origin", "https://www.shop.example"), "origin", "https://www.shop.example"), 403, "another site"},
		"too long":                   {long, 413, "64 KiB"},
		"no body":                    {called(g, ""), 400, "not one JSON value"},
		"a target":                   {header(called(g, `{"slots":[{"space":"hero"}],"target":"anna"}`), "authorization", "Bearer x"), 403, `"field":"target"`},
		"an offer as wide as may be": {called(g, `{"slots":[`+strings.Repeat(`{"space":"hero"},`, 64)+`{"space":"hero"}]}`), 400, "64 entries"},
	} {
		got := replied(t, g, c.request)
		if got.Code != c.code || !strings.Contains(string(got.Body), c.text) || len(got.Cookies)+len(got.Events) > 0 || got.HasChanges ||
			headerOf(got, "content-type") != "application/problem+json" || headerOf(got, "cache-control") != "no-store" || headerOf(got, "x-content-type-options") != "nosniff" {
			t.Errorf("%s: %d %v %s", name, got.Code, got.Headers, got.Body)
		}
	}
	other := calls(g, "POST event")
	other.Long = true
	if got := replied(t, g, other); got.Code != 413 {
		t.Errorf("an event that is too long: %d %s", got.Code, got.Body)
	}
}

// TestCallOfAnotherOrigin: pages of listed origins may call and send events; of
// others nobody may.
func TestCallOfAnotherOrigin(t *testing.T) {
	for _, credentials := range []bool{false, true} {
		c := testConfig()
		c.CORS = abi.CORS{Origins: []string{"https://app.example"}, Credentials: credentials, MaxAge: 600}
		g := ready(t, c, build(t, shop))
		b := met(t, g)
		from := func(r *abi.Request, origin string) *abi.Request {
			return header(header(r, "origin", origin), "sec-fetch-site", "cross-site")
		}
		got := replied(t, g, from(b.on(called(g, callOfAll)), "https://app.example"))
		if got.Code != 200 || headerOf(got, "access-control-allow-origin") != "https://app.example" || headerOf(got, "vary") != "Origin" ||
			(headerOf(got, "access-control-allow-credentials") == "true") != credentials || (len(got.Cookies) > 0) != credentials {
			t.Errorf("a listed one: %d %v %q", got.Code, got.Headers, got.Cookies)
		}
		got = replied(t, g, from(called(g, callOfAll), "https://evil.example"))
		if got.Code != 403 || headerOf(got, "access-control-allow-origin") != "" || headerOf(got, "vary") != "Origin" {
			t.Errorf("another: %d %v", got.Code, got.Headers)
		}
		ahead := header(from(calls(g, "OPTIONS decide"), "https://app.example"), "access-control-request-method", "POST")
		want := "Content-Type"
		if credentials {
			want += ", Authorization"
		}
		if got = replied(t, g, ahead); got.Code != 204 || headerOf(got, "access-control-allow-methods") != "POST" ||
			headerOf(got, "access-control-allow-headers") != want || headerOf(got, "access-control-max-age") != "600" || headerOf(got, "cache-control") != "" {
			t.Errorf("a preflight: %d %v", got.Code, got.Headers)
		}
		if got = replied(t, g, from(b.on(calls(g, "POST forget")), "https://app.example")); got.Code != 204 || (len(got.Cookies) == 2) != credentials {
			t.Errorf("to be forgotten: %d %q", got.Code, got.Cookies)
		}
		if got = replied(t, g, from(calls(g, "GET offers.js"), "https://app.example")); headerOf(got, "vary") != "" {
			t.Errorf("the script: %v", got.Headers)
		}
	}
}

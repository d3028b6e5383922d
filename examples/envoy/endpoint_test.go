package envoy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestEndpoints sends requests below the prefix to a host that lets a head be held
// while the body comes, and to one that does not: each is answered as plugin/guest
// answers it.
func TestEndpoints(t *testing.T) {
	catalog := compile(t, small)
	signed := func(a visitor.Action) string {
		return string(visitor.AppendTicket(nil, seal.TestKeyring(), a, &visitor.Ticket{
			ID: [8]byte{1}, Environment: snapshot.Hash32([]byte("visitors")), Space: snapshot.Hash32([]byte("hero")),
			Offer: snapshot.Hash32([]byte("one")), Minute: visitor.Minute(pagecase.Time.UnixMilli()), Destination: []byte("/one"),
		}))
	}
	accept := "accept=" + signed(visitor.Accept)
	for _, hold := range []bool{false, true} {
		more := map[string]any{"events": "log"}
		if hold {
			more["hold"] = true
		}
		h := newHost(t, object(t, catalog, pagecase.Settings(), more))
		h.stopAll = !hold
		for name, c := range map[string]struct {
			method, path, body string
			more               fields
			code               int
			line               string
		}{
			"accept":              {"POST", "/.proffer/event", accept, nil, 204, "accepted"},
			"accept in the query": {"POST", "/.proffer/event?" + accept, "", nil, 204, "accepted"},
			"a form":              {"POST", "/.proffer/event", accept, fields{{"sec-fetch-mode", "navigate"}, {"referer", "http://shop.example/x?y"}}, 303, "accepted"},
			"64 KiB":              {"POST", "/.proffer/event", accept + strings.Repeat("&", 65536-len(accept)), nil, 204, "accepted"},
			"another site":        {"POST", "/.proffer/event", accept, fields{{"origin", "http://evil.example"}}, 403, ""},
			"click":               {"GET", "/.proffer/click?t=" + signed(visitor.Click), "", nil, 303, "clicked"},
			"a damaged link":      {"GET", "/.proffer/click?t=A" + signed(visitor.Click), "", nil, 400, ""},
			"forget":              {"POST", "/.proffer/forget", "", nil, 204, ""},
			"the script":          {"GET", "/.proffer/offers.js", "", nil, 200, ""},
			"its head":            {"HEAD", "/.proffer/offers.js", "", nil, 200, ""},
			"no endpoint":         {"GET", "/.proffer/", "", nil, 404, ""},
		} {
			h.logs = nil
			request := append(fields{{":method", c.method}, {":path", c.path}, {":authority", "shop.example"}}, c.more...)
			var body []byte
			if c.method == "POST" && c.body != "" {
				body = []byte(c.body)
			}
			e := h.open(request, body, html(), []byte("the origin's"))
			if len(body) > 1 { // it comes in two parts
				e.send = [][]byte{body[:1], body[1:]}
			}
			e.run()
			want := answered(t, catalog, request, body)
			if e.local == nil || e.local.code != c.code || !same(e.local, want) {
				t.Errorf("%s, hold %v: %+v, want %d and %+v", name, hold, e.local, c.code, want)
			}
			if asked := len(body) > 0 && !hold; e.asked != asked {
				t.Errorf("%s, hold %v: the origin has the request's head: %v", name, hold, e.asked)
			}
			line := "info proffer-event/1 e=" + c.line + "&t="
			if len(h.logs) != min(len(c.line), 1) || len(h.logs) > 0 && !strings.HasPrefix(h.logs[0], line) {
				t.Errorf("%s: the log has %q", name, h.logs)
			}
		}
		e := h.open(fields{{":method", "POST"}, {":path", "/.proffer/event"}, {":authority", "shop.example"}}, []byte(strings.Repeat("&", 65537)), html(), []byte("x")).run()
		if e.local == nil || e.local.code != 413 {
			t.Errorf("a body above 64 KiB: %+v", e.local)
		}
		e = h.open(fields{{":method", "POST"}, {":path", "/.proffer/event"}, {":authority", "shop.example"}}, []byte(accept), html(), []byte("x"))
		e.next()
		e.send = nil // the origin answers before the body is there
		if e.run(); e.local == nil && !hold {
			t.Error("the origin's answer to an event goes out")
		}
		if e := h.open(ask("/.proffe/offers.js"), nil, html(), []byte(slotted)).run(); e.local != nil {
			t.Errorf("a request that is not ours: %+v", e.local)
		}
	}
}

// answered asks the module's Go code.
func answered(t *testing.T, catalog []byte, request fields, body []byte) *abi.Reply {
	t.Helper()
	g := guest.New()
	if status, text := g.Configure(pagecase.Settings()); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Load(catalog); status != abi.StatusOK {
		t.Fatal(text)
	}
	r := asked(request)
	r.Kind, r.Want, r.Snapshot = abi.KindEvent, abi.WantEvents, g.View().Hash()
	r.Method, r.Body = []byte(request.get(":method")), body
	reply, err := abi.DecodeReply(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err != nil || reply.Status != abi.StatusOK {
		t.Fatalf("in process: %v, %+v", err, reply)
	}
	return reply
}

func same(got *reply, want *abi.Reply) bool {
	var f fields
	for _, h := range want.Headers {
		f = append(f, [2]string{string(h.Name), string(h.Value)})
	}
	for _, c := range want.Cookies {
		f = append(f, [2]string{"set-cookie", string(c)})
	}
	return slices.Equal(got.fields, f) && string(got.body) == string(want.Body) && fmt.Sprint(got.code) == fmt.Sprint(want.Code)
}

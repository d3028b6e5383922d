package guest_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
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

// calls is a request to an endpoint, "POST event?seen=x", with consent.
func calls(g *guest.Guest, what string) *abi.Request {
	r := request(g)
	method, path, _ := strings.Cut(what, " ")
	path, query, _ := strings.Cut(path, "?")
	r.Kind, r.Want = abi.KindEvent, abi.WantEvents
	r.Method, r.Path, r.Query = []byte(method), []byte("/.proffer/"+path), []byte(query)
	return r
}

// replied sends a request to an endpoint.
func replied(t testing.TB, g *guest.Guest, r *abi.Request) *abi.Reply {
	t.Helper()
	out, err := abi.DecodeReply(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err != nil || out.Status != abi.StatusOK {
		t.Fatalf("%v: %+v", err, out)
	}
	return out
}

func headerOf(r *abi.Reply, name string) string {
	for _, h := range r.Headers {
		if string(h.Name) == name {
			return string(h.Value)
		}
	}
	return ""
}

// jar is what a browser keeps: cookies by name.
type jar map[string]string

// take stores what a reply or an answer sets, as browsers do.
func (b jar) take(cookies [][]byte) {
	for _, set := range cookies {
		pair, attributes, _ := strings.Cut(string(set), ";")
		name, value, _ := strings.Cut(pair, "=")
		if strings.Contains(attributes, "Max-Age=0") {
			delete(b, name)
		} else {
			b[name] = value
		}
	}
}

// on makes a request carry the cookies.
func (b jar) on(r *abi.Request) *abi.Request {
	var pairs []string
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range b {
			if !yield(name) {
				return
			}
		}
	}) {
		pairs = append(pairs, name+"="+b[name])
	}
	return header(r, "cookie", strings.Join(pairs, "; "))
}

// tag is that of the browser's visitor, 0 if it has none.
func (b jar) tag(t testing.TB) uint32 {
	t.Helper()
	if b["proffer"] == "" {
		return 0
	}
	var s visitor.State
	body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer", []byte(b["proffer"]))
	if !ok || !s.Decode(body) {
		t.Fatal("the visitor cookie does not open")
	}
	return visitor.Tag(&s.ID)
}

// noted are the events in the second cookie, newest first.
func (b jar) noted(t testing.TB) *visitor.Events {
	t.Helper()
	v := &visitor.Events{}
	if value := b["proffer_e"]; value != "" {
		body, _, ok := seal.Open(nil, seal.TestKeyring(), seal.UseCookie, "proffer_e", []byte(value))
		if !ok || !v.Decode(body) {
			t.Fatal("the second cookie does not open")
		}
	}
	return v
}

// shopTicket is a ticket of the shop's visitors for a proposition of the offer
// "again" on the space "hero", made a minute before noon.
func shopTicket(n byte, tag uint32) *visitor.Ticket {
	return &visitor.Ticket{
		ID: [8]byte{n}, Environment: snapshot.Hash32([]byte("visitors")), Space: snapshot.Hash32([]byte("hero")),
		Offer: snapshot.Hash32([]byte("again")), Channel: decide.ChannelHash([]byte("web")),
		Minute: visitor.Minute(noon) - 1, Visitor: tag, Status: catalog.Presented, Destination: []byte("/v?n=1"),
	}
}

func signed(a visitor.Action, ticket *visitor.Ticket) string {
	return string(visitor.AppendTicket(nil, seal.TestKeyring(), a, ticket))
}

// met is a browser that has been here.
func met(t testing.TB, g *guest.Guest) jar {
	t.Helper()
	b := jar{}
	b.take(answer(t, g, request(g)).Cookies)
	return b
}

// TestEndpoints: methods and paths, and what every reply says of caching.
func TestEndpoints(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for what, want := range map[string]struct {
		code  int
		allow string
	}{
		"GET click":          {400, ""},
		"POST click":         {405, "GET, HEAD"},
		"POST event":         {400, ""},
		"GET event":          {405, "POST"},
		"PUT event":          {405, "POST"},
		"HEAD event":         {405, "POST"},
		"POST forget":        {204, ""},
		"GET forget":         {405, "POST"},
		"GET fragment":       {400, ""},
		"POST fragment":      {405, "GET, HEAD"},
		"GET offers.js":      {200, ""},
		"HEAD offers.js":     {200, ""},
		"POST offers.js":     {405, "GET, HEAD"},
		"get offers.js":      {405, "GET, HEAD"},
		" offers.js":         {405, "GET, HEAD"},
		"GET ":               {404, ""},
		"GET offers.js/":     {404, ""},
		"POST Event":         {404, ""},
		"GET ../event":       {404, ""},
		"GET offers%2ejs":    {404, ""},
		"DELETE nothing":     {404, ""},
		"POST event/x?seen=": {404, ""},
	} {
		r := replied(t, g, calls(g, what))
		if r.Code != want.code || headerOf(r, "allow") != want.allow {
			t.Errorf("%s: %d, allow %q; want %+v", what, r.Code, headerOf(r, "allow"), want)
		}
		if kept := headerOf(r, "cache-control") != "no-store"; kept != (r.Code == 200) {
			t.Errorf("%s: %v", what, r.Headers)
		}
		if strings.HasPrefix(what, "HEAD") && r.Body != nil {
			t.Errorf("%s: a body of %d bytes", what, len(r.Body))
		}
	}
	r := calls(g, "GET offers.js")
	r.Method = nil
	if replied(t, g, r).Code != 200 {
		t.Error("a request without a method is not a GET")
	}
	r.Path = []byte("/offers.js")
	if replied(t, g, r).Code != 404 {
		t.Error("an endpoint answers outside of the prefix")
	}
	c := testConfig()
	c.Prefix = "/shop/o/"
	g = ready(t, c, build(t, shop))
	if r.Path = []byte("/shop/o/offers.js"); replied(t, g, r).Code != 200 {
		t.Error("the configured prefix is not used")
	}
}

// scriptLimit is the most that offers.js may take, compressed, in bytes.
const scriptLimit = 3 << 10

// TestScript: what offers.js may be made of.
func TestScript(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	r := replied(t, g, calls(g, "GET offers.js"))
	sum := sha256.Sum256(r.Body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(r.Body); err != nil || w.Close() != nil || packed.Len() > scriptLimit {
		t.Errorf("%d bytes compressed, the limit is %d: %v", packed.Len(), scriptLimit, err)
	}
	if headerOf(r, "etag") != tag || headerOf(r, "content-type") != "text/javascript; charset=utf-8" ||
		headerOf(r, "cache-control") != "public, max-age=3600" || len(r.Cookies) > 0 {
		t.Errorf("%d bytes, etag %s: %s", len(r.Body), tag, r.Headers)
	}
	for _, bad := range []string{"eval", "Function(", "outerHTML", "insertAdjacent", "style", "setTimeout", "document.write", "http", "</", "<!", "\r"} {
		if strings.Contains(string(r.Body), bad) {
			t.Errorf("the script has %q", bad)
		}
	}
	if all, trusted := strings.Count(string(r.Body), "innerHTML"), strings.Count(string(r.Body), ".innerHTML = policy.createHTML("); all != trusted {
		t.Errorf("%d of %d innerHTML pass Trusted Types", trusted, all)
	}
	if again := replied(t, g, header(calls(g, "GET offers.js"), "if-none-match", tag)); again.Code != 304 || again.Body != nil || headerOf(again, "etag") != tag {
		t.Errorf("a script that the browser has: %d, %d bytes", again.Code, len(again.Body))
	}
}

// TestOtherSites: what another site's page posts is refused, and notes nothing.
func TestOtherSites(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	accept := "event?accept=" + signed(visitor.Accept, shopTicket(1, b.tag(t)))
	for headers, want := range map[string]int{
		"":                            204,
		"sec-fetch-site: same-origin": 204,
		"sec-fetch-site: none":        204,
		"sec-fetch-site: cross-site":  403,
		"sec-fetch-site: cross-site\norigin: https://www.shop.example":        403,
		"sec-fetch-site: same-site\norigin: https://evil.shop.example":        403,
		"sec-fetch-site: same-site\norigin: http://www.shop.example":          204,
		"origin: https://www.shop.example":                                    204,
		"origin: HTTPS://WWW.Shop.Example:8443":                               204,
		"origin: https://www.shop.example.":                                   204,
		"origin: https://shop.example":                                        403,
		"origin: https://www.shop.example.evil.test":                          403,
		"origin: https://evil.test/www.shop.example":                          403,
		"origin: https://www.shop.example@evil.test":                          403,
		"origin: www.shop.example":                                            403,
		"origin: ":                                                            403,
		"origin: https://":                                                    403,
		"origin: null":                                                        403,
		"origin: null\nsec-fetch-site: same-origin":                           204,
		"origin: null\nsec-fetch-site: same-site":                             403,
		"sec-fetch-site: same-origin\norigin: https://evil.test":              403,
		"origin: chrome-extension://www.shop.example":                         403,
		"referer: https://evil.test/":                                         204,
		"origin: https://www.shop.example\nsec-fetch-site: cross-site\nx: y":  403,
		"sec-fetch-site: same-origin\norigin: https://www.shop.example:44300": 204,
	} {
		for _, what := range []string{accept, "forget"} {
			r := b.on(calls(g, "POST "+what))
			for _, line := range strings.Split(headers, "\n") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					header(r, name, value)
				}
			}
			if got := replied(t, g, r); got.Code != want || want == 403 && len(got.Cookies)+len(got.Events) > 0 {
				t.Errorf("%s, %q: %d with %d cookies, want %d", what[:6], headers, got.Code, len(got.Cookies), want)
			}
		}
	}
	if click := replied(t, g, header(b.on(calls(g, "GET click?t="+signed(visitor.Click, shopTicket(1, b.tag(t))))), "sec-fetch-site", "cross-site")); click.Code != 303 {
		t.Errorf("a link on another site: %d", click.Code)
	}
}

// TestForget removes both cookies, whichever was sent.
func TestForget(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for _, secure := range []bool{false, true} {
		r := calls(g, "POST forget")
		want := []string{"proffer=", "proffer_e="}
		if secure {
			r.Flags |= abi.FlagSecure
			want = []string{"__Host-proffer=", "__Host-proffer_e="}
		}
		got := replied(t, g, r)
		if got.Code != 204 || len(got.Cookies) != 2 || len(got.Events) > 0 {
			t.Fatalf("%d with %q", got.Code, got.Cookies)
		}
		for i, set := range got.Cookies {
			if !strings.HasPrefix(string(set), want[i]+"; Path=/; Max-Age=0;") || strings.Contains(string(set), "; Secure") != secure {
				t.Errorf("%s", set)
			}
		}
	}
}

// TestBack: a form without a script leads back to the page of this host that it
// stood on, and nowhere else.
func TestBack(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for headers, want := range map[string]string{
		"":                            "",
		"accept: */*":                 "",
		"sec-fetch-mode: no-cors":     "",
		"sec-fetch-mode: cors":        "",
		"accept: text/html,*/*;q=0.8": "/",
		"sec-fetch-mode: navigate":    "/",
		"accept: text/html\nsec-fetch-mode: cors":                                   "",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example/basket?step=2": "/basket?step=2",
		"sec-fetch-mode: navigate\nreferer: http://www.shop.example:8080/é":         "/%C3%A9",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example":               "/",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example?x":             "/",
		"sec-fetch-mode: navigate\nreferer: https://evil.test/basket":               "/",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example//evil.test":    "/",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example/\\evil.test":   "/",
		"sec-fetch-mode: navigate\nreferer: https://www.shop.example@evil.test/x":   "/",
		"sec-fetch-mode: navigate\nreferer: /basket":                                "/",
	} {
		r := calls(g, "POST forget")
		for _, line := range strings.Split(headers, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				header(r, name, value)
			}
		}
		code := 204
		if want != "" {
			code = 303
		}
		if got := replied(t, g, r); got.Code != code || headerOf(got, "location") != want || got.Body != nil {
			t.Errorf("%q: %d to %q, want %q", headers, got.Code, headerOf(got, "location"), want)
		}
	}
}

// TestEndpointsLeaveNoGarbage: once the buffers have their size, a reply takes
// nothing from the heap.
func TestEndpointsLeaveNoGarbage(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	many := make([]string, 64)
	for i := range many {
		many[i] = "seen=" + signed(visitor.Seen, shopTicket(byte(i), b.tag(t)))
	}
	all := b.on(calls(g, "POST event"))
	all.Body = []byte(strings.Join(many, "&"))
	dst := make([]byte, 0, 64<<10)
	for name, r := range map[string]*abi.Request{
		"a click":      b.on(calls(g, "GET click?t="+signed(visitor.Click, shopTicket(1, b.tag(t))))),
		"a bad ticket": b.on(calls(g, "GET click?t=xyz")),
		"64 tickets":   all,
		"forget":       b.on(calls(g, "POST forget")),
		"the script":   calls(g, "GET offers.js"),
		"nothing":      calls(g, "GET nothing"),
	} {
		message := abi.AppendRequest(nil, r)
		handle := func() { dst = g.Handle(dst[:0], message) }
		handle()
		if got, ok := abi.StatusOf(dst); !ok || got != abi.StatusOK {
			t.Errorf("%s: %s", name, got)
		}
		if n := testing.AllocsPerRun(100, handle); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestLines: what was noted is written once, as plugin/ABI.md has it.
func TestLines(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	b := met(t, g)
	gone := shopTicket(2, 0)
	gone.Environment, gone.Space, gone.Offer, gone.Channel = 0x1234abcd, 1, 0xfffffffe, 0x00ff
	for _, tt := range []struct {
		action visitor.Action
		ticket *visitor.Ticket
		want   string
	}{
		{visitor.Accept, shopTicket(1, 0), "e=accepted&t=1783684800000&p=0100000000000000&v=visitors&s=hero&c=web&o=again"},
		{visitor.Reject, gone, "e=rejected&t=1783684800000&p=0200000000000000&v=%231234abcd&s=%2300000001&c=%2300ff&o=%23fffffffe"},
	} {
		r := b.on(calls(g, fmt.Sprintf("POST event?%s=%s", tt.action, signed(tt.action, tt.ticket))))
		got := replied(t, g, r)
		if len(got.Events) != 1 || string(got.Events[0]) != "proffer-event/1 "+tt.want {
			t.Errorf("%q, want %q", got.Events, tt.want)
		}
		if r.Want = 0; len(replied(t, g, r).Events) != 0 {
			t.Error("lines that nobody wants")
		}
		b.take(got.Cookies)
		if r = b.on(calls(g, fmt.Sprintf("POST event?%s=%s", tt.action, signed(tt.action, tt.ticket)))); len(replied(t, g, r).Events) != 0 {
			t.Error("a second line for one event")
		}
	}
	if bytes.Contains([]byte(b["proffer"]), []byte("again")) {
		t.Error("the visitor cookie names an offer")
	}
}

package proxy_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

func TestPage(t *testing.T) {
	const three = `<div data-offer-space="hero">1</div><div data-offer-space=hero_2>2</div><div data-offer-space=side>3</div><div data-offer-space=accent>4</div>`
	for name, c := range map[string]struct{ path, host, body, want, result string }{
		"slots of the body": {"/any", site, slotted, filledIn, "injected"},
		"listed": {"/listed", site, three,
			`<div data-offer-space="hero"><b>offer one</b></div><div data-offer-space=hero_2><b>offer two</b></div>` +
				`<div data-offer-space=side><i>offer side</i></div><div data-offer-space=accent>4</div>`, "injected"},
		"listed by a pattern":       {"/travel/a/b?q", site, slotted, filledIn, "injected"},
		"listed and not in body":    {"/listed", site, slotless, slotless, "kept"},
		"no slot":                   {"/any", site, slotless, slotless, "no_slot"},
		"unknown slot":              {"/any", site, `<p data-offer-space=nothing>x</p>`, `<p data-offer-space=nothing>x</p>`, "kept"},
		"unknown host":              {"/any", "other.example", slotted, slotted, "kept"},
		"host with port and dot":    {"/any", "Shop.Example.:8080", slotted, filledIn, "injected"},
		"nobody":                    {"/listed", staff, slotted, slotted, "kept"},
		"fallback to the visitors":  {"/any", members, slotted, filledIn, "injected"},
		"empty":                     {"/listed", site, "", "", "no_slot"},
		"bytes behind the document": {"/any", site, slotted + "</html>\x00\xff\xfe", filledIn + "</html>\x00\xff\xfe", "injected"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{})
				a := ask(t, front(t, m, page(c.body)), "GET", c.path, "Host: "+c.host, "Accept: text/html")
				if a.status != 200 || a.body != c.want || a.err != nil {
					t.Errorf("got %v, want %q", a, c.want)
				}
				m.expect(t, map[string]float64{"pages_total/" + c.result: 1})
				if c.result == "injected" && a.length != int64(len(c.want)) {
					t.Errorf("Content-Length is %d, want %d", a.length, len(c.want))
				}
			})
		})
	}
}

func TestVisitorContinues(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{})
		url := front(t, m, page(slotted))
		first := ask(t, url, "GET", "/any", "Accept: text/html")
		cookies := first.header["Set-Cookie"]
		if len(cookies) != 1 || !strings.HasPrefix(cookies[0], "proffer=") {
			t.Fatalf("cookies of a stranger: %q", cookies)
		}
		value, _, _ := strings.Cut(cookies[0], ";")
		again := ask(t, url, "GET", "/any", "Accept: text/html", "Cookie: a=b; "+value+"; c=d")
		// The cookie begins with two bytes of its own and the id of 16.
		id := value[:len("proffer=")+24]
		if set := again.header["Set-Cookie"]; again.body != filledIn || len(set) != 1 || !strings.HasPrefix(set[0], id) || strings.HasPrefix(set[0], value) {
			t.Errorf("the same visitor in the same minute, who was shown something more: %v", again)
		}
		// Somebody who may be known is looked up, and not found for now.
		known := ask(t, url, "GET", "/any", "Host: "+members, "Accept: text/html", "Cookie: "+value)
		if known.body != filledIn {
			t.Errorf("a visitor whose record is needed: %v", known)
		}
		m.expect(t, map[string]float64{"pages_total/injected": 3, "decision_seconds": 3, "slots_total/filled": 3, "visitor_cookie_bytes": 3})
	})
}

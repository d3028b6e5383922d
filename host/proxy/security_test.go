package proxy_test

import (
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"github.com/profferhq/proffer/host/proxy"
)

// A page's content security policies are its own, and its offers need none: no
// script, no style, no nonce is in what is written, so that the strictest policy,
// in a header or in the page, lets it be.
func TestContentSecurityPolicy(t *testing.T) {
	const head = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><script nonce="bm9uY2U">own()</script>`
	spaces := []string{"hero", "hero_2", "side"}
	body := head
	for _, s := range spaces {
		body += `<div data-offer-space="` + s + `">own</div>`
	}
	policies := []string{"default-src 'none'; script-src 'nonce-bm9uY2U'; style-src 'nonce-bm9uY2U'", "require-trusted-types-for 'script'"}
	everywhere(t, func(t *testing.T, front front) {
		a := ask(t, front(t, middleware(t, proxy.Config{}), page(body, "Content-Security-Policy: "+policies[0],
			"Content-Security-Policy: "+policies[1], "Content-Security-Policy-Report-Only: default-src 'self'")), "GET", "/any", navigation...)
		if !slices.Equal(a.header["Content-Security-Policy"], policies) || a.header.Get("Content-Security-Policy-Report-Only") != "default-src 'self'" {
			t.Errorf("policies became %q", a.header)
		}
		if !strings.HasPrefix(a.body, head) || strings.Contains(a.body, "own</div>") {
			t.Fatalf("got %q", a.body)
		}
		written, err := nethtml.Parse(strings.NewReader(a.body[len(head):]))
		if err != nil {
			t.Fatal(err)
		}
		for n := range written.Descendants() {
			if n.Data == "script" || n.Data == "style" || n.Data == "link" {
				t.Errorf("an offer brings a %s", n.Data)
			}
			for _, at := range n.Attr {
				if at.Key == "style" || at.Key == "nonce" || strings.HasPrefix(at.Key, "on") {
					t.Errorf("an offer brings %s=%q", at.Key, at.Val)
				}
			}
		}
	})
}

// The site's own proxy is the site: what forbids others to change a page does not
// keep its offers out of it.
func TestNoTransform(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		for coding, body := range map[string]string{"identity": slotted, "gzip": gzipped(t, slotted)} {
			a := ask(t, front(t, middleware(t, proxy.Config{}), page(body, "Cache-Control: no-transform, max-age=60", "Content-Encoding: "+coding)), "GET", "/any", navigation...)
			if a.header.Get("Content-Encoding") == "identity" {
				a.header.Del("Content-Encoding")
			}
			if decoded(t, a) != filledIn || a.header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: %v", coding, a)
			}
		}
	})
	untouched(t, page(slotless, "Cache-Control: no-transform"), "GET", "/any", navigation, nil)
}

// Pages that no validator would let pass get their offers, and keep every byte
// besides.
func TestMalformedPages(t *testing.T) {
	const slot, filled = `<div data-offer-space="hero">own</div>`, `<div data-offer-space="hero"><b>offer one</b></div>`
	for _, c := range [][2]string{
		{"", ""}, {"no markup at all ", ""}, {"<p>no head", "</p></p></div>"}, {"<body><head><html>", "</html>after the end<p>"},
		{"</html>", "</html>\x00\xff\xfe"}, {"<b><i>", "</b></i>"}, {"<div<div <", "<"}, {"<table>", "</table"}, {"<!DOCTYPE", "><!doctype>"},
	} {
		everywhere(t, func(t *testing.T, front front) {
			a := ask(t, front(t, middleware(t, proxy.Config{}), page(c[0]+slot+c[1])), "GET", "/any", navigation...)
			// In what is no markup yet, "<" and "<!DOCTYPE" take the slot's own ">".
			if want := c[0] + filled + c[1]; a.body != want && (c[0] != "<!DOCTYPE" && c[0] != "<div<div <" || a.body != c[0]+slot+c[1]) {
				t.Errorf("got %q, want %q", a.body, want)
			}
		})
	}
	for _, body := range []string{`<div data-offer-space="hero">own`, `<p data-offer-space="hero"`, `<!-- offer:hero `, `<div data-offer-space=>own</div>`} {
		untouched(t, page(body), "GET", "/any", navigation, map[string]float64{"pages_total/injected": 0})
	}
}

// Crawlers, and browsers without scripts, get the page that everybody gets.
func TestRobots(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{}), page(slotted))
		for _, agent := range []string{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.0", "Lynx/2.9", "x"} {
			if a := ask(t, url, "GET", "/any", "Accept: text/html", "User-Agent: "+agent); a.body != filledIn {
				t.Errorf("%s: %v", agent, a)
			}
		}
	})
}

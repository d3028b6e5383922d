package origin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/examples/shop/origin"
)

// visit asks for a page on a host, with an answer to its question or "".
func visit(t *testing.T, shop http.Handler, host, path, answer string) page {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	if answer != "" {
		r.AddCookie(&http.Cookie{Name: "wayfern_consent", Value: answer})
	}
	return ask(t, shop, r)
}

// answers are what the buttons of a page's question say, in order.
func (p page) answers() (out []string) {
	for _, n := range p.nodes {
		if n.Type == html.ElementNode && n.Data == "button" && attr(n, "name") == "answer" {
			out = append(out, attr(n, "value"))
		}
	}
	return out
}

func TestConsentIsAsked(t *testing.T) {
	shop := newShop(t, origin.Key{})
	cases := []struct {
		host, path, answer string
		asks               bool // on this page
		says               string
	}{
		{"consent.localhost:8080", "/", "", true, "May we remember you?"},
		{"consent.localhost", "/trip/kyoto-in-blossom", "", true, "May we remember you?"},
		{"consent.localhost:8080", "/", "perhaps", true, "May we remember you?"},
		{"consent.localhost:8080", "/", "yes", false, "You let us remember you."},
		{"consent.localhost:8080", "/", "no", false, "We do not remember you, as you asked."},
		{"consent.localhost:8080", "/consent", "", true, "You have not answered yet"},
		{"consent.localhost:8080", "/consent", "yes", true, "You said yes"},
		{"consent.localhost:8080", "/consent", "no", true, "You said no"},
		{"localhost:8080", "/", "", false, ""},
		{"localhost:8080", "/", "yes", false, ""},
		{"www.consent.localhost", "/", "", false, ""},
	}
	for _, c := range cases {
		p := visit(t, shop, c.host, c.path, c.answer)
		wellFormed(t, p)
		got := strings.Join(p.answers(), " ")
		if p.StatusCode != http.StatusOK || (got == "yes no") != c.asks || (got == "") == c.asks {
			t.Errorf("%s%s, %q: status %d, buttons %q", c.host, c.path, c.answer, p.StatusCode, got)
		}
		if !strings.Contains(p.text("body"), c.says) {
			t.Errorf("%s%s, %q: does not say %q", c.host, c.path, c.answer, c.says)
		}
		answered := c.says != "" && (c.answer == "yes" || c.answer == "no")
		if change := strings.Contains(p.body, `<a href="/consent">Change my mind</a>`); change != answered {
			t.Errorf("%s%s, %q: a way to change one's mind: %v", c.host, c.path, c.answer, change)
		}
		if c.says == "" && strings.Contains(p.body, "consent") {
			t.Errorf("%s%s, %q: speaks of consent", c.host, c.path, c.answer)
		}
	}
	for _, host := range []string{"localhost", "example.com"} {
		if p := visit(t, shop, host, "/consent", ""); p.StatusCode != http.StatusNotFound {
			t.Errorf("%s/consent: status %d, want 404", host, p.StatusCode)
		}
	}
}

func TestConsentIsTaken(t *testing.T) {
	shop := newShop(t, origin.Key{})
	cases := []struct {
		name, host, answer, next, origin string
		status                           int
		location                         string
	}{
		{"yes", "consent.localhost:8080", "yes", "/trip/kyoto-in-blossom", "", 303, "/trip/kyoto-in-blossom"},
		{"no", "consent.localhost:8080", "no", "", "", 303, "/"},
		{"from our own page", "consent.localhost:8080", "yes", "/", "http://consent.localhost:8080", 303, "/"},
		{"leads nowhere else", "consent.localhost", "no", "//example.com/", "", 303, "/"},
		{"from another site", "consent.localhost:8080", "yes", "/", "https://example.com", 403, ""},
		{"neither", "consent.localhost", "maybe", "/", "", 400, ""},
		{"nothing", "consent.localhost", "", "/", "", 400, ""},
		{"too much", "consent.localhost", strings.Repeat("yes", 10000), "/", "", 400, ""},
		{"where nobody asks", "localhost", "yes", "/", "", 404, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{"answer": {c.answer}, "next": {c.next}}
			r := httptest.NewRequest(http.MethodPost, "/consent", strings.NewReader(form.Encode()))
			r.Host = c.host
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			p := ask(t, shop, r)
			set := cookies(p)["wayfern_consent"]
			if p.StatusCode != c.status || p.Header.Get("Location") != c.location || (set != nil) != (c.status == 303) {
				t.Fatalf("status %d to %q, cookie %v", p.StatusCode, p.Header.Get("Location"), set)
			}
			if set != nil && (set.Value != c.answer || set.Path != "/" || set.MaxAge != 180*24*3600 || set.SameSite != http.SameSiteLaxMode) {
				t.Errorf("cookie %v", set)
			}
		})
	}
}

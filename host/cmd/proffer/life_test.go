package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
)

// lifeCatalog shows each of five offers once, in order,, and keeps in a store what it has
// shown: people's offers say what is known of them, and of visitors the last page is
// kept.
var lifeCatalog = func() string {
	const offers = `
    categories:
      all:
        offers:
          one: {weights: 9, content: {hero: {t: 'one TEXT'}}}
          two: {weights: 8, content: {hero: {t: 'two TEXT'}}}
          three: {weights: 7, content: {hero: {t: 'three TEXT'}}}
          four: {weights: 6, content: {hero: {t: 'four TEXT'}}}
          five: {weights: 5, content: {hero: {t: 'five TEXT'}}}
`
	const space = `
        channel: web
        fields: {t: text}
        render: {html: '<b>{{ t }}</b>{{? proposition.accept_url }}<form action="{{ proposition.accept_url }}"></form>{{/}}'}
`
	return `catalog: life
zone: UTC
consent: assumed
people: [main]
sites: {"*": customers}
rules: {once: {period: 60d, quantity: 1, counted: self}}
retention: {visitors: 60d}
environments:
  customers:
    kind: identified
    people: main
    history: store
    merge_history: true
    typology: [once]
    target: {motto: {type: string, default: none}}
    pages: [{match: /**, slots: [hero]}]
    spaces:
      hero:` + space + `        identification: {implicit: true, fallback: visitors/hero}
` + strings.ReplaceAll(offers, "TEXT", "known {{ target.motto }}") + `  visitors:
    kind: anonymous
    history: store
    typology: [once]
    target: {last: {type: string, default: none}}
    spaces:
      hero:` + space + `        store: {visitor: {last: request.path}}
` + strings.ReplaceAll(offers, "TEXT", "stranger {{ target.last }}")
}()

// lifeSite is an origin whose pages have a slot.
func lifeSite(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p>`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// device is a browser with cookies, in front of what is served.
type device struct {
	*testing.T
	*http.Client
	url, keys string
	now       func() time.Time
}

func newDevice(t *testing.T, s serving, keys string, now func() time.Time) *device {
	t.Helper()
	return &device{t, stranger(t), s.url, keys, now}
}

var acceptURL = regexp.MustCompile(`action="([^"]+)"`)

// page is the offer that a page shows, and the address to accept it.
func (b *device) page(path string) (offer, accept string) {
	b.Helper()
	text, r := get(b.T, b.Client, b.url+path)
	if r.StatusCode != http.StatusOK {
		b.Fatalf("%s: status %d", path, r.StatusCode)
	}
	if m := acceptURL.FindStringSubmatch(text); m != nil {
		accept = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	return between(text, "<b>", "</b>"), accept
}

// sees holds that a page shows an offer.
func (b *device) sees(path, want string) {
	b.Helper()
	if got, _ := b.page(path); got != want {
		b.Errorf("%s shows %q, want %q", path, got, want)
	}
}

// post sends what a page's form does.
func (b *device) post(address string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.url+address, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := b.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode >= 400 {
		b.Fatalf("%s: status %d", address, answer.StatusCode)
	}
}

func (b *device) at() *url.URL {
	u, err := url.Parse(b.url)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// logIn sets the cookie that a site's login sets; nobody logs out.
func (b *device) logIn(key string) {
	b.Helper()
	c := &http.Cookie{Name: "proffer_identity", MaxAge: -1}
	if key != "" {
		list, err := config.LoadKeys(b.keys)
		if err != nil {
			b.Fatal(err)
		}
		ring, err := config.Keyring(list)
		if err != nil {
			b.Fatal(err)
		}
		token, err := seal.AppendToken(nil, ring, "main", key, b.now().Add(time.Hour).Unix(), nil)
		if err != nil {
			b.Fatal(err)
		}
		c = &http.Cookie{Name: "proffer_identity", Value: string(token)}
	}
	b.Jar.SetCookies(b.at(), []*http.Cookie{c})
}

// cookie is the visitor's cookie.
func (b *device) cookie() *http.Cookie {
	b.Helper()
	for _, c := range b.Jar.Cookies(b.at()) {
		if c.Name == "proffer" {
			return c
		}
	}
	b.Fatal("no visitor cookie")
	return nil
}

// id is the visitor's, in hex.
func (b *device) id() string {
	b.Helper()
	list, err := config.LoadKeys(b.keys)
	if err != nil {
		b.Fatal(err)
	}
	return visitorID(b.T, list, b.cookie())
}

// replayed is another browser with the visitor's cookie alone.
func (b *device) replayed(s serving) *device {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	out := *b
	out.url, out.Client = s.url, &http.Client{Jar: jar, CheckRedirect: b.CheckRedirect}
	jar.SetCookies(out.at(), []*http.Cookie{b.cookie()})
	return &out
}

// heldBy is what a command on somebody answers, asked of the admin listener.
func heldBy(t *testing.T, s serving, keys string, who ...string) (status int, out, errs string) {
	t.Helper()
	return proffer(t, "", append(who, "--admin", s.admin, "--keys", keys)...)
}

func importPeople(t *testing.T, dir string, lines ...string) {
	t.Helper()
	status, _, errs := proffer(t, strings.Join(lines, "\n"), "people", "import", "-", "--source", "main", "--store", "file:"+dir, "--quiet")
	if status != 0 {
		t.Fatal(errs)
	}
}

func personLine(key, motto string, cookies ...string) string {
	list := ""
	if len(cookies) > 0 {
		list = `,"cookies":["` + strings.Join(cookies, `","`) + `"]`
	}
	return fmt.Sprintf(`{"key":%q,"attributes":{"motto":%q}%s}`, key, motto, list)
}

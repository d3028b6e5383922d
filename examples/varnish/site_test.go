//go:build edges

package varnish_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// site is an origin, Proffer in front of it, and an edge in front of both.
type site struct {
	edge    string // URL
	proffer *httptest.Server
	origin  *httptest.Server
	pages   atomic.Int64 // how often the origin was asked for its front page
	cookies atomic.Int64 // and how often with a cookie, for whichever page
	claims  atomic.Int64 // how often somebody says who he is
}

// newSite runs all but the edge.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	s.origin = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.origin.Close)
	s.proffer = httptest.NewServer(offers(t, s.origin.URL))
	t.Cleanup(s.proffer.Close)
	return s
}

// offers is what proffer serve is, in this process.
func offers(t *testing.T, origin string) http.Handler {
	t.Helper()
	text, err := os.ReadFile("catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
	m, err := proxy.New(proxy.Config{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return proxy.NewReverseProxy(m, u)
}

// serve is the origin.
func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("ETag", `"1"`)
	h.Set("Last-Modified", "Fri, 10 Jul 2026 12:00:00 GMT")
	if r.Header.Get("Cookie") != "" && r.URL.Path != "/account" {
		s.cookies.Add(1)
	}
	if r.Header.Get("Proffer-Identity") != "" {
		s.claims.Add(1)
	}
	const page = `<!doctype html><title>T</title>` +
		`<p><esi:include src="/.proffer/fragment?page=/&amp;slot=hero" onerror="continue"/><esi:remove>without ESI</esi:remove></p>` +
		`<p><esi:include src="/.proffer/fragment?page=%2F&slot=hero_2" onerror="continue"/></p>` +
		`<p><esi:include src="/.proffer/fragment?page=/&amp;slot=side" onerror="continue"/></p>`
	switch r.URL.Path {
	case "/":
		s.pages.Add(1)
		h.Set("Surrogate-Control", `content="ESI/1.0"`)
		_, _ = io.WriteString(w, page)
	case "/comments": // which visitors have written
		_, _ = io.WriteString(w, page)
	case "/account":
		h.Set("Cache-Control", "private")
		_, _ = io.WriteString(w, `<!doctype html><title>T</title><div data-offer-space="side">own</div>`)
	case "/own/hero.html", "/own/side.html": // and none for hero_2
		_, _ = io.WriteString(w, "own "+r.URL.Path)
	default:
		h.Del("Cache-Control")
		http.NotFound(w, r)
	}
}

// page is a response of the edge.
type page struct {
	status int
	header http.Header
	body   string
}

// paragraphs are what stands in the three slots of the front page, without links.
func (p *page) paragraphs() string {
	var out []string
	for _, part := range strings.Split(p.body, "<p>")[1:] {
		text, _, _ := strings.Cut(part, "</p>")
		if _, after, ok := strings.Cut(text, `">`); ok {
			text = after
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}

// get asks the edge, with the value of a Cookie header if there is one.
func (s *site) get(t *testing.T, path, cookie string, headers ...string) *page {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.edge+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &page{res.StatusCode, res.Header, string(b)}
}

var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// visitor is the cookie of somebody who has been at the account page that often.
func (s *site) visitor(t *testing.T, visits int) (cookie string) {
	t.Helper()
	for range visits {
		p := s.get(t, "/account", cookie)
		set := p.header.Get("Set-Cookie")
		if !strings.HasPrefix(set, "proffer=") {
			t.Fatalf("the account page sets %q: %d %q", set, p.status, p.body)
		}
		cookie, _, _ = strings.Cut(set, ";")
	}
	return "session=x; " + cookie
}

// expect fails the test unless the front page shows a visitor these three slots,
// and nothing in it that a cache may keep for somebody else.
func (s *site) expect(t *testing.T, who, cookie, want string) *page {
	t.Helper()
	p := s.get(t, "/", cookie)
	if p.status != 200 || p.paragraphs() != want {
		t.Errorf("%s: %d %q, want %q", who, p.status, p.paragraphs(), want)
	}
	if got := p.header["Set-Cookie"]; got != nil {
		t.Errorf("%s: the page sets %q", who, got)
	}
	if got := p.header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("%s: cache-control: %s", who, got)
	}
	for _, name := range []string{"ETag", "Last-Modified", "Surrogate-Control", "X-Fragments"} {
		if got := p.header.Get(name); got != "" {
			t.Errorf("%s: %s: %s", who, name, got)
		}
	}
	return p
}

// forged is a cookie with another character in its middle.
func forged(cookie string) string {
	at := (len("session=x; proffer=") + len(cookie)) / 2
	other := "A"
	if cookie[at] == 'A' {
		other = "B"
	}
	return cookie[:at] + other + cookie[at+1:]
}

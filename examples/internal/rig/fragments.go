package rig

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// Site is an origin and Proffer in front of it, and then an edge in front of both.
type Site struct {
	Proffer *httptest.Server
	Origin  *httptest.Server

	edge    string       // URL
	pages   atomic.Int64 // how often the origin was asked for its front page
	cookies atomic.Int64 // and how often with a cookie, for whichever page
	claims  atomic.Int64 // how often somebody says who he is
}

// Fragments is an edge that puts pages together from fragments. The catalog of its
// directory is that of the tests.
type Fragments struct {
	// Start runs the edge in front of a site and gives its URL.
	Start func(t testing.TB, s *Site) string
	// Serve is the origin but for its account page; "/" is its front page.
	Serve func(w http.ResponseWriter, r *http.Request)
	// Hero and Side are the site's own content of these two slots. hero_2 has none.
	Hero, Side string
	// Dropped are headers that a page must not have.
	Dropped []string
}

// Site starts all of one.
func (f Fragments) Site(t *testing.T) *Site {
	t.Helper()
	text, err := os.ReadFile("catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return f.site(t, Middleware(t, string(text), proxy.Config{}))
}

// site starts one with a Proffer.
func (f Fragments) site(t testing.TB, p *proxy.Middleware) *Site {
	t.Helper()
	s := &Site{}
	s.Origin = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, f.Serve) }))
	t.Cleanup(s.Origin.Close)
	u, err := url.Parse(s.Origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Proffer = httptest.NewServer(proxy.NewReverseProxy(p, u))
	t.Cleanup(s.Proffer.Close)
	s.edge = f.Start(t, s)
	return s
}

// serve is the origin.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, others http.HandlerFunc) {
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
	switch r.URL.Path {
	case "/account":
		h.Set("Cache-Control", "private")
		_, _ = io.WriteString(w, `<!doctype html><title>T</title><div data-offer-space="side">own</div>`)
	case "/":
		s.pages.Add(1)
		others(w, r)
	default:
		others(w, r)
	}
}

// Page is a response of the edge.
type Page struct {
	Status int
	Header http.Header
	Text   string
}

// Paragraphs are what stands in the three slots of the front page, without links.
func (p *Page) Paragraphs() string {
	var out []string
	for _, part := range strings.Split(p.Text, "<p>")[1:] {
		text, _, _ := strings.Cut(part, "</p>")
		if _, after, ok := strings.Cut(text, `">`); ok {
			text = after
		}
		out = append(out, text)
	}
	return strings.Join(out, " | ")
}

// Get asks the edge, with the value of a Cookie header if there is one.
func (s *Site) Get(t *testing.T, path, cookie string, headers ...string) *Page {
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
	res, err := alone.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{res.StatusCode, res.Header, string(b)}
}

// alone is a client with a connection for each request.
var alone = &http.Client{
	Timeout:       Patience,
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Visitor is the cookie of somebody who has been at the account page that often.
func (s *Site) Visitor(t *testing.T, visits int) (cookie string) {
	t.Helper()
	for range visits {
		p := s.Get(t, "/account", cookie)
		set := p.Header.Get("Set-Cookie")
		if !strings.HasPrefix(set, "proffer=") {
			t.Fatalf("the account page sets %q: %d %q", set, p.Status, p.Text)
		}
		cookie, _, _ = strings.Cut(set, ";")
	}
	return "session=x; " + cookie
}

// Stranger is what somebody sees who was never there.
func (f Fragments) Stranger() string { return "<b>Coast</b> | <b>Lakes</b> | " + f.Side }

// What somebody sees who was there once, and twice.
const (
	seenOnce  = "<b>Lakes</b> | <b>Coast</b> | Welcome back</a>"
	seenTwice = "<b>Coast</b> | <b>Lakes</b> | Welcome back</a>"
)

// expect fails the test unless the front page shows a visitor these three slots,
// and nothing in it that a cache may keep for somebody else.
func (f Fragments) expect(t *testing.T, s *Site, who, cookie, want string) {
	t.Helper()
	p := s.Get(t, "/", cookie)
	if p.Status != 200 || p.Paragraphs() != want {
		t.Errorf("%s: %d %q, want %q", who, p.Status, p.Paragraphs(), want)
	}
	if got := p.Header["Set-Cookie"]; got != nil {
		t.Errorf("%s: the page sets %q", who, got)
	}
	if got := p.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("%s: cache-control: %s", who, got)
	}
	for _, name := range append([]string{"ETag", "Last-Modified"}, f.Dropped...) {
		if got := p.Header.Get(name); got != "" {
			t.Errorf("%s: %s: %s", who, name, got)
		}
	}
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

// Test runs what every edge of this kind has to pass.
func (f Fragments) Test(t *testing.T) {
	t.Run("page", f.page)
	t.Run("conditional", f.conditional)
	t.Run("claims", f.claims)
	t.Run("fragments are not kept", f.fragmentsAreNotKept)
	t.Run("without Proffer", f.withoutProffer)
}

// page: one page of the cache, and in it what each visitor is shown.
func (f Fragments) page(t *testing.T) {
	s := f.Site(t)
	once, twice := s.Visitor(t, 1), s.Visitor(t, 2)
	for range 2 {
		f.expect(t, s, "who was there once", once, seenOnce)
		f.expect(t, s, "who was there twice", twice, seenTwice)
		f.expect(t, s, "a stranger", "", f.Stranger())
	}
	f.expect(t, s, "a forged cookie", forged(once), f.Stranger())
	f.expect(t, s, "another cookie", "session=x", f.Stranger())
	if n := s.pages.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the page", n)
	}
	if n := s.cookies.Load(); n != 0 {
		t.Errorf("the origin got %d cookies", n)
	}
}

// conditional: nobody is shown an earlier visit's offers by a 304.
func (f Fragments) conditional(t *testing.T) {
	s := f.Site(t)
	f.expect(t, s, "a stranger", "", f.Stranger())
	p := s.Get(t, "/", s.Visitor(t, 1), `If-None-Match: "1"`, "If-Modified-Since: Fri, 10 Jul 2026 12:00:00 GMT")
	if p.Status != 200 || p.Paragraphs() != seenOnce {
		t.Errorf("%d %q", p.Status, p.Paragraphs())
	}
}

// claims: nobody says through the edge what peers alone may say.
func (f Fragments) claims(t *testing.T) {
	s := f.Site(t)
	for _, path := range []string{"/", "/account", "/.proffer/fragment?page=/&slot=hero"} {
		s.Get(t, path, "", "Proffer-Identity: p1.x")
	}
	if n := s.claims.Load(); n != 0 {
		t.Errorf("%d claims have come through", n)
	}
}

// fragmentsAreNotKept: a fragment is asked for anew, whoever asks, and a click in it
// counts.
func (f Fragments) fragmentsAreNotKept(t *testing.T) {
	s := f.Site(t)
	once, twice := s.Visitor(t, 1), s.Visitor(t, 2)
	const fragment = "/.proffer/fragment?page=/&slot=hero"
	for range 2 {
		if a, b := s.Get(t, fragment, once), s.Get(t, fragment, twice); a.Text != "<b>Lakes</b>" || b.Text != "<b>Coast</b>" {
			t.Errorf("%q and %q", a.Text, b.Text)
		}
	}
	_, rest, _ := strings.Cut(s.Get(t, "/", once).Text, `<a href="`)
	link, _, _ := strings.Cut(rest, `"`)
	p := s.Get(t, link, once)
	if p.Status != 303 || p.Header.Get("Location") != "/back" || !strings.HasPrefix(p.Header.Get("Set-Cookie"), "proffer_e=") {
		t.Errorf("a click on %q: %d %v", link, p.Status, p.Header)
	}
}

// withoutProffer: the page's own content is shown, as far as there is any.
func (f Fragments) withoutProffer(t *testing.T) {
	s := f.Site(t)
	once := s.Visitor(t, 1)
	s.Proffer.Close()
	for range 2 {
		f.expect(t, s, "everybody", once, f.Hero+" |  | "+f.Side)
	}
	if n := s.pages.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the page", n)
	}
}

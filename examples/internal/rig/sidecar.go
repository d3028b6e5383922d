package rig

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// offers is the catalog of the tests of side-cars: one offer that may be shown
// twice, and one behind it.
const offers = `
catalog: edge
zone: Europe/Paris
language: en
consent: {cookie: consent, value: "yes"}
sites: {"*": visitors}
rules:
  twice: {applies_to: 'offer.code == "trip"', period: 10d, quantity: 2, counted: self}
environments:
  visitors:
    kind: anonymous
    typology: [twice]
    target: {visits: {type: int, default: 0}}
    pages: [{match: "/**", slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: "<a\n href=\"{{ url }}\">{{ title }}</a>"}
      side:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<i>{{ title }}</i>'}
    categories:
      all:
        offers:
          trip: {weights: [{value: 9}], content: {hero: {title: "{{ request.query['who'] }} caf\u00e9 $1 \\0", url: /trip}}}
          book: {weights: [{value: 1}], content: {hero: {title: Book, url: /book}}}
`

// Proffer is Proffer as a side-car, which a test can kill, let hang, or replace.
type Proffer struct {
	*httptest.Server
	pages http.Handler
	hangs chan struct{}
}

func newProffer(t *testing.T) *Proffer {
	t.Helper()
	return serveProffer(t, Middleware(t, offers, beside))
}

// beside is how Proffer is set up beside an edge.
var beside = proxy.Config{Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

func serveProffer(t testing.TB, m *proxy.Middleware) *Proffer {
	t.Helper()
	p := &Proffer{pages: m.Wrap(http.NotFoundHandler())}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.hangs != nil {
			select {
			case <-p.hangs:
			case <-r.Context().Done():
			}
			return
		}
		p.pages.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// answers is what the side-car says from now on.
func (p *Proffer) answers(f http.HandlerFunc) { p.pages = f }

// Answer is a response, whole.
type Answer struct {
	*http.Response
	Text string
}

// Visitor is a browser in front of an edge. It takes the visitor's cookie.
type Visitor struct{ server, cookie string }

// Ask sends a request as browsers do for a page, unless headers say otherwise.
func (v *Visitor) Ask(t *testing.T, method, path string, headers ...string) Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.server+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "www.example.com"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", "test")
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	client := &http.Client{
		Timeout:       Patience,
		Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
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
	for name := range res.Header {
		if strings.HasPrefix(name, "Proffer") {
			t.Errorf("%s %s: the visitor sees %s: %q", method, path, name, res.Header[name])
		}
	}
	for _, c := range res.Cookies() {
		if strings.HasPrefix(c.Name, "proffer") {
			v.cookie = "consent=yes; " + c.Name + "=" + c.Value
		}
	}
	return Answer{res, string(b)}
}

// Personal reports that nobody may keep a page for somebody else.
func (a Answer) Personal() bool {
	return a.Header.Get("Cache-Control") == "private, no-store" && len(a.Header["Cache-Control"]) == 1
}

// Sidecar is an edge that asks a side-car.
type Sidecar struct {
	// Origin is the site.
	Origin http.HandlerFunc
	// Start runs the edge between a site and Proffer, for which it waits so long, and
	// gives its URL.
	Start func(t testing.TB, site string, p *Proffer, wait string) string
	// Own is the site's page without offers.
	Own string
	// Offered reports whether an answer is the page with an offer of this title, for
	// its visitor alone.
	Offered func(a Answer, title string) bool
}

// Edge starts one whose Proffer works, and gives a visitor in front of it.
func (s Sidecar) Edge(t *testing.T, cookie string) *Visitor {
	t.Helper()
	return &Visitor{s.start(t, newProffer(t), "10s"), cookie}
}

func (s Sidecar) start(t testing.TB, p *Proffer, wait string) string {
	t.Helper()
	site := httptest.NewServer(s.Origin)
	t.Cleanup(site.Close)
	return s.Start(t, site.URL, p, wait)
}

// Test runs what every edge of this kind has to pass. headers are sent with the
// pages of a visitor and change nothing.
func (s Sidecar) Test(t *testing.T, headers ...string) {
	t.Run("visitor", func(t *testing.T) { s.visitor(t, headers) })
	t.Run("refused", s.refused)
	t.Run("fails", s.fails)
	t.Run("apart", s.apart)
}

var href = regexp.MustCompile(`href="([^"]+)"`)

// visitor: a stranger gets an offer and a cookie, comes back until the cap is
// reached, and clicks.
func (s Sidecar) visitor(t *testing.T, headers []string) {
	v := s.Edge(t, "consent=yes")
	var last Answer
	for turn, title := range []string{"me caf&#233; $1 \\0", "me caf&#233; $1 \\0", "Book"} {
		last = v.Ask(t, "GET", "/?who=me", headers...)
		if !s.Offered(last, title) || len(last.Header["Set-Cookie"]) != 1 || last.Header.Get("Content-Encoding") != "" {
			t.Errorf("turn %d: %v %q", turn, last.Header, last.Text)
		}
	}
	link := href.FindStringSubmatch(last.Text)
	if link == nil {
		t.Fatal("no link")
	}
	if a := v.Ask(t, "GET", link[1]); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/book" || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "proffer_e=") {
		t.Errorf("the click is answered by %v", a.Response)
	}
}

// refused: without consent nothing is set, and what was is removed.
func (s Sidecar) refused(t *testing.T) {
	v := s.Edge(t, "")
	if a := v.Ask(t, "GET", "/"); a.StatusCode != 200 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("consent is refused: %v", a.Header)
	}
	v.cookie = "proffer=x; proffer_e=y"
	if a := v.Ask(t, "GET", "/"); len(a.Header["Set-Cookie"]) != 2 {
		t.Errorf("both cookies are to be removed: %v", a.Header)
	}
	v.cookie = "consent=yes"
	if a := v.Ask(t, "GET", "/missing"); a.StatusCode != 404 || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
		t.Errorf("a page that is missing: %v", a.Response)
	}
	if a := v.Ask(t, "GET", "/.proffer/slots?page=/"); a.StatusCode != 404 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("a visitor asks: %v", a.Response)
	}
}

// fails: Proffer is dead, hangs, or answers nonsense, and the pages stay.
func (s Sidecar) fails(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, breaks := range map[string]func(*Proffer){
		"dead":    func(p *Proffer) { p.Close() },
		"hung":    func(p *Proffer) { p.hangs = make(chan struct{}) },
		"forbids": func(p *Proffer) { p.answers(status(403)) },
		"fails":   func(p *Proffer) { p.answers(status(500)) },
		"too much": func(p *Proffer) {
			p.answers(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("A", strings.Repeat("a", 40000)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProffer(t)
			v := Visitor{s.start(t, p, "100ms"), "consent=yes"}
			breaks(p)
			for range 2 {
				if a := v.Ask(t, "GET", "/"); a.StatusCode != 200 || a.Text != s.Own || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
					t.Errorf("%v %q", a.Response, a.Text)
				}
			}
		})
	}
}

// apart: of many visitors at once each gets what was decided for it.
func (s Sidecar) apart(t *testing.T) {
	server := s.Edge(t, "").server
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			v := Visitor{server, "consent=yes"}
			if a := v.Ask(t, "GET", fmt.Sprintf("/?who=v%d", i)); !s.Offered(a, fmt.Sprintf("v%d caf&#233; $1 \\0", i)) {
				t.Errorf("visitor %d: %v %q", i, a.Header, a.Text)
			}
		})
	}
	all.Wait()
}

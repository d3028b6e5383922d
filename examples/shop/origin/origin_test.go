package origin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/examples/shop/origin"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newShop(t *testing.T, key origin.Key) http.Handler {
	t.Helper()
	shop, err := origin.New(origin.Config{Identity: key, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestPages(t *testing.T) {
	shop := newShop(t, origin.Key{})
	list := []string{"strip", "side", "banner", "footer"}
	side := []string{"strip", "side", "footer"}
	bare := []string{"strip", "footer"}
	cases := []struct {
		path, customer string
		status         int
		title          string
		slots          []string
	}{
		{"/", "", 200, "Small journeys, well made · Wayfern", []string{"strip", "hero", "hero_2", "banner", "footer"}},
		{"/", "1002", 200, "Small journeys, well made · Wayfern", []string{"strip", "hero", "hero_2", "banner", "footer"}},
		{"/travel/", "", 200, "All journeys · Wayfern", list},
		{"/travel/beaches", "", 200, "Beaches · Wayfern", list},
		{"/travel/canada", "", 200, "Canada · Wayfern", list},
		{"/travel/cities", "1003", 200, "Cities · Wayfern", list},
		{"/travel/moon", "", 404, "Not on the map · Wayfern", bare},
		{"/trip/kyoto-in-blossom", "", 200, "Kyoto in blossom · Wayfern", side},
		{"/trip/nowhere", "", 404, "Not on the map · Wayfern", bare},
		{"/offers/travel-week", "", 200, "Travel Week: a tenth off, and no small print · Wayfern", side},
		{"/offers/night-trains", "", 200, "Fourteen night trains worth the ticket · Wayfern", side},
		{"/offers/none", "", 404, "Not on the map · Wayfern", bare},
		{"/about", "", 200, "About us · Wayfern", []string{"strip", "unknown_thing", "side", "banner", "footer"}},
		{"/account", "1002", 200, "Your account · Wayfern", []string{"strip", "hero", "side", "footer"}},
		{"/account", "4711", 200, "Your account · Wayfern", []string{"strip", "hero", "side", "footer"}},
		{"/login", "", 200, "Log in · Wayfern", bare},
		{"/logout", "", 200, "Log out · Wayfern", bare},
		{"/logout", "1001", 200, "Log out · Wayfern", bare},
		{"/%3Cscript%3E", "", 404, "Not on the map · Wayfern", bare},
	}
	for _, c := range cases {
		t.Run(c.path+" "+c.customer, func(t *testing.T) {
			p := get(t, shop, c.path, c.customer)
			if p.StatusCode != c.status {
				t.Fatalf("status %d, want %d", p.StatusCode, c.status)
			}
			wellFormed(t, p)
			if got := p.text("title"); got != c.title {
				t.Errorf("title %q, want %q", got, c.title)
			}
			if got := p.slots(t); !slices.Equal(got, c.slots) {
				t.Errorf("slots %v, want %v", got, c.slots)
			}
			who := "Log in"
			if c.customer != "" {
				who = "Customer " + c.customer
			}
			if !strings.Contains(p.text("header"), who) {
				t.Errorf("header %q, want %q in it", p.text("header"), who)
			}
		})
	}
}

// text is what the first element of that name reads.
func (p page) text(element string) string {
	var b strings.Builder
	for _, n := range p.nodes {
		if n.Type == html.ElementNode && n.Data == element {
			for d := range n.Descendants() {
				if d.Type == html.TextNode {
					b.WriteString(d.Data)
				}
			}
			break
		}
	}
	return strings.TrimSpace(b.String())
}

func TestRedirectsAndMethods(t *testing.T) {
	shop := newShop(t, origin.Key{})
	cases := []struct {
		method, path string
		status       int
		location     string
	}{
		{"GET", "/travel", 307, "/travel/"},
		{"GET", "/account", 303, "/login?next=/account"},
		{"GET", "/favicon.ico", 301, "/static/favicon.svg"},
		{"HEAD", "/", 200, ""},
		{"POST", "/", 405, ""},
		{"GET", "/static/", 404, ""},
		{"GET", "/static/img", 404, ""},
		{"GET", "/static/../origin.go", 307, "/origin.go"},
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			p := ask(t, shop, httptest.NewRequest(c.method, c.path, nil))
			if p.StatusCode != c.status || p.Header.Get("Location") != c.location {
				t.Errorf("status %d to %q, want %d to %q", p.StatusCode, p.Header.Get("Location"), c.status, c.location)
			}
		})
	}
}

// TestCrawl follows every link, image, stylesheet and form of every page, as a
// stranger and as a customer, and finds what each names.
func TestCrawl(t *testing.T) {
	shop := newShop(t, origin.Key{})
	for _, customer := range []string{"", "1001"} {
		seen := map[string]page{}
		queue := append([]string{"/"}, offerPages(t)...)
		for len(queue) > 0 {
			path := queue[0]
			queue = queue[1:]
			if _, ok := seen[path]; ok {
				continue
			}
			p := get(t, shop, path, customer)
			seen[path] = p
			if p.StatusCode == http.StatusSeeOther {
				queue = append(queue, local(t, path, p.Header.Get("Location")).RequestURI())
				continue
			}
			if p.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", path, p.StatusCode)
			}
			if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
				for _, target := range p.links() {
					if u := local(t, path, target); u != nil {
						queue = append(queue, u.RequestURI())
					}
				}
			}
		}
		fragments(t, seen)
		if len(seen) < 75 {
			t.Errorf("customer %q: found %d addresses, want 75 or more", customer, len(seen))
		}
	}
}

// offerPages are the pages that no page of the shop names: offers lead there.
func offerPages(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("data/offers.json")
	if err != nil {
		t.Fatal(err)
	}
	var offers []struct{ Slug string }
	if err := json.Unmarshal(text, &offers); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, o := range offers {
		paths = append(paths, "/offers/"+o.Slug)
	}
	return paths
}

// links are all addresses that a page names.
func (p page) links() []string {
	var targets []string
	for _, n := range p.nodes {
		for _, name := range []string{"href", "src", "action"} {
			if v := attr(n, name); v != "" {
				targets = append(targets, v)
			}
		}
	}
	return targets
}

// local resolves target against path; nil for mail and for what Proffer answers
// in front of the shop, an error for other hosts.
func local(t *testing.T, path, target string) *url.URL {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if u.Scheme == "mailto" || strings.HasPrefix(target, "/.proffer/") {
		return nil
	}
	if u.Scheme != "" || u.Host != "" {
		t.Errorf("%s names %s, which is on another site", path, target)
		return nil
	}
	base, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	return base.ResolveReference(u)
}

// fragments checks that every #name of a link stands on the page it leads to.
func fragments(t *testing.T, seen map[string]page) {
	t.Helper()
	for path, p := range seen {
		for _, target := range p.links() {
			u := local(t, path, target)
			if u == nil || u.Fragment == "" {
				continue
			}
			to := seen[u.RequestURI()]
			if !slices.ContainsFunc(to.nodes, func(n *html.Node) bool { return attr(n, "id") == u.Fragment }) {
				t.Errorf("%s: nothing has the id that %s names", path, target)
			}
		}
	}
}

func TestStatic(t *testing.T) {
	shop := newShop(t, origin.Key{})
	for path, kind := range map[string]string{
		"/static/site.css":          "text/css; charset=utf-8",
		"/static/favicon.svg":       "image/svg+xml",
		"/static/img/lisbon.svg":    "image/svg+xml",
		"/static/img/dawn-road.svg": "image/svg+xml",
	} {
		p := get(t, shop, path, "")
		if got := p.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s: type %q, want %q", path, got, kind)
		}
		if got := p.Header.Get("Content-Length"); got != strconv.Itoa(len(p.body)) {
			t.Errorf("%s: Content-Length %s, want %d", path, got, len(p.body))
		}
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", p.Header.Get("ETag"))
		if again := ask(t, shop, r); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: status %d for its own tag %s, want 304", path, again.StatusCode, p.Header.Get("ETag"))
		}
	}
}

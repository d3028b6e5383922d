package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// stroll is a visitor who walks through the served shop, with the clock that the
// command goes by.
type stroll struct {
	*testing.T
	serving
	*http.Client
	keys  string
	clock *atomic.Int64 // Unix seconds
}

func (w *stroll) at(when time.Time) { w.clock.Store(when.Unix()) }

// page is a page a minute later than the last.
func (w *stroll) page(path string) string {
	w.Helper()
	w.clock.Add(60)
	text, _ := get(w.T, w.Client, w.url+path)
	return text
}

// send sends a form of a page, as a browser without scripts does, or follows a
// link, and gives where the answer leads.
func (w *stroll) send(method, address, from string) string {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+address, nil)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", w.url+from)
	answer, err := w.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		w.Fatalf("%s %s: status %d, want 303", method, address, answer.StatusCode)
	}
	return answer.Header.Get("Location")
}

// has are the visitor's cookies by name.
func (w *stroll) has() map[string]string {
	at, err := url.Parse(w.url)
	if err != nil {
		w.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range w.Jar.Cookies(at) {
		out[c.Name] = c.Value
	}
	return out
}

// status is how far the visitor's cookie has an offer.
func (w *stroll) status(offer string) string {
	w.Helper()
	list, err := config.LoadKeys(w.keys)
	if err != nil {
		w.Fatal(err)
	}
	ring, err := config.Keyring(list)
	if err != nil {
		w.Fatal(err)
	}
	var s visitor.State
	if _, _, ok := s.Open(make([]byte, 0, seal.OpenSize), ring, []byte("proffer="+w.has()["proffer"]), false); !ok {
		w.Fatal("the visitor's cookie does not verify")
	}
	section, h := s.Section(false, snapshot.Hash32([]byte("wayfern"))), new(visitor.History)
	if section == nil || !section.History(0, h) {
		w.Fatal("the visitor's cookie has no history")
	}
	for _, e := range h.All() {
		if e.Offer == snapshot.Hash32([]byte(offer)) {
			return e.Status.String()
		}
	}
	return "absent"
}

// besideText is what stands beside the text of a page.
func besideText(page string) string {
	return between(page, `<article class="side offer"`, "</article>")
}

var quoted = map[string]*regexp.Regexp{
	"click":  regexp.MustCompile(`href="(/\.proffer/click\?[^"]+)"`),
	"seen":   regexp.MustCompile(`data-offer-seen="(/[^"]+)"`),
	"accept": regexp.MustCompile(`action="(/\.proffer/event\?accept=[^"]+)"`),
	"reject": regexp.MustCompile(`action="(/\.proffer/event\?reject=[^"]+)"`),
}

// address is where an offer's HTML leads with something.
func (w *stroll) address(what, html string) string {
	w.Helper()
	m := quoted[what].FindStringSubmatch(html)
	if m == nil {
		w.Fatalf("no address to tell of %q in %s", what, html)
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// beside asks for a list of journeys and gives the offer beside it: its code,
// for the shop's pages of offers are named by them, and its HTML. To know it, the
// link is read by a visitor of its own, for whom it notes nothing.
func (w *stroll) beside(list string) (code, html string) {
	w.Helper()
	html = besideText(w.page(list))
	other := *w
	other.Client = stranger(w.T)
	return strings.TrimPrefix(other.send(http.MethodGet, w.address("click", html), list), "/offers/"), html
}

// stranger is a browser with cookies that shows where answers lead.
func stranger(t *testing.T) *http.Client {
	c := person(t)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

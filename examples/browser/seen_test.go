//go:build edges

package browser_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// ahead is an origin with a page without offers, from which the home page is
// fetched ahead. It passes on for what purpose that is asked for.
type ahead struct {
	next     http.Handler
	purposes chan string
}

func (a *ahead) wrap(next http.Handler) http.Handler {
	a.next = next
	return a
}

func (a *ahead) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/plain":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Plain</title><link rel="icon" href="data:,"><p><a href="/">Home</a></p>`)
		return
	case "/":
		a.purposes <- r.Header.Get("Sec-Purpose")
	}
	a.next.ServeHTTP(w, r)
}

// asked waits until the home page is asked for, and holds for what purpose.
func (a *ahead) asked(t *testing.T, purpose string) {
	t.Helper()
	select {
	case got := <-a.purposes:
		if got != purpose {
			t.Errorf("the page is asked for with the purpose %q, want %q", got, purpose)
		}
	case <-time.After(patience):
		t.Fatalf("the page is not asked for in %v", patience)
	}
}

// TestSeen counts what came into view, where scripts run, and what is fetched
// ahead only once somebody looks at it.
func TestSeen(t *testing.T) {
	c := startChromium(t)
	for name, looks := range map[string]func(*tab, *site, *ahead){"in view": inView, "without script": unseen, "prefetched": prefetched, "prerendered": prerendered} {
		t.Run(name, func(t *testing.T) {
			a := &ahead{purposes: make(chan string, 10)}
			s := shop(t, a.wrap)
			looks(c.open(t, name, s.base, object{"javaScriptEnabled": name != "without script"}), s, a)
		})
	}
}

// page is the event of a page that has an offer in a space. Where the page took
// longer to come than the proxy reads ahead, as on a busy machine, it is told as
// decided.
func page(space string) func(event) bool {
	return func(e event) bool { return e.Space == space && (e.Event == "shown" || e.Event == "decided") }
}

func inView(p *tab, s *site, a *ahead) {
	p.visit("/")
	a.asked(p.T, "")
	s.told(p.T, "both pictures are in view", 2, kind("seen", "hero"))
}

func unseen(p *tab, s *site, _ *ahead) {
	p.visit("/")
	s.told(p.T, "the strip is shown", 1, page("strip"))
	s.told(p.T, "nothing tells what is seen", 0, kind("seen", "hero"))
}

// prefetched fetches a page ahead: nothing is counted and nobody is known.
func prefetched(p *tab, s *site, a *ahead) {
	p.visit("/plain")
	p.eval(`new Promise((onload, onerror) => document.head.append(
		Object.assign(document.createElement("link"), {rel: "prefetch", href: "/", onload, onerror}))).then(() => true)`, nil)
	a.asked(p.T, "prefetch")
	p.clean("prefetching")
	p.unknown("of a page that was fetched ahead")
	p.visit(beaches)
	for _, e := range s.told(p.T, "the page that was looked at", 1, page("side")) {
		if e.Space == "hero" {
			p.Errorf("a page that nobody looked at has told %+v", e)
		}
	}
	p.visit("/")
	p.says("on the second page", strip, returning)
}

// prerendered renders a page ahead: nothing is counted and nobody is known. Then
// somebody looks at it: what is in view is counted.
func prerendered(p *tab, s *site, a *ahead) {
	p.visit("/plain")
	p.eval(`document.head.append(Object.assign(document.createElement("script"), {type: "speculationrules",
		textContent: '{"prerender": [{"urls": ["/"], "eagerness": "immediate"}]}'}))`, nil)
	a.asked(p.T, "prefetch;prerender")
	p.clean("prerendering")
	p.unknown("of a page that was rendered ahead")
	if all := s.told(p.T, "before somebody looks", 0, func(event) bool { return true }); len(all) > 0 {
		p.Errorf("a page that nobody looked at has told %+v", all)
	}
	p.click(`a[href="/"]`)
	if got := p.path(); got != "/" {
		p.Errorf("the link leads to %s", got)
	}
	s.told(p.T, "both pictures are in view", 2, kind("seen", "hero"))
	p.shows("rendered ahead", hero, "visitors", "hero", "en")
	select {
	case purpose := <-a.purposes:
		p.Errorf("the page is asked for again, with the purpose %q", purpose)
	default:
	}
	// What a page writes of a visit, one that was rendered ahead did not.
	p.visit("/")
	p.says("on the first page that is not rendered ahead", strip, stranger)
	p.visit("/")
	p.says("on the next page", strip, returning)
}

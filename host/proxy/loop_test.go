package proxy_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// TestLoop sends a request into two proxies that have each other for an origin.
func TestLoop(t *testing.T) {
	var first, second atomic.Pointer[http.Handler]
	var passes atomic.Int32
	at := func(h *atomic.Pointer[http.Handler]) *url.URL {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			passes.Add(1)
			(*h.Load()).ServeHTTP(w, r)
		}))
		t.Cleanup(s.Close)
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	a, b := at(&first), at(&second)
	one, two := middleware(t, proxy.Config{}), middleware(t, proxy.Config{})
	for h, next := range map[*atomic.Pointer[http.Handler]]http.Handler{
		&first: proxy.NewReverseProxy(one.Middleware, b), &second: proxy.NewReverseProxy(two.Middleware, a),
	} {
		h.Store(&next)
	}
	for _, headers := range [][]string{nil, {"Connection: CDN-Loop"}, {"CDN-Loop: other, and; id=1", "CDN-Loop: proffer;id=x"}} {
		passes.Store(0)
		answer := ask(t, a.String(), "GET", "/listed", append(with(), headers...)...)
		if answer.status != http.StatusLoopDetected || passes.Load() != 3 {
			t.Errorf("%v: %v after %d passes", headers, answer, passes.Load())
		}
	}
	one.expect(t, map[string]float64{"loops_total": 3, "decision_seconds": 0})
	two.expect(t, map[string]float64{"loops_total": 0})
}

// TestChain: proxies of one operator may stand behind each other, and what others
// wrote stays.
func TestChain(t *testing.T) {
	var got []string
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Values("CDN-Loop")
		page(slotless)(w, r)
	}))
	for range 9 {
		origin = reverse(t, middleware(t, proxy.Config{}), origin)
	}
	if a := ask(t, origin, "GET", "/any", with("CDN-Loop: other.example; a=b")...); a.status != 200 {
		t.Fatalf("got %v", a)
	}
	if len(got) != 10 || got[0] != "other.example; a=b" || slices.ContainsFunc(got[1:], func(line string) bool { return !strings.HasPrefix(line, "proffer;id=") }) {
		t.Errorf("the origin sees %q", got)
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != 10 {
		t.Errorf("two are one: %q", got)
	}
	if a := ask(t, reverse(t, middleware(t, proxy.Config{}), origin), "GET", "/any", "CDN-Loop: proffer, PROFFER ; id=3"); a.status != http.StatusLoopDetected {
		t.Errorf("a chain of twelve: %v", a)
	}
}

package proxy_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// fragmented is an engine whose catalog keeps visitors in a store and reads a query
// and a header.
func fragmented(t *testing.T) *native.Engine {
	t.Helper()
	text, err := os.ReadFile("testdata/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("kind: anonymous"), []byte("kind: anonymous\n    history: store"))
	text = bytes.ReplaceAll(text, []byte("WORD two"), []byte(`'two {{ request.query.city }} {{ request.header["x-own"] }}'`))
	text = bytes.ReplaceAll(text, []byte("WORD"), []byte("offer"))
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(context.Background(), snapshot); err != nil {
		t.Fatal(err)
	}
	return e
}

// A fragment is one slot of a page, for whoever puts the page together: the origin
// is not asked, nothing of it may be kept, and no cookie is set.
func TestFragment(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		log := &taken{}
		m := middleware(t, proxy.Config{Engine: fragmented(t), Events: log})
		url := front(t, m, nobody(t)) + "/.proffer/fragment?page=/listed&slot="
		for slot, want := range map[string]struct {
			status int
			body   string
		}{
			"hero":               {200, "<b>offer one</b>"},
			"hero_2&city=Rome":   {200, "<b>two Rome mine</b>"},
			"side":               {200, "<i>offer side</i>"},
			"accent":             {404, "not found"},
			"":                   {400, "no page or no slot"},
			"hero&page=/another": {200, "<b>offer one</b>"}, // the first counts
		} {
			a := ask(t, url+slot, "GET", "", "X-Own: mine")
			if a.status != want.status || a.body != want.body {
				t.Errorf("%s: %d %q", slot, a.status, a.body)
			}
			head := ask(t, url+slot, "HEAD", "", "X-Own: mine")
			if head.status != want.status || head.body != "" || head.header.Get("Content-Type") != a.header.Get("Content-Type") {
				t.Errorf("HEAD %s: %d %q %q", slot, head.status, head.body, head.header)
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header["Set-Cookie"] != nil {
				t.Errorf("%s: %q", slot, a.header)
			}
		}
		if len(log.put) != 4 {
			t.Errorf("events are %q", log.put)
		}
		for _, line := range log.put {
			if !strings.Contains(line, "e=shown&") {
				t.Errorf("%s", line)
			}
		}
		if ok, not := m.replies(t, "fragment", "2xx"), m.replies(t, "fragment", "4xx"); ok != 8 || not != 4 {
			t.Errorf("counted %v and %v", ok, not)
		}
	})
}

// A fragment of a visitor whom the store may know is decided with its record, and
// what it shows is stored, whatever else its page would.
func TestFragmentIsStored(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		s, log := &fakeStore{}, &taken{}
		m := middleware(t, proxy.Config{
			Engine: fragmented(t), Store: s, LookupWait: time.Hour, Events: log,
			Clock: func() time.Time { return testTime },
		})
		url := front(t, m, page(slotted))
		set := ask(t, url, "GET", "/listed", navigation...).header.Get("Set-Cookie")
		if s.needs != 0 || len(s.told()) != 0 {
			t.Fatalf("%d look-ups, told %+v", s.needs, s.told())
		}
		cookie, _, _ := strings.Cut(set, ";")
		for i, slot := range []string{"hero_2", "side", "hero"} {
			if a := ask(t, url, "GET", "/.proffer/fragment?page=/listed&slot="+slot, "Cookie: "+cookie); a.status != 200 || a.header["Set-Cookie"] != nil {
				t.Errorf("%s: %d %q", slot, a.status, a.header)
			}
			told := s.told()
			if s.needs != i+1 || len(told) != i+1 {
				t.Fatalf("%s: %d look-ups, told %+v", slot, s.needs, told)
			}
			offer := map[string]string{"hero": "one", "hero_2": "two", "side": "three"}[slot]
			if c := told[i]; len(c.visitor) != 16 || c.durable || c.details != 1 || !c.hasTalk || !c.hasVersion || len(c.lines) != 1 || !strings.Contains(fmt.Sprint(c.history), offer+" 1") {
				t.Errorf("%s: told %+v", slot, c)
			}
		}
		if n := len(log.put); n != 4 || !strings.HasSuffix(log.put[n-1], "&a=00000000000000aa") {
			t.Errorf("events are %q", log.put)
		}
	})
}

// A fragment whose module fails is an error that whoever puts the page together
// turns into the page's own content.
func TestFragmentFails(t *testing.T) {
	m := middleware(t, proxy.Config{Engine: engineFunc(func() (host.Session, error) { return nil, errTest })})
	w := httptest.NewRecorder()
	m.Wrap(nobody(t)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.proffer/fragment?page=/listed&slot=hero", nil))
	if w.Code != 503 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// once shows each offer once, and its page begins with a slot that shows nothing
// of them.
const once = `
catalog: once
consent: assumed
sites: {` + site + `: visitors}
rules: {once: {period: 30d, quantity: 1, counted: self, applies_to: 'offer.code != "hello"'}}
environments:
  visitors:
    kind: anonymous
    history: store
    typology: [once]
    pages: [{match: /start, slots: [hello]}, {match: /, slots: [hero, hero_2]}]
    spaces:
      hello: {channel: web, fields: {title: text}, render: {html: '{{ title }}'}}
      hero: {channel: web, fields: {title: text}, render: {html: '{{ title }}'}}
    categories:
      all:
        offers:
          hello: {weights: 1, content: {hello: {title: hello}}}
          a: {weights: 9, content: {hero: {title: a}}}
          b: {weights: 8, content: {hero: {title: b}}}
          c: {weights: 7, content: {hero: {title: c}}}
          d: {weights: 6, content: {hero: {title: d}}}
`

// On a store on disk the fragments of a page do not count against each other, in
// whatever order they come, and count for the page a minute later.
func TestFragmentsOnDisk(t *testing.T) {
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(once)}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	now := testTime
	m := middleware(t, proxy.Config{Engine: e, Store: onDisk(t), LookupWait: time.Hour, Clock: func() time.Time { return now }})
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	h := m.Wrap(page(`<!doctype html><div data-offer-space="hello">own</div>`))
	_, _, cookie := visit(h, "GET", "/start", "")
	for _, c := range []struct {
		after      time.Duration
		slot, want string
	}{
		{time.Second, "hero_2", "b"}, {time.Second, "hero", "a"}, {time.Second, "hero_2", "b"}, {time.Second, "hero", "a"},
		{time.Minute, "hero", "c"}, {time.Second, "hero_2", "d"}, {time.Minute, "hero", ""},
	} {
		now = now.Add(c.after)
		if _, got, set := visit(h, "GET", "/.proffer/fragment?page=/&slot="+c.slot, cookie); got != c.want || set != "" {
			t.Errorf("%s %s: %q, want %q, sets %q", now.Format(time.TimeOnly), c.slot, got, c.want, set)
		}
	}
}

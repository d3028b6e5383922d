package proxy_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

const heroCall = `{"slots":[{"space":"hero"}]}`

// A returning visitor's call is decided with the record, and what it proposes is
// stored, as shown, before it is answered.
func TestDecideStore(t *testing.T) {
	var asked kinds
	s, log := &fakeStore{}, &taken{}
	m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: log, Trusted: trusted})
	base := serve(t, m.Wrap(nobody(t)))
	if status, _, text := call(t, base, heroCall); status != 200 || s.needs != 0 || len(s.told()) != 0 {
		t.Fatalf("a stranger's: %d, looked up %d, told %v: %s", status, s.needs, s.told(), text)
	}
	status, _, text := call(t, base, heroCall, "Cookie: proffer=x")
	told := s.told()
	if status != 200 || !strings.Contains(text, "<b>offer one</b>") || len(told) != 1 {
		t.Fatalf("%d, told %+v: %s", status, told, text)
	}
	if c := told[0]; c.since != 7 || c.visitor != string(visitorID) || fmt.Sprint(c.history) != "[one 1]" || c.details != 1 || !c.hasTalk || !c.hasVersion ||
		c.newcomer != "" || c.durable || len(c.lines) != 1 {
		t.Errorf("told %+v", c)
	}
	if strings.Contains(text, "propositions") || strings.Contains(text, "weight") {
		t.Errorf("what is wanted for the store is told to a stranger: %s", text)
	}
	if len(log.put) != 2 || !strings.HasSuffix(log.put[1], "&a=00000000000000aa") {
		t.Errorf("events are %q", log.put)
	}
	if asked.of(abi.KindNeed) != 0 || asked.of(abi.KindPage) != 3 || !asked.last.HasRecord || len(asked.last.Record.Visitors) != 1 {
		t.Errorf("asked %v, last with %+v", asked.count, asked.last.Record)
	}
	if _, _, text := call(t, base, `{"slots":[{"space":"hero"}],"no_store":true}`, "Cookie: proffer=x", "Authorization: Bearer peer"); len(s.told()) != 1 {
		t.Errorf("no_store: told %+v: %s", s.told(), text)
	}
	m.expect(t, map[string]float64{"lookups_total/answered": 2, "writes_total/done": 1})
}

// Another request was quicker: the call is decided once more, and answered with
// that; what loses twice is stored as it is answered.
func TestDecideConflict(t *testing.T) {
	for lost, want := range map[int]struct {
		since   string
		results map[string]float64
	}{
		1: {"[1 2]", map[string]float64{"writes_total/again": 1, "writes_total/done": 1, "writes_total/forced": 0}},
		2: {fmt.Sprint([]uint64{1, 2, store.Always}), map[string]float64{"writes_total/again": 1, "writes_total/forced": 1, "writes_total/done": 1}},
	} {
		var asked kinds
		var seen told
		seq, losses := uint64(0), lost
		log := &taken{}
		s := &fakeStore{
			lookup: func(context.Context, *abi.Need) (store.Found, error) {
				seq++
				return store.Found{Seq: seq, Record: abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors")}}}}, nil
			},
			append: func(context.Context, *store.Change) error {
				if losses--; losses >= 0 {
					return fmt.Errorf("wrapped: %w", store.ErrConflict)
				}
				return nil
			},
		}
		m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: log, Recorder: &seen})
		if status, _, text := call(t, serve(t, m.Wrap(nobody(t))), heroCall, "Cookie: proffer=x"); status != 200 || !strings.Contains(text, "offer one") {
			t.Fatal(status, text)
		}
		var since []uint64
		for _, c := range s.told() {
			since = append(since, c.since)
		}
		if fmt.Sprint(since) != want.since || asked.of(abi.KindPage) != 3 || len(log.put) != 1 || len(seen.requests) != 1 {
			t.Errorf("since %v, asked %d times, put %q, recorded %d times", since, asked.of(abi.KindPage), log.put, len(seen.requests))
		}
		m.expect(t, want.results)
	}
}

// A store that fails, or hangs, costs what it knows and nothing else.
func TestDecideStoreTrouble(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	for name, c := range map[string]struct {
		store   *fakeStore
		results map[string]float64
	}{
		"look-up fails": {&fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) { return store.Found{}, errTest }},
			map[string]float64{"lookups_total/failed": 1}},
		"look-up hangs": {&fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) { <-hang; return store.Found{}, errTest }},
			map[string]float64{"lookups_total/late": 1}},
		"look-up panics": {&fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) { panic(errTest) }},
			map[string]float64{"lookups_total/failed": 1}},
		"writing fails": {&fakeStore{append: func(context.Context, *store.Change) error { return errTest }},
			map[string]float64{"writes_total/failed": 1}},
		"writing hangs": {&fakeStore{append: func(context.Context, *store.Change) error { <-hang; return nil }},
			map[string]float64{"writes_total/late": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			wait := time.Hour
			if strings.HasSuffix(name, "hangs") {
				wait = time.Millisecond
			}
			m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: c.store, LookupWait: wait})
			status, _, text := call(t, serve(t, m.Wrap(nobody(t))), heroCall, "Cookie: proffer=x")
			if status != 200 || !strings.Contains(text, "<b>offer one</b>") || m.StoreTrouble() == nil {
				t.Errorf("%d, %v: %s", status, m.StoreTrouble(), text)
			}
			m.expect(t, c.results)
		})
	}
}

// posted asks a handler for a call as a browser with cookies does.
func posted(h http.Handler, body, cookies string) string {
	r := httptest.NewRequest(http.MethodPost, "/.proffer/decide", strings.NewReader(body))
	r.Host = site
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Cookie", cookies)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

// A call and a page of one browser at once never show an offer twice that may be
// shown once, and what one has shown the other knows.
func TestDecideRaces(t *testing.T) {
	for name, engine := range map[string]func() swapper{
		"native": func() swapper { return nativeEngine(t) },
		"wasm":   func() swapper { return wasmEngine(t, snapshotOf(t, "offer")) },
	} {
		t.Run(name, func(t *testing.T) {
			m := keeping(t, engine(), onDisk(t))
			h := m.Wrap(page(allSlots))
			for range min(*races, 200) {
				_, _, cookie := visit(h, "GET", "/start", "")
				var tabs [3]string
				var all sync.WaitGroup
				all.Go(func() { _, tabs[0], _ = visit(h, "GET", "/capped", cookie) })
				for i := range tabs[1:] {
					all.Go(func() { tabs[1+i] = posted(h, heroCall, cookie) })
				}
				all.Wait()
				later := posted(h, heroCall, cookie)
				shown := strings.Join(tabs[:], "")
				if n := strings.Count(shown, "<b>one</b>"); n > 1 || n+strings.Count(shown, "<b>two</b>") != 3 || !strings.Contains(later, "<b>two</b>") {
					t.Fatalf("shown %d times: %q, then %s", n, tabs, later)
				}
			}
			m.expect(t, map[string]float64{"lookups_total/failed": 0, "writes_total/failed": 0, "writes_total/late": 0})
		})
	}
}

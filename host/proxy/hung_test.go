package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// hang is a store that does not come back before it is let go.
type hang struct {
	fakeStore
	gone chan struct{}
}

func newHang(t testing.TB, lookup, write bool) *hang {
	t.Helper()
	h := &hang{gone: make(chan struct{})}
	if lookup {
		h.lookup = func(context.Context, *abi.Need) (store.Found, error) {
			<-h.gone
			return store.Found{Seq: 1}, nil
		}
	}
	if write {
		h.append = func(context.Context, *store.Change) error {
			<-h.gone
			return nil
		}
		h.erase = func(context.Context, store.Subject) error {
			<-h.gone
			return nil
		}
	}
	return h
}

// soon is more than a page may wait for a store that hangs: the three waits of a
// page, and much for a slow machine.
const soon = 5 * time.Second

// A store that hangs costs a page no more than its wait, and what hangs is bounded.
func TestStoreHangs(t *testing.T) {
	for name, c := range map[string]struct {
		lookup, write bool
		results       map[string]float64
	}{
		"lookup": {true, false, map[string]float64{"lookups_total/late": 2, "lookups_total/busy": 2}},
		"write":  {false, true, map[string]float64{"writes_total/late": 2, "writes_total/busy": 2}},
		"both":   {true, true, map[string]float64{"lookups_total/late": 2, "lookups_total/busy": 2, "writes_total/late": 2, "writes_total/busy": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				s := newHang(t, c.lookup, c.write)
				m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Millisecond})
				m.Bound(2)
				url := front(t, m, page(slotted))
				start := time.Now()
				for range 4 {
					if a := ask(t, url, "GET", "/any", returning()...); a.body != filledIn {
						t.Error(a)
					}
				}
				if took := time.Since(start); took > soon {
					t.Errorf("four pages took %v", took)
				}
				m.expect(t, c.results)
				if m.StoreTrouble() == nil {
					t.Error("nothing is wrong with the store")
				}
				canceled, cancel := context.WithCancel(t.Context())
				cancel()
				if err := m.Close(canceled); err == nil {
					t.Error("the store has everything")
				}
				close(s.gone)
				if err := m.Close(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What was given to a store that took its time is there when it is closed.
func TestStoreTakesItsTime(t *testing.T) {
	s := newHang(t, false, true)
	conflicts := 1
	inner := s.append
	s.append = func(ctx context.Context, c *store.Change) error {
		_ = inner(ctx, c)
		if conflicts--; conflicts >= 0 {
			return store.ErrConflict
		}
		return nil
	}
	log := &taken{}
	m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Millisecond, Events: log})
	if a := ask(t, reverse(t, m, serve(t, page(slotted))), "GET", "/any", returning()...); a.body != filledIn {
		t.Fatal(a)
	}
	if len(log.put) != 0 {
		t.Errorf("put %q", log.put)
	}
	close(s.gone)
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := s.told(); len(told) != 2 || told[0].since != 7 || told[1].since != store.Always || len(log.put) != 1 {
		t.Errorf("told %+v, put %q", told, log.put)
	}
	if err := m.StoreTrouble(); err != nil {
		t.Error(err)
	}
}

// The memory of a page whose change is still being taken in is not used by others.
func TestStoreKeepsItsMemory(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	gone := make(chan struct{})
	s := &fakeStore{append: func(_ context.Context, c *store.Change) error {
		<-gone
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%s %v %d %s", c.Changes.Visitor, entries(c.Changes.History), len(c.Details), c.Details[0].Offer))
		return nil
	}}
	m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Millisecond})
	handler := m.Wrap(page(slotted))
	const pages = 20
	for i := range pages {
		r := httptest.NewRequest("GET", []string{"/any", "/listed"}[i%2], nil)
		r.Host = site
		for _, h := range returning() {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	close(gone)
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(seen) != pages {
		t.Fatalf("%d changes", len(seen))
	}
	for _, one := range seen {
		if one != "0123456789abcdef [one 1] 1 one" {
			t.Errorf("the store saw %q", one)
		}
	}
}

// Whatever a store answers, the page has its offers.
func TestStoreFails(t *testing.T) {
	found := func(f store.Found, err error) func(context.Context, *abi.Need) (store.Found, error) {
		return func(context.Context, *abi.Need) (store.Found, error) { return f, err }
	}
	two := []abi.Visitor{{Folder: []byte("visitors")}, {Folder: []byte("visitors")}}
	for name, c := range map[string]struct {
		store  *fakeStore
		body   string
		metric string
	}{
		"lookup":         {&fakeStore{lookup: found(store.Found{}, errTest)}, filledIn, "lookups_total/failed"},
		"lookup panics":  {&fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) { panic(errTest) }}, filledIn, "lookups_total/failed"},
		"wrong record":   {&fakeStore{lookup: found(store.Found{Record: abi.Record{Visitors: two}}, nil)}, slotted, "pages_total/refused"},
		"no MessagePack": {&fakeStore{lookup: found(store.Found{Record: abi.Record{Linked: abi.History("\xc1")}}, nil)}, slotted, "pages_total/refused"},
		"append":         {&fakeStore{append: func(context.Context, *store.Change) error { return errTest }}, filledIn, "writes_total/failed"},
		"append panics":  {&fakeStore{append: func(context.Context, *store.Change) error { panic(errTest) }}, filledIn, "writes_total/failed"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				log := &taken{}
				engine := storing(t, &kinds{})
				if c.metric == "pages_total/refused" {
					engine = nativeEngineWithNeed(t)
				}
				m := middleware(t, proxy.Config{Engine: engine, Store: c.store, LookupWait: time.Hour, Events: log})
				if a := ask(t, front(t, m, page(slotted)), "GET", "/any", returning()...); a.body != c.body {
					t.Error(a)
				}
				m.expect(t, map[string]float64{c.metric: 1})
				if c.body == filledIn && (m.StoreTrouble() == nil || len(log.put) != 1) {
					t.Errorf("trouble is %v, put %q", m.StoreTrouble(), log.put)
				}
			})
		})
	}
}

// nativeEngineWithNeed is the native engine, but that it needs a record first.
func nativeEngineWithNeed(t testing.TB) proxy.Engine {
	t.Helper()
	return handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		q := new(abi.Request)
		if status, text := q.Decode(request); status != abi.StatusOK {
			return abi.AppendError(dst, status, text), nil
		}
		if !q.HasRecord {
			return abi.AppendNeed(dst, &abi.Need{Visitor: visitorID, Folders: texts("visitors")}), nil
		}
		return inner.Handle(ctx, dst, request)
	})
}

// A look-up ends with its page, however that ends.
func TestStoreAndPageEnd(t *testing.T) {
	for name, origin := range map[string]http.HandlerFunc{
		"no page":     func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "image/png") },
		"not found":   http.NotFound,
		"panic":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"panic later": func(w http.ResponseWriter, r *http.Request) { page(slotted)(w, r); panic(http.ErrAbortHandler) },
		"hijacked": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
				_ = conn.Close()
			}
		},
		"without a slot": page(slotless),
	} {
		t.Run(name, func(t *testing.T) {
			s := newHang(t, true, true)
			m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Hour})
			ask(t, serve(t, m.Wrap(origin)), "GET", "/any", returning()...)
			if told := s.told(); len(told) != 0 {
				t.Errorf("told %+v", told)
			}
			close(s.gone)
			if err := m.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// The store may stop looking when the visitor has left.
func TestStoreAndVisitorLeaves(t *testing.T) {
	asked := make(chan struct{})
	s := &fakeStore{lookup: func(ctx context.Context, _ *abi.Need) (store.Found, error) {
		close(asked)
		<-ctx.Done()
		return store.Found{}, ctx.Err()
	}}
	m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Hour})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		page(slotted)(w, r)
	})))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/any", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = site
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", "proffer=x")
	go func() {
		<-asked
		cancel()
	}()
	if res, err := client.Do(r); err == nil {
		_ = res.Body.Close()
		t.Error("the visitor got an answer")
	}
	if err := m.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// What was looked up for another snapshot is not what the page needs.
func TestStoreAndSwap(t *testing.T) {
	e := nativeEngine(t)
	var asked kinds
	inner := storing(t, &asked)
	engine := engineFunc(func() (host.Session, error) {
		outer, err := e.Acquire()
		if err != nil {
			return nil, err
		}
		return session{outer, func(ctx context.Context, dst, request []byte) ([]byte, error) {
			q := new(abi.Request)
			q.Decode(request)
			if q.Kind == abi.KindPage && q.HasRecord {
				return outer.Handle(ctx, dst, request)
			}
			s, err := inner.Acquire()
			if err != nil {
				return dst, err
			}
			defer s.Release()
			return s.Handle(ctx, dst, request)
		}}, nil
	})
	looked := make(chan struct{}, 2)
	s := &fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) {
		looked <- struct{}{}
		return store.Found{}, nil
	}}
	m := middleware(t, proxy.Config{Engine: engine, Store: s, LookupWait: time.Hour})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-looked
		if err := e.Swap(r.Context(), snapshotOf(t, "new")); err != nil {
			t.Error(err)
		}
		page(slotted)(w, r)
	})))
	if a := ask(t, url, "GET", "/any", returning()...); a.body != strings.Replace(filledIn, "offer one", "new one", 1) {
		t.Fatal(a)
	}
	if s.needs != 2 || asked.of(abi.KindPage) != 1 {
		t.Errorf("looked up %d times, asked %v", s.needs, asked.count)
	}
}

package proxy_test

import (
	"context"
	"flag"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/remote"
)

var races = flag.Int("races", 2000, "how many races of two tabs are run")

// swapper is an engine of either kind.
type swapper interface {
	proxy.Engine
	Swap(ctx context.Context, snapshot []byte) error
}

var (
	_ swapper = (*native.Engine)(nil)
	_ swapper = (*host.Host)(nil)
)

// keeping is a middleware with the catalog of testdata/store.yaml and a store on
// disk, or another of the same store.
func keeping(t testing.TB, e swapper, s proxy.Store) *rig {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "store.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := hosttest.Compile([]catalog.File{{Name: "store.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	m := middleware(t, proxy.Config{Engine: e, Store: s, LookupWait: time.Hour})
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

func onDisk(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(bolt.Config{Dir: t.TempDir(), Newcomers: 1 << 20, OutboxBytes: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// visit asks a handler as a browser with cookies does, and gives the page and the
// cookies that are set.
func visit(h http.Handler, method, path, cookies string) (status int, body, set string) {
	r := httptest.NewRequest(method, path, nil)
	r.Host = site
	r.Header.Set("User-Agent", "test")
	if method == http.MethodGet {
		r.Header.Set("Accept", "text/html")
	}
	if cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var pairs []string
	for _, c := range w.Result().Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return w.Code, w.Body.String(), strings.Join(pairs, "; ")
}

// each page has all slots of the catalog.
const allSlots = `<!doctype html><title>T</title><p>é</p><div data-offer-space="hero">own</div><div data-offer-space="side">own</div><div data-offer-space="ask">own</div>`

// Two tabs that a browser opens at once never show an offer twice that may be shown
// once.
func TestRace(t *testing.T) {
	m := keeping(t, nativeEngine(t), onDisk(t))
	h := m.Wrap(page(allSlots))
	shown := 0
	for range *races {
		_, _, cookie := visit(h, "GET", "/start", "")
		if cookie == "" {
			t.Fatal("no cookie")
		}
		var bodies [2]string
		var all sync.WaitGroup
		for tab := range bodies {
			all.Go(func() { _, bodies[tab], _ = visit(h, "GET", "/capped", cookie) })
		}
		all.Wait()
		n := 0
		for _, body := range bodies {
			n += strings.Count(body, "<b>one</b>")
			if strings.Contains(body, "own</div><div data-offer-space=\"side") {
				t.Fatalf("nothing is shown: %s", body)
			}
		}
		if n > 1 {
			t.Fatalf("shown %d times", n)
		}
		shown += n
	}
	if shown != *races {
		t.Errorf("shown %d times in %d races", shown, *races)
	}
	t.Logf("%v pages were decided again, %v of them stored as they were", m.count(t, "writes_total/again"), m.count(t, "writes_total/forced"))
	m.expect(t, map[string]float64{"lookups_total/failed": 0, "writes_total/failed": 0, "writes_total/late": 0, "writes_total/forced": 0})
}

var acceptLink = regexp.MustCompile(`href="(/\.proffer/event\?accept=[^"]+)"`)

// The page after an acceptance knows of it, on whatever edge, and without the
// cookie in which it was told.
func TestReadYourWrites(t *testing.T) {
	for name, engine := range map[string]func() swapper{
		"native": func() swapper { return nativeEngine(t) },
		"wasm":   func() swapper { return wasmEngine(t, snapshotOf(t, "offer")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := onDisk(t)
			m := keeping(t, engine(), s)
			h, elsewhere := m.Wrap(page(allSlots)), keeping(t, nativeEngine(t), s).Wrap(page(allSlots))
			_, _, cookie := visit(h, "GET", "/start", "")
			_, body, set := visit(h, "GET", "/asked", cookie)
			if set != "" {
				cookie = set
			}
			link := acceptLink.FindStringSubmatch(body)
			if link == nil {
				t.Fatalf("nothing to accept in %s", body)
			}
			if code, text, _ := visit(h, "POST", html.UnescapeString(link[1]), cookie); code != http.StatusNoContent {
				t.Fatalf("%d %s", code, text)
			}
			for _, edge := range []http.Handler{h, elsewhere} {
				if _, body, _ := visit(edge, "GET", "/asked", cookie); strings.Contains(body, "question") || !strings.Contains(body, "<b>two</b>") {
					t.Errorf("asked again: %s", body)
				}
			}
			m.expect(t, map[string]float64{"lookups_total/failed": 0, "writes_total/failed": 0})
		})
	}
}

// Who is forgotten is a stranger with the same cookie.
func TestForgotten(t *testing.T) {
	s := onDisk(t)
	h := keeping(t, nativeEngine(t), s).Wrap(page(allSlots))
	_, _, cookie := visit(h, "GET", "/start", "")
	_, _, _ = visit(h, "GET", "/capped", cookie)
	if _, body, _ := visit(h, "GET", "/capped", cookie); strings.Contains(body, "<b>one</b>") {
		t.Fatalf("shown twice: %s", body)
	}
	if code, text, _ := visit(h, "POST", "/.proffer/forget", cookie); code != http.StatusNoContent {
		t.Fatalf("%d %s", code, text)
	}
	_, body, set := visit(h, "GET", "/capped", cookie)
	if !strings.Contains(body, "<b>one</b>") || set == "" || strings.Split(set, ";")[0] == cookie {
		t.Errorf("not a stranger: %q, %s", set, body)
	}
}

// Another edge, which has no store, asks and tells the one that has: what one shows
// the other knows.
func TestPeers(t *testing.T) {
	s := onDisk(t)
	peers := &remote.Server{Store: s}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/record", peers.Record)
	mux.HandleFunc("POST /v1/events", peers.Tell)
	admin, err := url.Parse(serve(t, mux))
	if err != nil {
		t.Fatal(err)
	}
	h := keeping(t, nativeEngine(t), s).Wrap(page(allSlots))
	m := keeping(t, nativeEngine(t), &remote.Client{URL: admin, HTTP: client})
	elsewhere := m.Wrap(page(allSlots))
	_, _, cookie := visit(h, "GET", "/start", "")
	if _, body, _ := visit(elsewhere, "GET", "/capped", cookie); !strings.Contains(body, "<b>one</b>") {
		t.Fatalf("not shown: %s", body)
	}
	for _, edge := range []http.Handler{h, elsewhere} {
		if _, body, _ := visit(edge, "GET", "/capped", cookie); strings.Contains(body, "<b>one</b>") || !strings.Contains(body, "<b>two</b>") {
			t.Errorf("shown again: %s", body)
		}
	}
	if code, text, _ := visit(elsewhere, "POST", "/.proffer/forget", cookie); code != http.StatusNoContent {
		t.Fatalf("%d %s", code, text)
	}
	if _, body, set := visit(h, "GET", "/capped", cookie); !strings.Contains(body, "<b>one</b>") || set == "" {
		t.Errorf("not a stranger: %s", body)
	}
	m.expect(t, map[string]float64{"lookups_total/failed": 0, "writes_total/failed": 0})
}

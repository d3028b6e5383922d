package caddy

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
)

// TestSaves: what is saved is in force at once, and what is broken changes nothing.
func TestSaves(t *testing.T) {
	for name, options := range engines(t) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.load(options, "reverse_proxy "+startOrigin(t, own))
			s.see(offered("first 0"))
			s.save("catalog.yaml", strings.ReplaceAll(shop, "WORD", "second"))
			s.see(offered("second 0"))
			s.save("catalog.yaml", strings.ReplaceAll(shop, "weights: 1", "weights: none"))
			s.logged("catalog refused, the last good one stays")
			s.logged("catalog.yaml:15:37")
			s.see(offered("second 0"))
			s.save("keys.json", `{"keys":1}`)
			s.logged("keys refused, the last good ones stay")
			s.see(offered("second 0"))
			keys, err := config.NewKeys()
			if err != nil {
				t.Fatal(err)
			}
			c := s.ask("/").Cookies()[0]
			s.save("keys.json", string(keys))
			s.logged(`"keys changed"`)
			if got := s.ask("/", "Cookie", c.Name+"="+c.Value); got.body != offered("second 0") {
				t.Errorf("a cookie under keys that are gone is believed: %s", got.body)
			}
			s.save("catalog.yaml", strings.ReplaceAll(shop, "WORD", "third"))
			s.see(offered("third 0"))
		})
	}
}

// TestSnapshotIsFollowed: a snapshot that is replaced as "proffer catalog build" does.
func TestSnapshotIsFollowed(t *testing.T) {
	s := newSite(t)
	build := func(word string) {
		t.Helper()
		s.save("source.yaml", strings.ReplaceAll(shop, "WORD", word))
		b, _, found, err := live.Read(s.path("source.yaml"))
		if err != nil || found.HasErrors() {
			t.Fatal(err, found)
		}
		s.save("new", string(b))
		if err := os.Rename(s.path("new"), s.path("snapshot")); err != nil {
			t.Fatal(err)
		}
	}
	build("first")
	text := strings.Replace(s.caddyfile("engine native", "reverse_proxy "+startOrigin(t, own)), "catalog "+s.path("catalog.yaml"), "snapshot "+s.path("snapshot"), 1)
	if err := s.try(text); err != nil {
		t.Fatal(err)
	}
	s.see(offered("first 0"))
	build("second")
	s.see(offered("second 0"))
	s.save("snapshot", "no snapshot")
	s.logged("catalog refused, the last good one stays")
	s.see(offered("second 0"))
}

// TestReloads: while Caddy takes on one configuration after the other, every page has
// its offers, all share a store, and nothing is left of what ended.
func TestReloads(t *testing.T) {
	s := newSite(t)
	// A reverse_proxy that ends keeps connections to its origin for two minutes.
	s.save("index.html", own)
	behind := "root " + s.dir + "\nfile_server"
	both := engines(t)
	load := func(i int) {
		t.Helper()
		options := both["native"]
		if i%10 == 0 {
			options = both["wasm"]
		}
		s.load(fmt.Sprintf("%s\nprefix /p%d/\nstore file:%s\nevents %s", options, i, s.path("store"), s.path("events")), behind)
	}
	load(0)
	var over atomic.Bool
	var pages, unanswered atomic.Int64
	var visitors sync.WaitGroup
	for range 2 {
		visitors.Go(func() {
			for !over.Load() {
				r, _ := http.NewRequest(http.MethodGet, "http://"+s.addr+"/", nil)
				r.Header.Set("Accept", "text/html")
				got, err := exchange(s.client, r)
				if err != nil {
					unanswered.Add(1) // net/http closes a connection that came while it ended
					continue
				}
				if got.body != offered("first 0") {
					t.Errorf("%s: %.100s", got.Status, got.body)
					return
				}
				pages.Add(1)
			}
		})
	}
	var goroutines int
	var heap uint64
	for i := range 60 {
		load(i + 1)
		if i == 9 { // what Caddy makes once is there
			goroutines, heap = settled(t)
		}
	}
	over.Store(true)
	visitors.Wait()
	s.client.CloseIdleConnections()
	if n := runs(t); n != 1 {
		t.Errorf("%d engines run, want 1", n)
	}
	if pages.Load() < 60 || unanswered.Load() > pages.Load()/20 {
		t.Errorf("%d pages, %d connections closed", pages.Load(), unanswered.Load())
	}
	s.until("goroutines and heap are as they were", func() bool {
		n, size := settled(t)
		return n <= goroutines && size <= heap+4<<20
	})
	t.Logf("%d pages in 60 reloads, %d connections closed; %d goroutines and %d KiB after ten of them", pages.Load(), unanswered.Load(), goroutines, heap>>10)
}

// settled counts goroutines, when none goes any more, and what is alive in the heap.
func settled(t *testing.T) (goroutines int, heap uint64) {
	t.Helper()
	var m runtime.MemStats
	for last := -1; ; last = goroutines {
		runtime.GC()
		if goroutines = runtime.NumGoroutine(); goroutines == last && runs(t) == 1 && users() == 1 {
			break
		}
	}
	runtime.ReadMemStats(&m)
	return goroutines, m.HeapAlloc
}

// users is how many have the one store, those that linger among them.
func users() int {
	storages.mu.Lock()
	defer storages.mu.Unlock()
	for _, one := range storages.things {
		return one.users
	}
	return 0
}

// TestReloadKeepsWhatRuns: options that stay keep their engine, and the snapshot that
// is the last good one.
func TestReloadKeepsWhatRuns(t *testing.T) {
	s := newSite(t)
	behind := "reverse_proxy " + startOrigin(t, own)
	s.load("engine native", behind)
	s.see(offered("first 0"))
	s.save("catalog.yaml", "broken")
	s.logged("catalog refused, the last good one stays")
	s.load("engine native", behind+"\nheader X-New yes")
	if got := s.ask("/"); got.body != offered("first 0") || got.Header.Get("X-New") != "yes" {
		t.Errorf("%v %s", got.Header, got.body)
	}
	if err := s.try(s.caddyfile("engine native\nprefix /other/", behind)); err == nil || !strings.Contains(err.Error(), "catalog.yaml:1:1") {
		t.Errorf("a new engine with a broken catalog: %v", err)
	}
	s.see(offered("first 0"))
	s.save("catalog.yaml", strings.ReplaceAll(shop, "WORD", "second"))
	s.see(offered("second 0"))
	s.logged("catalog swapped in") // where the newest configuration logs
}

// TestPageUnderWay: a page that is asked for before a reload and comes after it has
// its offers.
func TestPageUnderWay(t *testing.T) {
	s := newSite(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	o := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(own))
	})
	server := &http.Server{Handler: o}
	defer server.Close()
	addr := serveOn(t, server)
	s.load(engines(t)["wasm"], "reverse_proxy "+addr)
	got := make(chan string)
	go func() {
		r, _ := http.NewRequest(http.MethodGet, "http://"+s.addr+"/", nil)
		r.Header.Set("Accept", "text/html")
		a, err := exchange(s.client, r)
		got <- fmt.Sprint(err, a.body)
	}()
	<-asked
	s.load("engine native", "reverse_proxy "+addr)
	close(answer)
	select {
	case body := <-got:
		if body != fmt.Sprint(error(nil), offered("first 0")) {
			t.Error(body)
		}
	case <-time.After(time.Minute):
		t.Fatal("no page in a minute")
	}
}

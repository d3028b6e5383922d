package proxy_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// instant is a store that knows everybody and takes everything in at once.
type instant struct{ folders []abi.Visitor }

func (s *instant) Lookup(context.Context, *abi.Need) (store.Found, error) {
	return store.Found{Record: abi.Record{Visitors: s.folders}, Seq: 1}, nil
}
func (*instant) Append(context.Context, *store.Change) error { return nil }
func (*instant) Erase(context.Context, store.Subject) error  { return nil }

// BenchmarkStore is the time of one page in process; "x" is the ratio to the same
// without a store, taken in turns. An image and a stranger have nothing to look up.
func BenchmarkStore(b *testing.B) {
	for name, c := range map[string]struct {
		path  string
		store func() proxy.Store
		known bool
		image bool
	}{
		"image/instant":    {"/capped", func() proxy.Store { return &instant{} }, true, true},
		"stranger/instant": {"/capped", func() proxy.Store { return &instant{} }, false, false},
		"known/instant":    {"/capped", func() proxy.Store { return &instant{[]abi.Visitor{{Folder: []byte("visitors"), Known: true}}} }, true, false},
		"known/disk":       {"/capped", func() proxy.Store { return onDisk(b) }, true, false},
	} {
		b.Run(name, func(b *testing.B) {
			origin := page(allSlots)
			bare := keeping(b, nativeEngine(b), nil).Wrap(origin)
			ours := keeping(b, nativeEngine(b), c.store()).Wrap(origin)
			cookies := []string{""} // of many visitors, so that none has a long past
			if c.known {
				cookies = make([]string, min(b.N, 1000))
				for i := range cookies {
					_, _, cookies[i] = visit(bare, "GET", "/start", "")
				}
			}
			turn := 0
			run := func(h http.Handler, times int) time.Duration {
				start := time.Now()
				for i := range times {
					cookie := cookies[(turn+i)%len(cookies)]
					r, err := http.ReadRequest(newReader(c.path))
					if err != nil {
						b.Fatal(err)
					}
					r.RemoteAddr = "192.0.2.1:1234"
					if cookie != "" {
						r.Header["Cookie"] = []string{cookie}
					}
					if c.image {
						r.Header["Sec-Fetch-Dest"] = []string{"image"}
					}
					h.ServeHTTP(&sink{http.Header{}}, r)
				}
				return time.Since(start)
			}
			var other time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; done += 64 {
				times := min(64, b.N-done)
				b.StopTimer()
				other += run(bare, times)
				b.StartTimer()
				run(ours, times)
				turn += times
			}
			b.ReportMetric(float64(b.Elapsed())/float64(other), "x")
			b.ReportMetric(float64(other)/float64(b.N), "bare-ns/op")
		})
	}
}

// TestStoreAllocations holds that who has nothing to be looked up pays nothing for
// a store, and that the others pay a fixed number of allocations.
func TestStoreAllocations(t *testing.T) {
	bare := keeping(t, nativeEngine(t), nil).Wrap(page(allSlots))
	ours := keeping(t, nativeEngine(t), &instant{}).Wrap(page(allSlots))
	_, _, cookie := visit(bare, "GET", "/start", "")
	for name, c := range map[string]struct {
		cookie, dest string
		more         float64
	}{
		"image":    {cookie, "image", 0},
		"stranger": {"", "document", 0},
		"known":    {cookie, "document", 16},
	} {
		allocs := func(h http.Handler) float64 {
			return testing.AllocsPerRun(200, func() {
				r, err := http.ReadRequest(newReader("/capped"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header["Cookie"], r.Header["Sec-Fetch-Dest"] = []string{c.cookie}, []string{c.dest}
				h.ServeHTTP(&sink{http.Header{}}, r)
			})
		}
		without, with := allocs(bare), allocs(ours)
		t.Logf("%s: %v without a store, %v with one", name, without, with)
		if with > without+c.more {
			t.Errorf("%s: %v allocations without a store, %v with one", name, without, with)
		}
	}
}

package bolt_test

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/plugin/abi"
)

var crowd = flag.Int("visitors", 20000, "how many visitors the store of a benchmark has")

// known is the n-th visitor, an id as a module mints it: ids are random.
func known(n uint64) []byte {
	r := rand.NewPCG(n, 7)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, r.Uint64()), r.Uint64())
}

// page is what a page of four slots changes of a visitor.
func page(n, round uint64) store.Change {
	var list [4]abi.HistoryEntry
	for i := range list {
		list[i] = abi.HistoryEntry{
			ID: be64(n<<24 + round<<8 + uint64(i)), Offer: []byte("summer-beach"), Space: []byte("hero"), Channel: []byte("web"),
			Status: catalog.Presented, Time: int64(1_790_000_000_000 + round), Environment: []byte("visitors"), First: int64(1_790_000_000_000 + round),
		}
	}
	return store.Change{
		Changes: abi.Changes{Visitor: known(n), History: abi.AppendHistory(nil, list[:]), Folders: []abi.FolderChange{{
			Folder: []byte("visitors"), Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("visits"), Value: wire.AppendUint(nil, round)}}),
		}}},
		Since: store.Always, Time: 1_790_000_000_000,
	}
}

func be64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// crowded is a store of many visitors with two pages each, and whose directory.
func crowded(b *testing.B) (*bolt.Store, string) {
	b.Helper()
	dir := b.TempDir()
	s := openAt(b, bolt.Config{Dir: dir, Newcomers: 1 << 20, Pending: 1 << 18, PendingBytes: 1 << 30})
	start := time.Now()
	for n := range uint64(*crowd) {
		for round := range uint64(2) {
			c := page(n, round)
			c.Durable = n%20000 == 19999
			if err := s.Append(context.Background(), &c); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Logf("%d visitors in %v", *crowd, time.Since(start))
	return s, dir
}

func openAt(t testing.TB, c bolt.Config) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// report gives percentiles of durations.
func report(b *testing.B, all []time.Duration) {
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Nanoseconds())/1000, "p99-µs")
}

// BenchmarkStore fills one store and does everything with it.
func BenchmarkStore(b *testing.B) {
	s, dir := crowded(b)
	benchLookup(b, s)
	benchAppend(b, s)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := bolt.Open(bolt.Config{Dir: dir})
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			s.Close()
			b.StartTimer()
		}
	})
}

func benchLookup(b *testing.B, s *bolt.Store) {
	for _, busy := range [...]bool{false, true} {
		b.Run(fmt.Sprintf("lookup/appending=%v", busy), func(b *testing.B) {
			stop, ended := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				for round := uint64(2); busy; round++ {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
					}
					c := page(rand.Uint64N(uint64(*crowd)), round)
					_ = s.Append(context.Background(), &c)
				}
			}()
			times := make([]time.Duration, 0, b.N)
			folders := [][]byte{[]byte("visitors")}
			for b.Loop() {
				need := &abi.Need{Visitor: known(rand.Uint64N(uint64(*crowd))), Folders: folders}
				start := time.Now()
				found, err := s.Lookup(context.Background(), need)
				times = append(times, time.Since(start))
				if err != nil || !found.Record.Visitors[0].Known {
					b.Fatal(err)
				}
			}
			close(stop)
			<-ended
			report(b, times)
		})
	}
}

func benchAppend(b *testing.B, s *bolt.Store) {
	round := atomic.Uint64{}
	round.Store(10)
	run := func(name string, writers int, durable bool) {
		b.Run(fmt.Sprintf("%s/writers=%d", name, writers), func(b *testing.B) {
			left := atomic.Int64{}
			left.Store(int64(b.N))
			var all sync.WaitGroup
			var mu sync.Mutex
			var times []time.Duration
			b.ResetTimer()
			for range writers {
				all.Go(func() {
					var own []time.Duration
					for left.Add(-1) >= 0 {
						c := page(rand.Uint64N(uint64(*crowd)), round.Add(1)%60000)
						c.Durable = durable
						start := time.Now()
						if err := s.Append(context.Background(), &c); err != nil {
							b.Error(err)
							return
						}
						own = append(own, time.Since(start))
					}
					mu.Lock()
					times = append(times, own...)
					mu.Unlock()
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
			report(b, times)
		})
	}
	run("durable", 1, true)
	run("durable", 16, true)
	run("durable", 256, true)
	run("relaxed", 1, false)
}

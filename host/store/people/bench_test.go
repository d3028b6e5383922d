//go:build linux

package people_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/seal"
)

var (
	benchPeople = flag.Int("people", 20_000, "how many people the benchmarks have")
	benchLinks  = flag.Bool("links", false, "index links, too")
)

// crowd writes people with five attributes and keys in no order; three in ten have a
// cookie.
func crowd(b testing.TB, n int) string {
	name := filepath.Join(b.TempDir(), "people.jsonl")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	random := rand.New(rand.NewPCG(1, 2))
	for _, key := range random.Perm(n) {
		fmt.Fprintf(w, `{"key":"customer-%08d","attributes":{"country":"%s","segments":["s%d","s%d"],"age":%d,"spent":%.2f,"member":%t}`,
			key, []string{"FR", "DE", "IT", "ES"}[random.IntN(4)], random.IntN(50), 50+random.IntN(50), 18+random.IntN(70), random.Float64()*1000, random.IntN(2) == 0)
		if random.IntN(10) < 3 {
			fmt.Fprintf(w, `,"cookies":["%016x%016x"]`, random.Uint64(), key)
		}
		w.WriteString("}\n")
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return name
}

// peak watches the memory of live and dead objects, and the process's.
func peak() (stop func() (heap, resident uint64)) {
	var most atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for t := time.NewTicker(time.Millisecond); ; {
			metrics.Read(sample)
			most.Store(max(most.Load(), sample[0].Value.Uint64()))
			select {
			case <-done:
				t.Stop()
				return
			case <-t.C:
			}
		}
	}()
	return func() (uint64, uint64) {
		close(done)
		<-ended
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		return most.Load(), uint64(u.Maxrss) << 10
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkImport(b *testing.B) {
	name := crowd(b, *benchPeople)
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		i := people.Import{Dir: b.TempDir(), Source: "main", Name: name, Input: f}
		if *benchLinks {
			i.Keys = seal.TestKeyring()
		}
		var read time.Duration
		began := time.Now()
		i.Progress = func(p people.Progress) {
			if p.Writing && read == 0 {
				read = time.Since(began)
			}
		}
		runtime.GC()
		stop, before := peak(), cpu()
		got, err := i.Do(context.Background())
		heap, resident := stop()
		if err != nil || got.People != int64(*benchPeople) {
			b.Fatal(got, err)
		}
		b.ReportMetric((cpu() - before).Seconds(), "cpu-s/op")
		b.ReportMetric(read.Seconds(), "read-s/op")
		b.ReportMetric(float64(heap)/1e6, "heap-MB")
		b.ReportMetric(float64(resident)/1e6, "resident-MB")
		if info, err := os.Stat(filepath.Join(i.Dir, "people", "main.db")); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "file-MB")
		}
		_ = f.Close()
	}
}

func BenchmarkFind(b *testing.B) {
	name := crowd(b, *benchPeople)
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if _, err := (people.Import{Dir: dir, Source: "main", Name: name, Input: f}).Do(context.Background()); err != nil {
		b.Fatal(err)
	}
	p, err := people.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = p.Close(); _ = f.Close() })
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		key := fmt.Sprintf("customer-%08d", rand.IntN(*benchPeople))
		began := time.Now()
		a, ok, err := p.Find("main", key)
		took = append(took, time.Since(began))
		if !ok || err != nil || !strings.Contains(string(a), "country") {
			b.Fatal(key, ok, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}

// BenchmarkRefresh is what the watcher does when nothing has changed.
func BenchmarkRefresh(b *testing.B) {
	dir := b.TempDir()
	imported(b, dir, anna)
	p := opened(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		if err := people.Refresh(p); err != nil {
			b.Fatal(err)
		}
	}
}

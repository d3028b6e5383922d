package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

// swapped is what the process holds after the first swaps and after the last.
type swapped struct {
	offers, swaps int
	warm, end     holding
}

// holding is what a process has of things that a swap could leave behind.
type holding struct {
	resident   int // bytes, 0 where the system does not tell
	heap       int // bytes
	mappings   int
	goroutines int
}

const (
	swapOffers    = 1000 // larger catalogs take long and tell nothing else
	swapInstances = 2
	swapWarmUp    = 100
)

// swaps lets a host swap between two snapshots so many times, each answering a
// request from every generation.
func (b *bench) swaps(n, times int) (*swapped, error) {
	h, err := host.New(b.ctx, b.wasm, host.Config{
		Instances: swapInstances, CacheDir: b.cache, Settings: workload.Settings(), Wait: time.Minute,
	})
	if err != nil {
		return nil, err
	}
	defer h.Close(b.ctx)
	s := &swapped{offers: n, swaps: times}
	dst := make([]byte, 0, 64<<10)
	for i := range swapWarmUp + times {
		if i == swapWarmUp {
			s.warm = held(h)
		}
		snapshot, err := b.catalog(n, i%2 == 1)
		if err != nil {
			return nil, err
		}
		if err := h.Swap(b.ctx, snapshot); err != nil {
			return nil, fmt.Errorf("swap %d: %w", i, err)
		}
		if err := b.answerOnce(h, dst); err != nil {
			return nil, fmt.Errorf("after swap %d: %w", i, err)
		}
	}
	s.end = held(h)
	return s, nil
}

// answerOnce decides one request on the resident snapshot.
func (b *bench) answerOnce(h *host.Host, dst []byte) error {
	session, err := h.Acquire()
	if err != nil {
		return err
	}
	defer session.Release()
	hash := session.Snapshot().Hash
	answer, err := session.Handle(b.ctx, dst, workload.Requests(hash[:], false)[0])
	if err != nil {
		return err
	}
	if status, ok := abi.StatusOf(answer); !ok || status != abi.StatusOK {
		return errors.New("status " + status.String())
	}
	return nil
}

// held measures, when the instances of earlier generations are closed and the
// garbage is collected.
func held(h *host.Host) (now holding) {
	for h.Stats().Instances > swapInstances {
		runtime.Gosched()
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return holding{resident: resident(), heap: int(m.HeapAlloc), mappings: mappings(), goroutines: runtime.NumGoroutine()}
}

// resident is the memory of the process that lies in RAM.
func resident() int {
	b, _ := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(string(fields[1]))
	return pages * os.Getpagesize()
}

func mappings() int {
	b, _ := os.ReadFile("/proc/self/maps")
	return bytes.Count(b, []byte("\n"))
}

// What 1,000 swaps may leave behind: less than one instance, of some megabytes,
// or than 8 KiB for each.
const (
	moreResident = 8 << 20
	moreHeap     = 1 << 20
	moreMappings = 20
)

func (r *report) swapping(p *printer) {
	p.line("**Row 5, second part: the process over swaps of the snapshot** (%d instances, a request after each swap; target: flat)\n", swapInstances)
	p.line("| offers | swaps | resident, MiB, before / after | heap, MiB | mappings | goroutines |")
	p.line("|--:|--:|--:|--:|--:|--:|")
	for _, s := range r.swaps {
		a, z := s.warm, s.end
		p.line("| %d | %d | %.1f / %.1f | %.1f / %.1f | %d / %d | %d / %d |", s.offers, s.swaps,
			mib(a.resident), mib(z.resident), mib(a.heap), mib(z.heap), a.mappings, z.mappings, a.goroutines, z.goroutines)
		r.must(z.resident <= a.resident+moreResident, "%d swaps: %.1f MiB resident, %.1f before", s.swaps, mib(z.resident), mib(a.resident))
		r.must(z.heap <= a.heap+moreHeap, "%d swaps: %.1f MiB of heap, %.1f before", s.swaps, mib(z.heap), mib(a.heap))
		r.must(z.mappings <= a.mappings+moreMappings, "%d swaps: %d mappings, %d before", s.swaps, z.mappings, a.mappings)
		r.must(z.goroutines <= a.goroutines, "%d swaps: %d goroutines, %d before", s.swaps, z.goroutines, a.goroutines)
	}
	p.line("")
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// The catalogs and visitors that are measured.
const (
	mixed  = "mixed"
	nobody = "nobody eligible"
	equal  = "all weights equal"
)

// decision is what was measured of page requests on one catalog.
type decision struct {
	offers   int
	variant  string
	snapshot int // bytes
	request  int // bytes, of the first
	response int

	native, wasm, hosted sample // ns for each request
	empty                sample // ns for a call of an export that does nothing
	macNative, macWasm   sample // ns for the MACs of a request
	allocs               float64
	hostedAllocs         float64
}

// bench has what all measurements share.
type bench struct {
	ctx      context.Context
	engine   *engine
	wasm     []byte
	out      string // where modules are
	cache    string
	snapshot map[string][]byte // by number of offers and equality
}

// catalog compiles a catalog once.
func (b *bench) catalog(n int, allEqual bool) ([]byte, error) {
	key := fmt.Sprint(n, allEqual)
	if s := b.snapshot[key]; s != nil {
		return s, nil
	}
	s, err := workload.Snapshot(n, allEqual)
	b.snapshot[key] = s
	return s, err
}

// decide measures one catalog and kind of visitors: batches of requests take
// turns natively, in Wasm on wazero alone and in Wasm in package host, together
// with empty calls and with the MACs of a request.
func (b *bench) decide(n int, variant string, budget time.Duration) (*decision, error) {
	snapshot, native, err := b.native(n, variant == equal)
	if err != nil {
		return nil, err
	}
	image := linear.NewImage(snapshot)
	defer image.Close()
	in, err := b.engine.load(b.ctx, image)
	if err != nil {
		return nil, err
	}
	defer in.close(b.ctx)
	h, session, err := b.host(snapshot)
	if err != nil {
		return nil, err
	}
	defer h.Close(b.ctx)
	defer session.Release()

	requests := workload.Requests(native.View().Hash(), variant == nobody)
	d := &decision{offers: n, variant: variant, snapshot: len(snapshot), request: len(requests[0])}
	dst := make([]byte, 0, 64<<10)
	inNative := func(r []byte) ([]byte, error) { return native.Handle(dst, r), nil }
	inWasm := func(r []byte) ([]byte, error) { return in.answer(b.ctx, dst, r) }
	inHost := func(r []byte) ([]byte, error) { return session.Handle(b.ctx, dst, r) }
	if d.response, err = agree(requests, inNative, inWasm, inHost); err != nil {
		return nil, err
	}
	macs, err := b.macs()
	if err != nil {
		return nil, err
	}
	defer macs.close(b.ctx)
	sizes, err := signed(requests[0], inNative)
	if err != nil {
		return nil, err
	}
	some, err := window(requests, inWasm)
	if err != nil {
		return nil, err
	}
	samples, err := race(9, budget,
		contender{name: "native", n: some, warm: each(requests, some, inNative), run: each(requests, some, inNative)},
		contender{name: "wasm", n: some, warm: each(requests, some, inWasm), run: each(requests, some, inWasm)},
		contender{name: "hosted", n: some, warm: each(requests, some, inHost), run: each(requests, some, inHost)},
		contender{name: "empty", n: calls, run: func(int) error { return in.nothing(b.ctx, calls) }},
		contender{name: "macs native", n: rounds, run: func(int) error { return nativeMACs(rounds, sizes) }},
		contender{name: "macs wasm", n: rounds, run: func(int) error { return macs.run(b.ctx, rounds, sizes) }},
	)
	if err != nil {
		return nil, err
	}
	d.native, d.wasm, d.hosted, d.empty = samples["native"], samples["wasm"], samples["hosted"], samples["empty"]
	d.macNative, d.macWasm = samples["macs native"], samples["macs wasm"]
	d.allocs, err = allocations(len(requests), each(requests, len(requests), inWasm))
	if err != nil {
		return nil, err
	}
	d.hostedAllocs, err = allocations(len(requests), each(requests, len(requests), inHost))
	return d, err
}

// Empty calls in a batch, and of how many requests the MACs.
const (
	calls  = 4096
	rounds = 16
)

// native gives a catalog of n offers, and what decides by it in this process.
func (b *bench) native(n int, allEqual bool) (snapshot []byte, g *guest.Guest, err error) {
	if snapshot, err = b.catalog(n, allEqual); err != nil {
		return nil, nil, err
	}
	g = guest.New()
	if status, text := g.Configure(workload.Settings()); status != abi.StatusOK {
		return nil, nil, fmt.Errorf("native: %v: %s", status, text)
	}
	if status, text := g.Load(snapshot); status != abi.StatusOK {
		return nil, nil, fmt.Errorf("native: %v: %s", status, text)
	}
	return snapshot, g, nil
}

func (b *bench) host(snapshot []byte) (*host.Host, host.Session, error) {
	h, err := host.New(b.ctx, b.wasm, host.Config{
		Instances: 1, CacheDir: b.cache, Settings: workload.Settings(), Wait: time.Minute, MaxCalls: 1 << 40,
	})
	if err != nil {
		return nil, nil, err
	}
	if err := h.Swap(b.ctx, snapshot); err != nil {
		return nil, nil, err
	}
	session, err := h.Acquire()
	return h, session, err
}

type handler func(request []byte) ([]byte, error)

// agree checks that all answer every request alike, with three offers or none,
// and gives the length of the first answer.
func agree(requests [][]byte, first handler, others ...handler) (size int, err error) {
	for i, r := range requests {
		got, err := first(r)
		if err != nil {
			return 0, err
		}
		want := bytes.Clone(got)
		if i == 0 {
			size = len(want)
		}
		if status, ok := abi.StatusOf(want); !ok || status != abi.StatusOK {
			return 0, fmt.Errorf("request %d is answered by status %v", i, status)
		}
		for k, other := range others {
			got, err := other(r)
			if err != nil {
				return 0, err
			}
			if !bytes.Equal(got, want) {
				return 0, fmt.Errorf("request %d: engine %d answers\n%x, native\n%x", i, k+1, got, want)
			}
		}
	}
	return size, nil
}

// window is how many requests a batch has: those of half a millisecond, at least
// one. A batch that is shorter than what a scheduler hands out is rarely
// interrupted, so that the median holds on a machine that does other things.
func window(requests [][]byte, f handler) (int, error) {
	fastest := time.Duration(math.MaxInt64)
	for i := range requests {
		start := time.Now()
		if err := each(requests, 1, f)(i); err != nil {
			return 0, err
		}
		fastest = min(fastest, time.Since(start))
	}
	return min(max(1, int(500*time.Microsecond/max(fastest, 1))), len(requests)), nil
}

// each answers the next some requests in each round.
func each(requests [][]byte, some int, f handler) func(round int) error {
	return func(round int) error {
		for i := range some {
			if _, err := f(requests[(round*some+i)%len(requests)]); err != nil {
				return err
			}
		}
		return nil
	}
}

// allocations counts those of the host for each of n, the fewest of a few
// runs: the runtime allocates now and then by itself.
func allocations(n int, f func(int) error) (float64, error) {
	fewest := 0.0
	for round := range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := f(0); err != nil {
			return 0, err
		}
		runtime.ReadMemStats(&after)
		if got := float64(after.Mallocs-before.Mallocs) / float64(n); round == 0 || got < fewest {
			fewest = got
		}
	}
	return fewest, nil
}

package host_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host"
)

// TestHammer calls, fails and swaps from all sides: every answer is the one to
// its request and from the snapshot of its lease, and the counters add up.
func TestHammer(t *testing.T) {
	const callers, calls, swaps = 8, 150, 20
	h := serve(t, badGuest, host.Config{
		Instances: 3, Wait: time.Minute, RefillRate: 1e6, Failures: 1 << 20, MaxCalls: 50,
	}, nil)
	var asked, failed atomic.Uint64
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			dst := make([]byte, 0, 4096)
			for i := range calls {
				l := acquire(t, h)
				request := fmt.Sprintf("e%d/%d", caller, i)
				want := echoed(request)
				switch {
				case i%40 == caller:
					request, want = "p", ""
				case i%7 == 0:
					request = string(ping)
					sum := l.Snapshot().Hash
					want = "\x92\x00\xc4\x20" + string(sum[:])
				}
				got, err := l.Handle(context.Background(), dst[:0], []byte(request))
				asked.Add(1)
				if err != nil {
					failed.Add(1)
				}
				if string(got) != want || (err != nil) != (want == "") {
					t.Errorf("%q answers %q, %v, want %q", request, got, err, want)
				}
				l.Release()
			}
		})
	}
	group.Go(func() {
		for i := range swaps {
			swap(t, h, snapshot(byte(i), 0))
		}
	})
	group.Wait()
	s := h.Stats()
	if s.Calls != asked.Load() || s.Traps != failed.Load() || s.Discarded != s.Traps || s.Recycled == 0 ||
		s.Swaps != swaps+1 || s.Starved != 0 {
		t.Errorf("stats %+v, want %d calls, %d traps, some recycled and %d swaps", s, asked.Load(), failed.Load(), swaps+1)
	}
}

// TestGarbage lets a module allocate on every call, on a host that knows
// poll_oneoff and on one that does not: the module's collector works in both,
// and the memory stays.
func TestGarbage(t *testing.T) {
	enosys := func(b wazero.HostModuleBuilder) {
		poll := func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = 52 }
		b.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(poll),
				[]api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32},
				[]api.ValueType{api.ValueTypeI32}).
			Export("poll_oneoff")
	}
	for name, c := range map[string]struct {
		patch patch
		calls int
		size  byte // KiB for each call
	}{
		"poll_oneoff":        {nil, 5_000, 64},
		"poll_oneoff ENOSYS": {enosys, 100_000, 4},
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, badGuest, host.Config{Instances: 1, Wait: time.Minute, RefillRate: 1e6}, c.patch)
			var dst []byte
			most := int64(0)
			for i := range c.calls {
				var err error
				if dst, err = h.Handle(context.Background(), dst[:0], []byte{'a', c.size}); err != nil {
					t.Fatalf("call %d: %v", i, err)
				}
				if i%100 == 0 {
					most = max(most, h.Stats().Memory)
				}
			}
			s := h.Stats()
			t.Logf("at most %d KiB, %d recycled", most>>10, s.Recycled)
			if most > 8<<20 || s.Discarded != 0 || s.Calls != uint64(c.calls) {
				t.Errorf("%d bytes, stats %+v, want at most 8 MiB and no failure", most, s)
			}
		})
	}
}

// TestRecycling replaces instances that grew, or that are old.
func TestRecycling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, badGuest, host.Config{Instances: 1, RefillRate: 1e6}, nil)
		for range 40 { // 1 MiB stays each time, above 16 MiB it is enough
			if _, err := ask(h, "g"); err != nil {
				t.Fatal(err)
			}
			pass(time.Millisecond)
		}
		if s := h.Stats(); s.Recycled < 2 || s.Recycled > 4 || s.Memory > 17<<20 || s.Discarded != 0 {
			t.Errorf("stats %+v, want 2 to 4 recycled in 40 calls", s)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, badGuest, host.Config{Instances: 1, RefillRate: 1e6, MaxCalls: 16}, nil)
		for range 100 {
			check(t, h)
			pass(time.Millisecond)
		}
		if s := h.Stats(); s.Recycled < 4 || s.Recycled > 7 || s.Made != s.Recycled+1 || s.Instances != 1 {
			t.Errorf("stats %+v, want about 6 recycled in 100 calls", s)
		}
	})
}

// pass lets the time of a bubble pass.
func pass(d time.Duration) { <-time.After(d) }

// TestRefillRate fails more often than instances may be replaced.
func TestRefillRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, badGuest, host.Config{Instances: 3, RefillRate: 2, Failures: 1 << 20}, nil)
		for range 6 { // three, and the burst
			if _, err := ask(h, "p"); err == nil || errors.Is(err, host.ErrTimeout) {
				t.Fatalf("panic: %v", err)
			}
			synctest.Wait()
		}
		_, err := ask(h, "p")
		if want := "none of 3 instances became free within 25ms"; !errors.Is(err, host.ErrTimeout) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want ErrTimeout with %q", err, want)
		}
		for i := range 3 {
			synctest.Wait()
			if s := h.Stats(); s.Instances != i || s.Made != uint64(6+i) || s.Starved != 1 {
				t.Errorf("stats %+v, want %d instances and one call that found none", s, i)
			}
			pass(500 * time.Millisecond)
		}
		synctest.Wait()
		check(t, h)
	})
}

// TestBreaker lets the module fail until it is left alone, and then work again.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, badGuest, host.Config{Instances: 4}, nil)
		fail := func() {
			t.Helper()
			if _, err := ask(h, "p"); err == nil || errors.Is(err, host.ErrBroken) {
				t.Fatalf("panic: %v", err)
			}
			synctest.Wait()
		}
		broken := func() {
			t.Helper()
			if _, err := ask(h, "e"); !errors.Is(err, host.ErrBroken) {
				t.Fatalf("got %v, want ErrBroken", err)
			}
		}
		for range 5 {
			fail()
		}
		broken()
		if s := h.Stats(); s.Breaker != "open" || s.Refused != 1 || s.Calls != 5 || s.Traps != 5 {
			t.Errorf("stats %+v, want an open breaker, 5 calls and 1 refused", s)
		}
		pass(time.Second)
		fail() // the trial
		broken()
		pass(900 * time.Millisecond) // of one to two seconds
		broken()
		pass(1100 * time.Millisecond)
		check(t, h)
		if s := h.Stats(); s.Breaker != "closed" {
			t.Errorf("stats %+v, want a closed breaker", s)
		}
		check(t, h)
		for range 5 {
			fail()
		}
		broken()
		swap(t, h, snapshot('B', 0)) // a new chance
		check(t, h)
	})
}

// gate is a patch that holds the module in a call until it is opened.
type gate struct{ entered, open chan struct{} }

func newGate() *gate { return &gate{make(chan struct{}), make(chan struct{})} }

func (g *gate) patch(b wazero.HostModuleBuilder) {
	sleep := func(_ context.Context, _ api.Module, stack []uint64) {
		g.entered <- struct{}{}
		<-g.open
		stack[0] = 0
	}
	b.NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(sleep),
			[]api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32},
			[]api.ValueType{api.ValueTypeI32}).
		Export("poll_oneoff")
}

// TestBusy has all instances in calls.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		h := serve(t, badGuest, host.Config{Instances: 1}, g.patch)
		answered := make(chan error)
		go func() { answered <- second(ask(h, "z")) }()
		<-g.entered
		start := time.Now()
		if _, err := ask(h, "e"); !errors.Is(err, host.ErrTimeout) || time.Since(start) != 25*time.Millisecond {
			t.Errorf("after %v: %v, want ErrTimeout after 25 ms", time.Since(start), err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		if _, err := h.Handle(ctx, nil, []byte("e")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		if s := h.Stats(); s.Idle != 0 || s.Instances != 1 || s.Starved != 1 || s.Calls != 1 {
			t.Errorf("stats %+v, want one instance, which is busy", s)
		}
		waiting := make(chan error)
		go func() { waiting <- second(ask(h, "e")) }()
		synctest.Wait()
		close(g.open)
		if err := <-answered; err != nil {
			t.Errorf("the call that was held: %v: it was late, but short", err)
		}
		if err := <-waiting; err != nil {
			t.Errorf("the call that waited: %v", err)
		}
	})
}

// TestTrialWithoutInstance has the breaker's trial find none: the trial is
// still to be made then.
func TestTrialWithoutInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, badGuest, host.Config{Instances: 1, Failures: 2, RefillRate: 0.1}, nil)
		for range 2 { // one, and the burst
			if _, err := ask(h, "p"); err == nil {
				t.Fatal("no panic")
			}
			synctest.Wait()
		}
		pass(time.Second)
		for range 3 {
			if _, err := ask(h, "e"); !errors.Is(err, host.ErrTimeout) {
				t.Fatalf("got %v, want ErrTimeout", err)
			}
		}
		pass(10 * time.Second)
		synctest.Wait()
		check(t, h)
	})
}

// TestRefillFails has no memory for new instances, later there is some again.
func TestRefillFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refuse atomic.Bool
		h := serve(t, badGuest, host.Config{Instances: 1}, func(b wazero.HostModuleBuilder) {
			args := func(_ context.Context, mod api.Module, stack []uint64) {
				if refuse.Load() {
					panic("no arguments")
				}
				mod.Memory().WriteUint32Le(uint32(stack[0]), 0)
				mod.Memory().WriteUint32Le(uint32(stack[1]), 0)
				stack[0] = 0
			}
			b.NewFunctionBuilder().
				WithGoModuleFunction(api.GoModuleFunc(args),
					[]api.ValueType{api.ValueTypeI32, api.ValueTypeI32}, []api.ValueType{api.ValueTypeI32}).
				Export("args_sizes_get")
		})
		refuse.Store(true)
		if _, err := ask(h, "p"); err == nil {
			t.Fatal("no panic")
		}
		pass(3500 * time.Millisecond) // at 0, 1, and 3 s
		if s := h.Stats(); s.RefillFailures != 3 || s.Instances != 0 {
			t.Errorf("stats %+v, want 3 failures and no instance", s)
		}
		refuse.Store(false)
		pass(4 * time.Second)
		synctest.Wait()
		check(t, h)
	})
}

// TestOutput bounds what a module can write into the log.
func TestOutput(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	h := serve(t, badGuest, host.Config{Instances: 1, Logger: logger}, nil)
	for range 3 {
		if got, err := ask(h, "w"); got != echoed("w") || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	if got := strings.Count(log.String(), "abcdef"); got != 4096/17+1 {
		t.Errorf("%d lines of 17 bytes in the log, want 4 KiB", got)
	}
	if want := "dropped=98"; !strings.Contains(log.String(), want) {
		t.Errorf("the log has %.300q, want %q in it", log.String(), want)
	}

	log.Reset()
	swap(t, h, snapshot('B', 0))
	if _, err := ask(h, "p"); err == nil || strings.Contains(err.Error(), "as asked") {
		t.Errorf("got %v, want an error without the module's output", err)
	}
	if want := "panic: as asked"; !strings.Contains(log.String(), want) {
		t.Errorf("the log has %q, want %q in it", log.String(), want)
	}
}

// TestWorld holds that instances have the clock, and randomness of their own.
func TestWorld(t *testing.T) {
	seen := map[string]bool{}
	for range 3 {
		h := serve(t, badGuest, host.Config{Instances: 1}, nil)
		got, err := ask(h, "q")
		if err != nil || len(got) != 7+24 {
			t.Fatalf("got %q, %v", got, err)
		}
		seen[got[7:23]] = true
		now := time.Unix(0, int64(binary.LittleEndian.Uint64([]byte(got[23:]))))
		if d := time.Since(now); d < 0 || d > time.Minute {
			t.Errorf("the module's clock is %v late", d)
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d different random values in 3 instances", len(seen))
	}
}

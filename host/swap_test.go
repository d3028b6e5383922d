package host_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

var ping = abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPing})

// pinged is the hash that a lease's instances answer.
func pinged(t testing.TB, l host.Session) [32]byte {
	t.Helper()
	b, err := l.Handle(context.Background(), nil, ping)
	if err != nil {
		t.Fatal(err)
	}
	r, err := abi.DecodeResponse(b)
	if err != nil {
		t.Fatal(err)
	}
	return [32]byte(r.Answer.Snapshot)
}

func acquire(t testing.TB, h *host.Host) host.Session {
	t.Helper()
	l, err := h.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLeasePinsItsSnapshot keeps two generations busy at the same time, as a
// request does whose second phase comes after a swap.
func TestLeasePinsItsSnapshot(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 2}, nil)
	first := acquire(t, h)
	swap(t, h, snapshot('B', 0))
	second := acquire(t, h)
	for range 3 {
		for l, want := range map[host.Session]byte{first: 'A', second: 'B'} {
			if got := pinged(t, l); got != hash(want) || l.Snapshot().Hash != got {
				t.Errorf("answer from %x under the lease of %x, want %x", got, l.Snapshot().Hash, hash(want))
			}
		}
	}
	if s := h.Snapshot(); s.Hash != hash('B') || string(s.Bytes) != string(snapshot('B', 0)) {
		t.Errorf("resident is %x, want %x", s.Hash, hash('B'))
	}
	first.Release()
	if _, err := first.Handle(context.Background(), nil, ping); !errors.Is(err, host.ErrClosed) {
		// The instances may not be gone yet: then the answer is the old one.
		if err != nil {
			t.Errorf("after its release: %v, want ErrClosed or an answer", err)
		}
	}
	if got := pinged(t, second); got != hash('B') {
		t.Errorf("answer from %x, want %x", got, hash('B'))
	}
	second.Release()
}

func TestReleasedTwice(t *testing.T) {
	h := serve(t, tiny().Bytes(), host.Config{Instances: 1}, nil)
	l := acquire(t, h)
	l.Release()
	defer func() {
		if r := recover(); r != "host: a lease was released twice" {
			t.Errorf("the second release panics with %v", r)
		}
		acquire(t, h).Release() // the count is as it was
	}()
	l.Release()
}

func TestSwapRefuses(t *testing.T) {
	h := start(t, badGuest, host.Config{Instances: 2}, nil)
	if _, err := h.Acquire(); !errors.Is(err, host.ErrNoSnapshot) {
		t.Errorf("Acquire before the first snapshot: %v, want ErrNoSnapshot", err)
	}
	if _, err := ask(h, "e"); !errors.Is(err, host.ErrNoSnapshot) || h.Snapshot() != nil {
		t.Errorf("Handle before the first snapshot: %v, want ErrNoSnapshot", err)
	}
	swap(t, h, snapshot('A', 0))
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name     string
		ctx      context.Context
		snapshot []byte
		want     string
	}{
		{"empty", t.Context(), nil, "snapshot of 0 bytes not supported (have 1..67108864)"},
		{"too large", t.Context(), make([]byte, 64<<20+1), "snapshot of 67108865 bytes not supported"},
		{"not verified", t.Context(), snapshot('B', 'v'), "verify: proffer_verify answers status 5 (no_snapshot)"},
		{"trap in verify", t.Context(), snapshot('B', 'p'), "verify: proffer_verify: wasm error: unreachable"},
		{"its words", t.Context(), snapshot('B', 'p'), "the module wrote \"panic: verify"},
		{"not loaded", t.Context(), snapshot('B', 'l'), "verify: proffer_load answers status 5"},
		{"another hash", t.Context(), snapshot('B', 'h'), "instance has snapshot"},
		{"no hash", t.Context(), snapshot('B', 'u'), "verify: ping: the module has no snapshot"},
		{"refused ping", t.Context(), snapshot('B', 'U'), "verify: ping: status 5 (no_snapshot): \"it went away\""},
		{"mangled ping", t.Context(), snapshot('B', 'j'), "verify: ping: response: "},
		{"cancelled", over, snapshot('B', 0), "context canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := h.Swap(c.ctx, c.snapshot)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Swap: %v, want an error with %q", err, c.want)
			}
			if got := h.Snapshot().Hash; got != hash('A') {
				t.Errorf("resident is %x, want the last good one", got)
			}
			check(t, h)
		})
	}
	if s := h.Stats(); s.Swaps != 1 || s.SwapFailures != 11 {
		t.Errorf("stats %+v, want 1 swap and 11 failures", s)
	}
}

// TestThousandSwaps holds that a swap leaves nothing behind.
func TestThousandSwaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, tiny().Bytes(), host.Config{Instances: 2}, nil)
		turn := func(i int) {
			b := snapshot('A', 0)
			binary.BigEndian.PutUint32(b, uint32(i))
			l := acquire(t, h)
			swap(t, h, b)
			l.Release()
			l = acquire(t, h)
			if got := pinged(t, l); got != [32]byte(b) {
				t.Fatalf("swap %d: answer from %x, want %x", i, got, b)
			}
			l.Release()
		}
		for i := range 100 {
			turn(i)
		}
		synctest.Wait()
		goroutines, mapped, heap, resident := runtime.NumGoroutine(), mappings(), heapInUse(), residentMemory()
		for i := range 1000 {
			turn(i)
		}
		synctest.Wait()
		if got := runtime.NumGoroutine(); got > goroutines {
			t.Errorf("%d goroutines after 1,000 swaps, %d before", got, goroutines)
		}
		if got := mappings(); got > mapped+20 {
			t.Errorf("%d mappings after 1,000 swaps, %d before", got, mapped)
		}
		if got := heapInUse(); got > heap+1<<20 {
			t.Errorf("%d bytes of heap after 1,000 swaps, %d before", got, heap)
		}
		// 4 KiB for each swap; an instance has 1.3 MB.
		if got := residentMemory(); got > resident+4<<20 {
			t.Errorf("%d bytes resident after 1,000 swaps, %d before", got, resident)
		}
		if s := h.Stats(); s.Swaps != 1101 || s.Instances != 2 || s.Made != 2202 || s.Memory != 2*20<<16 {
			t.Errorf("stats %+v, want 1,101 swaps and 2 instances with 20 pages each", s)
		}
	})
}

// TestClose holds that Close waits for leases, and that nothing works after it.
func TestClose(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 2}, nil)
	l := acquire(t, h)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Close(over); !errors.Is(err, context.Canceled) {
		t.Errorf("Close under a lease: %v, want context.Canceled", err)
	}
	if got := pinged(t, l); got != hash('A') {
		t.Errorf("under the lease: answer from %x, want %x", got, hash('A'))
	}
	for name, got := range map[string]error{
		"Swap":    h.Swap(context.Background(), snapshot('B', 0)),
		"Acquire": second(h.Acquire()),
		"Handle":  second(ask(h, "e")),
	} {
		if !errors.Is(got, host.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, got)
		}
	}
	closed := make(chan error)
	go func() { closed <- h.Close(context.Background()) }()
	l.Release()
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := h.Close(context.Background()); err != nil {
		t.Errorf("Close once more: %v", err)
	}
	if s := h.Stats(); s.Instances != 0 || h.Snapshot() != nil {
		t.Errorf("stats %+v, want no instance", s)
	}
}

func second[T any](_ T, err error) error { return err }

// TestSwapAgainstClose lets them meet at any point.
func TestSwapAgainstClose(t *testing.T) {
	for i := range 50 {
		h, err := host.New(context.Background(), tiny().Bytes(), host.Config{Instances: 2, CacheDir: cacheDir})
		if err != nil {
			t.Fatal(err)
		}
		swapped := make(chan error)
		go func() {
			var err error
			for n := byte(0); err == nil; n++ {
				err = h.Swap(context.Background(), snapshot(n, 0))
			}
			swapped <- err
		}()
		for range i * 100 {
			runtime.Gosched()
		}
		if err := h.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := <-swapped; !errors.Is(err, host.ErrClosed) {
			t.Fatal(fmt.Errorf("swap against close: %w", err))
		}
	}
}

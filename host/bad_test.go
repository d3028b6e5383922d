package host_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host"
)

// TestBadGuests lets a module go wrong in every way: each call ends in an
// error, in time, its instance is never used again, and the next call is
// answered as if nothing had happened.
func TestBadGuests(t *testing.T) {
	trap := func(s host.Stats) uint64 { return s.Traps }
	late := func(s host.Stats) uint64 { return s.Timeouts }
	unhealthy := func(s host.Stats) uint64 { return s.Unhealthy }
	invalid := func(s host.Stats) uint64 { return s.Invalid }
	const short, long = 20 * time.Millisecond, time.Minute
	for name, c := range map[string]struct {
		request string
		wait    time.Duration
		count   func(host.Stats) uint64
		want    string
	}{
		"panic":                 {"p", long, trap, "unreachable"},
		"nil pointer":           {"n", long, trap, "unreachable"},
		"index out of range":    {"o", long, trap, "unreachable"},
		"deadlock":              {"d", long, trap, "unreachable"},
		"exit 3":                {"x", long, trap, "exit_code(3)"},
		"exit 0":                {"X", long, trap, "exit_code(0)"},
		"stack overflow":        {"k", long, trap, "wasm error"},
		"out of memory":         {"m", long, trap, "unreachable"},
		"loop":                  {"s", short, late, "no answer in time of 20ms"},
		"loop with calls":       {"S", short, late, "no answer in time of 20ms"},
		"loop of host calls":    {"y", short, late, "no answer in time of 20ms"},
		"recovered panic":       {"r", long, unhealthy, `status 64 (panic): "panic, recovered"`},
		"internal":              {"i", long, unhealthy, `status 66 (internal): "internal"`},
		"status 255":            {"b", long, unhealthy, "status 255 (unknown)"},
		"address out of bounds": {"L", long, invalid, "answer of 64 bytes at address 4294967280"},
		"length out of bounds":  {"l", long, invalid, "answer of 1048576 bytes at address"},
		"no answer":             {"0", long, invalid, "has no status: "},
		"empty answer":          {"E", long, invalid, "has no status: "},
		"answer over the limit": {"B", long, invalid, "over the limit of 1048576"},
		"not an array":          {"j", long, invalid, "has no status: 3c68746d6c3e"},
		"empty array":           {"J", long, invalid, "has no status: 90"},
		"status over 255":       {"t", long, invalid, "has no status: 91cd0100"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := serve(t, badGuest, host.Config{Instances: 2, Wait: c.wait, RefillRate: 1e6}, nil)
			start := time.Now()
			got, err := ask(h, c.request)
			if err == nil || got != "" || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%.20q answers %q, %v, want an error with %q", c.request, got, err, c.want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if errors.Is(err, host.ErrTimeout) != (c.wait == short) {
				t.Errorf("is ErrTimeout: %v, of %v", c.wait != short, err)
			}
			check(t, h)
			s := h.Stats()
			if c.count(s) != 1 || s.Discarded != 1 || s.Calls != 2 || s.Burning != 0 {
				t.Errorf("stats %+v, want one failure of its kind and one instance discarded", s)
			}
		})
	}
}

// TestHealthyStatuses lets the module refuse: the instance stays.
func TestHealthyStatuses(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 1}, nil)
	for request, want := range map[string]string{
		"3": "\x92\xcc\x03\xd9\x10another snapshot",
		"6": "\x92\xcc\x06\xd9\x12kind not supported",
		"?": "\x92\xcc\x04\xd9\x11unknown behaviour",
		"z": echoed("z"), // an hour's sleep, which the host does not grant
	} {
		if got, err := ask(h, request); got != want || err != nil {
			t.Errorf("%q answers %q, %v, want %q", request, got, err, want)
		}
	}
	if s := h.Stats(); s.Discarded != 0 || s.Calls != 4 {
		t.Errorf("stats %+v, want 4 calls and nothing discarded", s)
	}
}

// TestLoopLetsTheProcessWork holds the reason for counting loops: what runs in
// a module cannot be preempted, and a garbage collection would wait for it
// with the whole process.
func TestLoopLetsTheProcessWork(t *testing.T) {
	var ticks, end atomic.Bool
	h := serve(t, badGuest, host.Config{Instances: 1}, func(b wazero.HostModuleBuilder) {
		tick := func(_ context.Context, _ api.Module, stack []uint64) {
			ticks.Store(true)
			if end.Load() {
				panic("enough")
			}
			stack[0] = 0
		}
		b.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(tick), nil, []api.ValueType{api.ValueTypeI32}).
			Export("sched_yield")
	})
	ticks.Store(false)
	failed := make(chan error)
	go func() {
		_, err := ask(h, "s")
		failed <- err
	}()
	for !ticks.Load() {
		runtime.Gosched()
	}
	for range 3 {
		runtime.GC() // does not come back before the loop, if that is never left
	}
	end.Store(true)
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("the loop ended with %v, want the panic of its tick", err)
	}
}

func TestRequestOverTheLimit(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 1}, nil)
	_, err := ask(h, "e"+strings.Repeat("x", 1<<20))
	if want := "request of 1048577 bytes, over the limit of 1048576"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
	if s := h.Stats(); s.Refused != 1 || s.Calls != 0 {
		t.Errorf("stats %+v, want 1 refused and no call", s)
	}
	big := "e" + strings.Repeat("x", 1<<20-64)
	for range 3 { // the buffer grows and stays
		if got, err := ask(h, big); got != echoed(big) || err != nil {
			t.Fatalf("a request of %d bytes: %d bytes, %v", len(big), len(got), err)
		}
	}
	check(t, h)
}

// TestLyingBuffer gives the module's buffer addresses that it must not have.
func TestLyingBuffer(t *testing.T) {
	for mood, want := range map[string]string{
		"0": "answers address 0 in",
		"F": "answers address 4294967232 in",
	} {
		h := start(t, badGuest, host.Config{Instances: 1, Settings: []byte(mood)}, nil)
		err := h.Swap(context.Background(), snapshot('A', 0))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("mood %s: %v, want an error with %q", mood, err, want)
		}
	}
}

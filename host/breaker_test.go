package host

import (
	"testing"
	"time"
)

// at is an instant in seconds.
func at(seconds float64) time.Time {
	return time.UnixMilli(1_800_000_000_000).Add(time.Duration(seconds * float64(time.Second)))
}

func testBreaker(t *testing.T, random float64) *breaker {
	t.Helper()
	c, err := Config{}.complete()
	if err != nil {
		t.Fatal(err)
	}
	b := newBreaker(&c)
	b.random = func() float64 { return random }
	return b
}

func (b *breaker) failAt(probe bool, seconds ...float64) (pause time.Duration) {
	for _, s := range seconds {
		pause = b.failed(at(s), probe)
	}
	return pause
}

func TestBreakerOpens(t *testing.T) {
	for name, c := range map[string]struct {
		failures []float64
		want     time.Duration
	}{
		"four at once":               {[]float64{0, 0, 0, 0}, 0},
		"five at once":               {[]float64{0, 0, 0, 0, 0}, time.Second},
		"five in ten seconds":        {[]float64{0, 3, 6, 9, 10}, time.Second},
		"five in more":               {[]float64{0, 3, 6, 9, 10.1}, 0},
		"nine, never five in ten":    {[]float64{0, 3, 6, 9, 12, 15, 18, 21, 24}, 0},
		"five of many in ten":        {[]float64{0, 3, 6, 9, 12, 15, 15}, time.Second},
		"a clock that jumps back":    {[]float64{3600, 3600, 3600, 3600, 0}, time.Second},
		"a clock that jumps forward": {[]float64{0, 0, 0, 0, 3600}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := testBreaker(t, 0)
			if got := b.failAt(false, c.failures...); got != c.want {
				t.Errorf("the last failure begins a pause of %v, want %v", got, c.want)
			}
			if got := b.tripped.Load(); got != (c.want > 0) {
				t.Errorf("tripped is %v", got)
			}
		})
	}
}

func TestBreakerTries(t *testing.T) {
	b := testBreaker(t, 0)
	b.failAt(false, 0, 0, 0, 0, 0)
	admit := func(seconds float64, probe, ok bool) {
		t.Helper()
		if p, o := b.admit(at(seconds)); p != probe || o != ok {
			t.Fatalf("at %v s: probe %v, admitted %v, want %v, %v", seconds, p, o, probe, ok)
		}
	}
	state := func(want string) {
		t.Helper()
		if got := b.String(); got != want {
			t.Fatalf("state is %q, want %q", got, want)
		}
	}
	admit(0.999, false, false)
	state("open")
	if got := b.failAt(false, 0.5); got != 0 {
		t.Fatalf("a failure from before begins a pause of %v", got)
	}
	admit(1, true, true)
	state("half-open")
	admit(1, false, false) // one at a time
	b.withdraw()
	admit(1.5, true, true)
	now := 1.5
	for _, want := range []float64{2, 4, 8, 16, 32, 60, 60} {
		if got := b.failAt(true, now); got.Seconds() != want {
			t.Fatalf("a failed trial begins a pause of %v, want %v s", got, want)
		}
		admit(now+want-0.001, false, false)
		now += want
		admit(now, true, true)
	}
	b.succeeded(at(now))
	state("closed")
	admit(now, false, true)

	// Soon after it closed the pauses go on where they were; later they begin
	// at the start.
	if got := b.failAt(false, now, now, now, now, now+10); got != time.Minute {
		t.Errorf("opened again at once for %v, want 1m", got)
	}
	admit(now+70, true, true)
	b.succeeded(at(now + 70))
	later := now + 70 + 10.1
	if got := b.failAt(false, later, later, later, later, later); got != time.Second {
		t.Errorf("opened again later for %v, want 1s", got)
	}
	b.reset()
	admit(later, false, true)
	if got := b.failAt(false, later, later, later, later); got != 0 {
		t.Errorf("four failures after a reset begin a pause of %v", got)
	}
}

func TestBreakerJitter(t *testing.T) {
	b := testBreaker(t, 0.999999)
	got := b.failAt(false, 0, 0, 0, 0, 0)
	if got < time.Second/2 || got > time.Second/2+time.Millisecond {
		t.Errorf("the shortest first pause is %v, want half a second", got)
	}
}

func TestBreakerOfOneFailure(t *testing.T) {
	c, err := Config{Failures: 1}.complete()
	if err != nil {
		t.Fatal(err)
	}
	if got := newBreaker(&c).failAt(false, 0); got < time.Second/2 {
		t.Errorf("one failure of one begins a pause of %v", got)
	}
}

func TestBucket(t *testing.T) {
	b := newBucket(10, 3, at(0))
	for i, c := range []struct {
		at   float64
		want time.Duration
	}{
		{0, 0}, {0, 0}, {0, 0}, // the burst
		{0, 100 * time.Millisecond},
		{0, 200 * time.Millisecond},
		{0.3, 0}, // 2 owed, 3 gained
		{0.3, 100 * time.Millisecond},
		{3600, 0}, {3600, 0}, {3600, 0}, // no more than the burst
		{3600, 100 * time.Millisecond},
		{0, 200 * time.Millisecond}, // a clock that jumps back gains nothing
	} {
		if got := b.take(at(c.at)).Round(time.Microsecond); got != c.want {
			t.Errorf("token %d at %v s comes after %v, want %v", i, c.at, got, c.want)
		}
	}
}

func TestStatusOf(t *testing.T) {
	for b, want := range map[string]int{
		"":                             -1,
		"\x90":                         -1,
		"\x91":                         -1,
		"\x91\x00":                     0,
		"\x9f\x7f":                     127,
		"\x92\xcc":                     -1,
		"\x92\xcc\xff":                 255,
		"\x91\xff":                     -1, // -1
		"\x91\xc0":                     -1,
		"\x91\xcd\x01\x00":             -1,
		"\x81\x00\x00":                 -1,
		"\xa1\x00":                     -1,
		"\xdc\x00":                     -1,
		"\xdc\x00\x10":                 -1,
		"\xdc\x00\x10\x05":             5,
		"\xdd\x00\x00\x00\x10":         -1,
		"\xdd\x00\x00\x00\x10\xcc\x40": 64,
		"\xc4\x01\x00":                 -1,
	} {
		got, ok := statusOf([]byte(b))
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("statusOf(% x) = %d, %v, want %d", b, got, ok, want)
		}
	}
}

func TestCompiles(t *testing.T) {
	for _, c := range []struct {
		os, arch string
		want     bool
	}{
		{"linux", "amd64", true}, {"linux", "arm64", true}, {"windows", "arm64", true}, {"illumos", "amd64", true},
		{"linux", "riscv64", false}, {"linux", "386", false}, {"illumos", "arm64", false}, {"plan9", "amd64", false},
		{"js", "wasm", false},
	} {
		if got := compiles(c.os, c.arch); got != c.want {
			t.Errorf("compiles(%s, %s) = %v", c.os, c.arch, got)
		}
	}
}

package meter

import (
	"slices"
	"testing"
	"time"
)

// warm is how often each is done before anything is timed.
const warm = 100

// Step is what is timed, and what looks at its result afterwards.
type Step struct {
	Do    func() error
	Check func() error // may be nil
}

// Times are those of a measurement.
type Times struct {
	With    []time.Duration // less the other of each pair
	Without []time.Duration
}

// Turns times two steps in turns as often as the benchmark says. Each time is less
// that of the other step beside it, so that what slows down the machine for a while
// counts for both.
func Turns(b *testing.B, with, without Step) Times {
	b.Helper()
	for range warm {
		with.run(b)
		without.run(b)
	}
	var t Times
	for b.Loop() {
		a, other := with.run(b), without.run(b)
		t.With, t.Without = append(t.With, a-other), append(t.Without, other)
	}
	return t
}

// Calls times a step alone.
func Calls(b *testing.B, s Step) Times {
	b.Helper()
	return Turns(b, s, Step{})
}

// run gives the time that a step takes; none takes none.
func (s Step) run(b *testing.B) time.Duration {
	b.Helper()
	if s.Do == nil {
		return 0
	}
	began := time.Now()
	err := s.Do()
	took := time.Since(began)
	if err == nil && s.Check != nil {
		err = s.Check()
	}
	if err != nil {
		b.Fatal(err)
	}
	return took
}

// quartiles are the times that a quarter, half and three quarters do not exceed.
func quartiles(times []time.Duration) (low, median, high time.Duration) {
	sorted := slices.Sorted(slices.Values(times))
	if len(sorted) == 0 {
		return 0, 0, 0
	}
	at := func(quarter int) time.Duration { return sorted[(len(sorted)-1)*quarter/4] }
	return at(1), at(2), at(3)
}

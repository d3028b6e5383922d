package host

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestWatch holds that a call is cut off at the second tick after its deadline,
// so that two stretches of turns are always its own.
func TestWatch(t *testing.T) {
	const wait = 25 * time.Millisecond
	for name, c := range map[string]struct {
		ticks   []time.Duration // how long after the one before
		burning int64
		cut     bool
	}{
		"short":                       {nil, 0, false},
		"one tick":                    {[]time.Duration{time.Hour}, 0, false},
		"in time":                     {[]time.Duration{0, wait / 2, wait/2 - 1}, 0, false},
		"stood still, then two ticks": {[]time.Duration{time.Hour, time.Hour}, 1, false},
		"late":                        {[]time.Duration{0, wait, 1}, 0, true},
		"in time, then late":          {[]time.Duration{0, 1, 1, wait, 1}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var burning atomic.Int64
				w := watch{wait: wait, burning: &burning}
				for range 2 { // the second call starts anew
					w.start()
					if got := cutOff(t, &w, c.ticks); got != c.cut {
						t.Fatalf("cut off: %v", got)
					}
					if got := burning.Load(); !c.cut && got != c.burning {
						t.Errorf("%d burning, want %d", got, c.burning)
					}
					w.stop()
					if got := burning.Load(); got != 0 {
						t.Errorf("%d burning after the call", got)
					}
				}
			})
		})
	}
}

func cutOff(t *testing.T, w *watch, ticks []time.Duration) (cut bool) {
	defer func() {
		if r := recover(); r != nil {
			err, _ := r.(error)
			if cut = errors.Is(err, errLate); !cut {
				t.Fatal(r)
			}
		}
	}()
	for _, d := range ticks {
		<-time.After(d)
		w.tick()
	}
	return false
}

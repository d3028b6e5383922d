package main

import (
	"slices"
	"time"
)

// sample is a set of measurements in nanoseconds.
type sample []float64

// at is the quantile q, between 0 and 1.
func (s sample) at(q float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

func (s sample) p50() float64 { return s.at(0.5) }

// contender is one of those that take turns.
type contender struct {
	name string
	n    int                   // how much one batch does
	warm func(round int) error // before it, not timed; nil = nothing
	run  func(round int) error // one batch
	end  func() error          // after it, not timed; nil = nothing
}

// race lets contenders take turns, batch by batch, so that what happens to the
// machine happens to all of them, until the time is over; at least so many
// rounds. The first round is not counted. It gives nanoseconds for each of n.
func race(least int, budget time.Duration, list ...contender) (map[string]sample, error) {
	out := map[string]sample{}
	end := time.Now().Add(budget)
	for round := 0; round <= least || time.Now().Before(end); round++ {
		for _, c := range list {
			took, err := c.batch(round)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				out[c.name] = append(out[c.name], float64(took)/float64(c.n))
			}
		}
	}
	return out, nil
}

func (c *contender) batch(round int) (took time.Duration, err error) {
	if c.warm != nil {
		if err := c.warm(round); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	err = c.run(round)
	took = time.Since(start)
	if err == nil && c.end != nil {
		err = c.end()
	}
	return took, err
}

package main

import (
	"runtime"
	"slices"
	"time"
)

// sample is one measurement of each round: nanoseconds for a visitor, or what
// was worked out from such.
type sample []float64

// at is the quantile q, between 0 and 1.
func (s sample) at(q float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// over are the ratios of two samples, round by round: what happened to the
// machine in a round happened to both.
func (s sample) over(t sample) sample {
	ratios := make(sample, len(s))
	for i := range s {
		ratios[i] = s[i] / t[i]
	}
	return ratios
}

// window is how many visitors a round has, the same for all; batch is for how
// long an engine goes on with them, at least once.
const (
	window = 8
	batch  = 2 * time.Millisecond
)

// race lets functions take turns, round by round. Each decides for the visitors
// of the round once, untimed, and then again and again for the batch. Time is
// the process's on its processors: what the machine does besides is not in it,
// and the collection of garbage that a function leaves is.
func race(rounds int, list []func(visitor int) error) ([]sample, error) {
	times := make([]int, len(list))
	for k, f := range list {
		var err error
		if times[k], err = perBatch(f); err != nil {
			return nil, err
		}
	}
	samples := make([]sample, len(list))
	for round := range rounds {
		first := round * window % visitors
		for k, f := range list {
			if err := each(first, f); err != nil {
				return nil, err
			}
			start := used()
			for range times[k] {
				if err := each(first, f); err != nil {
					return nil, err
				}
			}
			samples[k] = append(samples[k], float64(used()-start)/float64(times[k]*window))
		}
	}
	return samples, nil
}

// perBatch is how often a function decides for the visitors of a round in the
// time of a batch.
func perBatch(f func(int) error) (int, error) {
	fastest := batch
	for first := 0; first < visitors; first += window {
		start := time.Now()
		if err := each(first, f); err != nil {
			return 0, err
		}
		fastest = min(fastest, time.Since(start))
	}
	return int(batch / max(fastest, time.Microsecond)), nil
}

func each(first int, f func(int) error) error {
	for i := range window {
		if err := f(first + i); err != nil {
			return err
		}
	}
	return nil
}

// allocations counts those on the Go side for a visitor, the fewest of a few
// runs: the runtime allocates now and then by itself.
func allocations(f func(int) error) (fewest float64, err error) {
	for run := range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range visitors {
			if err := f(i); err != nil {
				return 0, err
			}
		}
		runtime.ReadMemStats(&after)
		if got := float64(after.Mallocs-before.Mallocs) / visitors; run == 0 || got < fewest {
			fewest = got
		}
	}
	return fewest, nil
}

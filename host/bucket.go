package host

import "time"

// bucket limits a rate: it holds up to burst tokens and gains rate a second.
// It reads no clock.
type bucket struct {
	rate   float64
	burst  float64
	tokens float64
	last   time.Time
}

func newBucket(rate float64, burst int, now time.Time) *bucket {
	return &bucket{rate: rate, burst: float64(burst), tokens: float64(burst), last: now}
}

// take takes a token that may not be there yet, and answers how long to wait
// until it is.
func (b *bucket) take(now time.Time) time.Duration {
	gained := max(0, now.Sub(b.last).Seconds()) * b.rate
	b.tokens = min(b.burst, b.tokens+gained) - 1
	b.last = now
	if b.tokens >= 0 {
		return 0
	}
	return time.Duration(-b.tokens / b.rate * float64(time.Second))
}

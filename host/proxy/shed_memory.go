package proxy

import (
	"context"
	"math"
	"runtime"
	runtimemetrics "runtime/metrics"
	"time"
)

// Memory is short when so much of GOMEMLIMIT is in use after a collection, and no
// longer when it is so much less. Above that the collector runs for ever shorter
// distances: at 80 % each fifth of the limit.
const (
	shortAbove  = 0.8
	enoughBelow = 0.7
	memoryEvery = time.Second
)

// usage names what WatchMemory reads of the runtime.
var usage = [...]string{
	"/gc/gomemlimit:bytes", "/gc/heap/live:bytes",
	"/memory/classes/total:bytes", "/memory/classes/heap/objects:bytes", "/memory/classes/heap/free:bytes",
	"/memory/classes/heap/unused:bytes", "/memory/classes/heap/released:bytes",
}

// memory reads how much of the limit is used by what the last collection left, and
// by what is no heap. The module's memory is not Go's, and bounded by itself.
type memory struct{ samples []runtimemetrics.Sample }

func newMemory() *memory {
	m := &memory{samples: make([]runtimemetrics.Sample, len(usage))}
	for i, name := range usage {
		m.samples[i].Name = name
	}
	return m
}

func (m *memory) used() float64 {
	runtimemetrics.Read(m.samples)
	var v [len(usage)]float64
	for i := range m.samples {
		v[i] = float64(m.samples[i].Value.Uint64())
	}
	if v[0] == math.MaxInt64 {
		return 0
	}
	return (v[1] + v[2] - v[3] - v[4] - v[5] - v[6]) / v[0]
}

// WatchMemory lets pages go without offers while memory is near the limit that
// GOMEMLIMIT sets, and has collected what pools keep, until ctx ends. Without such
// a limit it does nothing.
func (m *Middleware) WatchMemory(ctx context.Context) {
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	read := newMemory()
	for {
		m.noteMemory(read.used(), runtime.GC)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// noteMemory takes note of the share that is used. While memory is short it is
// collected: what pools keep goes with the second time.
func (m *Middleware) noteMemory(used float64, collect func()) {
	short := m.load.pressed.Load()
	switch {
	case !short && used > shortAbove:
		m.config.Logger.Warn("memory is near GOMEMLIMIT; pages go without offers", "used", used)
		m.load.pressed.Store(true)
	case short && used < enoughBelow:
		m.config.Logger.Info("there is memory again; pages have offers")
		m.load.pressed.Store(false)
		return
	case !short:
		return
	}
	collect()
}

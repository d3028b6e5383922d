package events

import (
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/internal/collect"
)

// reason is why events were lost.
type reason uint8

const (
	byQueue reason = iota // it was full
	byWrite               // the disk
	byForm                // the line was not understood
	numReasons
)

var reasonNames = [numReasons]string{"queue", "write", "malformed"}

// losses counts what is lost and says it, once a minute.
type losses struct {
	metrics *metrics
	clock   func() time.Time
	logger  *slog.Logger

	mu    sync.Mutex
	lost  [numReasons]int // since it was said
	cause error           // the last one
	told  time.Time
}

// add notes that events were lost. None may be: then only the trouble is said.
func (l *losses) add(why reason, n int, cause error) {
	l.metrics.lost[why].Add(float64(n))
	l.mu.Lock()
	l.lost[why] += n
	l.cause = cause
	due := l.clock().Sub(l.told) >= time.Minute
	l.mu.Unlock()
	if due {
		l.tell()
	}
}

// tell says what was not said yet.
func (l *losses) tell() {
	l.mu.Lock()
	lost, cause := l.lost, l.cause
	l.lost, l.cause, l.told = [numReasons]int{}, nil, l.clock()
	l.mu.Unlock()
	if cause != nil {
		l.logger.Error("events are lost", "queue", lost[byQueue], "write", lost[byWrite], "malformed", lost[byForm], "last", cause)
	}
}

// metrics are the counters, looked up once.
type metrics struct {
	all     collect.Set
	written [numKinds]prometheus.Counter
	lost    [numReasons]prometheus.Counter
}

func newMetrics() *metrics {
	m := new(metrics)
	m.all.Counters("proffer_events_total", "Events written to files.", "event", kindNames[:], m.written[:])
	m.all.Counters("proffer_events_lost_total", "Events that are not in the files: the queue was full, the disk refused them, or their line was not understood.",
		"reason", reasonNames[:], m.lost[:])
	return m
}

package bolt

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/internal/collect"
	"github.com/profferhq/proffer/host/store"
)

// metrics are what is counted, looked up once.
type metrics struct {
	all      collect.Set
	flush    prometheus.Histogram
	failures prometheus.Counter
	shed     [classes]prometheus.Counter
	denied   [numReasons]prometheus.Counter
}

// reason is why a change was not taken in.
type reason uint8

const (
	byConflict reason = iota
	byRoom            // for rows, visitors or events
	byDisk            // it was durable, and the disk fails
	byOther
	numReasons
)

var reasonNames = [numReasons]string{"conflict", "full", "disk", "other"}

func newMetrics(m *memory) *metrics {
	out := &metrics{
		flush: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "proffer_store_flush_seconds", Help: "How long transactions took, the failed ones too.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "proffer_store_errors_total", Help: "Transactions that failed. What they had waits for the next."}),
	}
	out.all.Add(out.flush, out.failures)
	out.all.Gauge("proffer_store_pending", "Rows and events that are not on the disk.", nil, func() float64 { return float64(m.pending()) })
	for kind, name := range [...]string{"visitor", "person"} {
		out.all.Gauge("proffer_store_rows", "Rows that the store has.", prometheus.Labels{"kind": name}, func() float64 { return float64(m.count(kind)) })
	}
	out.all.Counters("proffer_store_shed_total", "Events that the outbox had no room for: of a page (decided, shown), seen, clicked.", "event", classNames[:ofKept], out.shed[:ofKept])
	out.all.Counters("proffer_store_refused_total", "Changes that were not taken in: a row had changed, there was no room, the disk failed.", "reason", reasonNames[:], out.denied[:])
	return out
}

func (m *metrics) flushed(d time.Duration, err error, shed *[classes]int) {
	m.flush.Observe(d.Seconds())
	if err != nil {
		m.failures.Inc()
	}
	for i, n := range shed[:ofKept] {
		m.shed[i].Add(float64(n))
	}
}

// refused counts a change that was refused, if it was.
func (m *metrics) refused(err error) {
	switch {
	case err == nil:
	case errors.Is(err, store.ErrConflict):
		m.refuse(byConflict)
	case errors.Is(err, store.ErrFull):
		m.refuse(byRoom)
	default:
		m.refuse(byOther)
	}
}

func (m *metrics) refuse(why reason) { m.denied[why].Inc() }

// trouble says what fails, once a minute, and when it no longer does.
type trouble struct {
	clock  func() time.Time
	logger *slog.Logger

	mu    sync.Mutex
	told  time.Time
	since time.Time // of the first failure; zero: it works
	count int
}

func (t *trouble) report(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	if err == nil {
		if !t.since.IsZero() {
			t.logger.Info("the store is written again", "failed", t.count, "since", t.since)
		}
		t.since, t.count, t.told = time.Time{}, 0, time.Time{}
		return
	}
	if t.since.IsZero() {
		t.since = now
	}
	t.count++
	if d := now.Sub(t.told); t.told.IsZero() || d < 0 || d >= time.Minute {
		t.told = now
		t.logger.Error("the store cannot be written; what changes waits in memory", "failed", t.count, "since", t.since, "last", err)
	}
}

package proxy

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits bound what [Middleware.Limit] takes on at a time. The zero value of each
// field stands for its default.
type Limits struct {
	// Requests is how many may be in flight; one more is answered by 503. An
	// event stream or a websocket is in flight as long as it lasts. Default
	// 4,096, with some 150 KiB each.
	Requests int

	// Decisions is up to how many requests in flight pages get offers; beyond it
	// they go out as they came. Default: three quarters of Requests.
	Decisions int

	// BodyBytes is the longest body of a request; a longer one is answered by
	// 413. Default: any length, for bodies are passed on as they come.
	BodyBytes int64

	// BodyIdle is how long a body may pause; it is answered by 408 then. Default
	// 30 s.
	BodyIdle time.Duration
}

const (
	defaultRequests = 4096
	defaultBodyIdle = 30 * time.Second
	maxRequests     = 1 << 20

	// retryAfter is when a request that was refused may come again, in seconds:
	// soon, for what is in flight is gone in as much.
	retryAfter = 2
)

// DefaultLimits are those of a zero value.
func DefaultLimits() (l Limits) {
	l.complete()
	return l
}

func (l *Limits) complete() []error {
	def(&l.Requests, defaultRequests)
	def(&l.Decisions, max(1, l.Requests-l.Requests/4))
	def(&l.BodyIdle, defaultBodyIdle)
	var body error
	if l.BodyBytes < 0 {
		body = fmt.Errorf("Limits.BodyBytes is %d (0: any length)", l.BodyBytes)
	}
	return []error{
		body,
		within("Limits.Requests", l.Requests, 1, maxRequests),
		within("Limits.Decisions", l.Decisions, 1, max(1, l.Requests)),
		within("Limits.BodyIdle", l.BodyIdle, 1, time.Hour),
	}
}

// shedding is what is left out under load.
type shedding uint8

const (
	shedDecision shedding = iota
	shedRequest
	numSheddings
)

var sheddingNames = [numSheddings]string{"decision", "request"}

// load is what is in flight, and whether that is too much.
type load struct {
	inFlight atomic.Int64
	pressed  atomic.Bool // memory is short
}

func (m *Middleware) busy() bool { return m.load.inFlight.Load() > int64(m.config.Limits.Decisions) }

// sheds reports whether a page is to go without offers, for there is too much to
// do: a decision costs as much as the page itself, and is missed less.
func (m *Middleware) sheds() bool {
	if !m.busy() && !m.load.pressed.Load() {
		return false
	}
	m.metrics.shed[shedDecision].Inc()
	return true
}

// Overload says why pages go without offers now, or nothing.
func (m *Middleware) Overload() string {
	switch {
	case m.busy():
		return fmt.Sprintf("%d requests are in flight, over %d", m.load.inFlight.Load(), m.config.Limits.Decisions)
	case m.load.pressed.Load():
		return "memory is short; see GOMEMLIMIT"
	}
	return ""
}

func (m *Middleware) loadMetrics() []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "proffer_requests_in_flight", Help: "Requests that are being answered.",
		}, func() float64 { return float64(m.load.inFlight.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "proffer_memory_short", Help: "1 while memory is near GOMEMLIMIT and pages go without offers.",
		}, func() float64 {
			if m.load.pressed.Load() {
				return 1
			}
			return 0
		}),
	}
}

// Limit bounds what a handler takes on: it is the first that visitors meet, in
// front of [NewReverseProxy] or [Middleware.Wrap]. Under load pages lose their
// offers first, and are refused only when that does not help. A connection ends
// with a request of which two servers could see two ends.
func (m *Middleware) Limit(next http.Handler) http.Handler { return &limited{m, next} }

type limited struct {
	middleware *Middleware
	next       http.Handler
}

func (h *limited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := h.middleware
	if nameless(r) {
		plain(w, http.StatusBadRequest, "The request names no site.\n")
		return
	}
	m.dropTwins(r.Header)
	if twofold(r) {
		w.Header().Set("Connection", "close")
	}
	n := m.load.inFlight.Add(1)
	defer m.load.inFlight.Add(-1)
	l := &m.config.Limits
	switch {
	case n > int64(l.Requests):
		m.metrics.shed[shedRequest].Inc()
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		plain(w, http.StatusServiceUnavailable, "There is too much to do. Please try again in a moment.\n")
		return
	case l.BodyBytes > 0 && r.ContentLength > l.BodyBytes:
		w.Header().Set("Connection", "close") // the rest of it is not read
		plain(w, http.StatusRequestEntityTooLarge, tooLong)
		return
	case r.Body == nil || r.Body == http.NoBody:
		h.next.ServeHTTP(w, r)
		return
	}
	b := paced(w, r, l)
	defer b.end()
	h.next.ServeHTTP(w, r)
}

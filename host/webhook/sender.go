package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Sender delivers the events of an outbox.
type Sender struct {
	config  Config
	seams   seams
	client  *http.Client
	metrics *metrics
	tell    *teller
	stop    chan struct{} // closed: begin nothing more
	end     sync.Once
	cancel  context.CancelFunc // ends what is in flight
	done    chan struct{}      // closed when run has ended
	oldest  atomic.Int64       // time of the first event that waits, in milliseconds; 0: none

	// The rest is run's own.
	after    uint64 // all events up to it are settled
	failures int    // in a row
}

// seams are what tests put their own in for.
type seams struct {
	transport http.RoundTripper
	jitter    func() float64                              // in [0, 1)
	wait      func(stop <-chan struct{}, d time.Duration) // until d is over, or stop closed
}

// Open begins to deliver. An error says what is wrong with the configuration;
// whether the receiver can be reached shows later, in the log and the metrics.
func Open(c Config) (*Sender, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	return open(c, seams{newTransport(&c, nil), rand.Float64, pause})
}

func open(c Config, with seams) (*Sender, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sender{
		config: c, seams: with, cancel: cancel, stop: make(chan struct{}), done: make(chan struct{}),
		tell: &teller{logger: c.Logger, clock: c.Clock},
		client: &http.Client{Transport: with.transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	s.metrics = newMetrics(s.age)
	if c.Registerer != nil {
		if err := s.metrics.all().Register(c.Registerer); err != nil {
			cancel()
			return nil, fmt.Errorf("webhook: %w", err)
		}
	}
	go s.run(ctx)
	return s, nil
}

// pause is what waits outside of tests.
func pause(stop <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-stop:
	}
}

// grace is how long Close waits for what it has broken off.
const grace = time.Second

// Close begins no further request and waits for the answer to the one in flight.
// If ctx ends before, the request is broken off, which is an error: whether the
// receiver has taken its events is not known, and they come again the next time.
// What is in the outbox stays there.
func (s *Sender) Close(ctx context.Context) error {
	s.end.Do(func() { close(s.stop) })
	defer s.cancel()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
	}
	s.cancel()
	select {
	case <-s.done:
	case <-time.After(grace):
	}
	return fmt.Errorf("webhook: close: %w", ctx.Err())
}

func (s *Sender) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// age is how long the first event waits, in seconds.
func (s *Sender) age() float64 {
	oldest := s.oldest.Load()
	if oldest == 0 {
		return 0
	}
	return max(0, s.config.Clock().Sub(time.UnixMilli(oldest)).Seconds())
}

// run delivers until it is stopped.
func (s *Sender) run(ctx context.Context) {
	defer close(s.done)
	defer s.client.CloseIdleConnections()
	for !s.stopped() {
		list, err := s.next()
		switch {
		case err != nil:
			s.putOff(outcome{verdict: later, why: err})
		case len(list) > 0:
			s.pass(ctx, list)
		default:
			select {
			case <-s.config.Outbox.Arrivals():
			case <-s.stop:
			}
		}
	}
}

// next are the events that come next. A few wait for others, for a request costs
// more than an event; after a failure they have waited.
func (s *Sender) next() ([]entry, error) {
	got, err := s.config.Outbox.Pending(s.after, s.config.Batch)
	if err == nil && len(got) > 0 && len(got) < s.config.Batch && s.failures == 0 {
		s.seams.wait(s.stop, s.config.Delay)
		if s.stopped() {
			return nil, nil
		}
		got, err = s.config.Outbox.Pending(s.after, s.config.Batch)
	}
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	list := make([]entry, len(got))
	for i := range got {
		list[i] = newEntry(got[i])
	}
	s.oldest.Store(0)
	if len(list) > 0 {
		s.oldest.Store(list[0].time)
	}
	return list, nil
}

// pass delivers the first events of a list, or puts them off.
func (s *Sender) pass(ctx context.Context, list []entry) {
	if list[0].json == nil {
		if err := s.setAside(list[:1]); err != nil {
			s.putOff(outcome{verdict: later, why: err})
			return
		}
		s.settle(list[0].seq)
		return
	}
	o, progress := s.deliver(ctx, fitting(list, s.config.MaxBytes))
	if progress {
		s.failures = 0
	}
	if o.verdict == taken {
		s.tell.well()
		return
	}
	s.putOff(o)
}

// putOff says why nothing goes on, and waits.
func (s *Sender) putOff(o outcome) {
	if errors.Is(o.why, errStopped) {
		return
	}
	s.metrics.retries.Inc()
	ceiling := longestPause
	if s.failures < 16 { // 1 s shifted further is above any pause
		ceiling = min(longestPause, firstPause<<s.failures)
	}
	s.failures++
	wait := max(o.asked, time.Duration(s.seams.jitter()*float64(ceiling)))
	s.tell.ill(&o, s.failures, wait)
	s.seams.wait(s.stop, wait)
}

// settle has done with all events up to one. If the outbox cannot forget them now
// it can with the next, and after a restart they come again.
func (s *Sender) settle(upto uint64) {
	s.after = upto
	if err := s.config.Outbox.Delivered(upto); err != nil {
		s.config.Logger.Error("webhook: delivered events stay in the outbox", "error", err)
	}
}

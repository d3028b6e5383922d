package webhook_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/webhook"
)

// traffic fills an outbox as a clock goes on. Who waits makes it go on.
type traffic struct {
	outbox *outbox
	chance *rand.Rand
	rate   int           // events of a second
	length time.Duration // of all of it

	mu    sync.Mutex
	now   time.Time
	added [3]int // by class
	kept  []int  // the numbers of those that must not be lost
	err   error
	done  chan struct{}
}

func (f *traffic) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *traffic) wait(_ <-chan struct{}, d time.Duration) {
	for ; d > 0; d -= time.Second {
		f.second(min(d, time.Second))
	}
}

// second is one second of traffic, or less.
func (f *traffic) second(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	if f.now.Sub(noon) > f.length {
		return
	}
	for range f.rate {
		kind := events.Shown
		switch n := f.chance.IntN(100); {
		case n == 0:
			kind = events.Accepted
		case n == 1:
			kind = events.Rejected
		case n < 10:
			kind = events.Clicked
		case n < 30:
			kind = events.Seen
		}
		seq, err := f.outbox.add(kind, lineOf(kind, f.chance.IntN(1<<30), f.now))
		f.err = errors.Join(f.err, err)
		if c := class(kind); c >= 0 {
			f.added[c]++
		} else {
			f.kept = append(f.kept, int(seq))
		}
	}
}

// emptied goes on with traffic that has nobody who waits any more.
func (f *traffic) emptied(left int) {
	if left > 0 {
		return
	}
	f.second(time.Second)
	if f.clock().Sub(noon) > f.length {
		close(f.done)
	}
}

// The receiver is down for an hour: the outbox grows to its bound and sheds by
// kind, then all that is left comes in order while traffic goes on, and no
// acceptance and no rejection is missing (F14).
func TestAnHourWithoutReceiver(t *testing.T) {
	const room = 4 << 20
	b := newBench(t, "http://receiver.example/")
	f := &traffic{outbox: b.outbox, chance: rand.New(rand.NewPCG(1, 14)), rate: 50, length: 70 * time.Minute, now: noon, done: make(chan struct{})}
	b.outbox.room, b.outbox.changed = room, f.emptied
	b.config.Clock = f.clock
	down, atEnd, aged := 0, 0, 0.0
	v := &receiver{}
	v.judge = func(int, []received) int {
		if f.clock().Sub(noon) < time.Hour {
			down++
			atEnd = b.outbox.size
			return http.StatusBadGateway
		}
		aged = max(aged, b.metric(t, "pending_age_seconds"))
		return http.StatusOK
	}
	jitter := rand.New(rand.NewPCG(2, 14))
	f.second(time.Second)
	s := b.open(t, webhook.Seams{Transport: within{v}, Jitter: jitter.Float64, Wait: f.wait})
	<-f.done
	closing(t, s)
	v.inOrder(t)
	if f.err != nil {
		t.Fatalf("the outbox: %v", f.err)
	}
	came, durable := 0, map[int]bool{}
	for _, e := range v.first {
		if e.Event == "accepted" || e.Event == "rejected" {
			durable[e.seq()] = true
		} else {
			came++
		}
	}
	for _, seq := range f.kept {
		if !durable[seq] {
			t.Fatalf("%d, which must not be lost, did not come", seq)
		}
	}
	shed := b.outbox.shed
	if want := f.added[0] + f.added[1] + f.added[2] - shed[0] - shed[1] - shed[2]; came != want || len(durable) != len(f.kept) {
		t.Errorf("%d and %d came, want %d and %d", came, len(durable), want, len(f.kept))
	}
	if b.outbox.most > room || atEnd < room-1000 || shed[0] < f.added[0]/2 || shed[1] == 0 || shed[2] > 0 {
		t.Errorf("at most %d bytes of %d, at the end %d; shed were %v of %v", b.outbox.most, room, atEnd, shed, f.added)
	}
	if down < 15 || down > 80 || v.repeats > 0 || aged < 1800 {
		t.Errorf("%d requests in an hour, %d repeats, the oldest event came after %v s", down, v.repeats, aged)
	}
	if log := strings.Count(b.log.String(), "events are not delivered"); log < 12 || log > 61 {
		t.Errorf("%d lines in the log", log)
	}
	t.Logf("%d requests while it was down; added %v and %d, shed %v, delivered %d", down, f.added, len(f.kept), shed, len(v.first))
}

// A receiver that fails half of the requests, before or after it has taken them,
// and refuses some events, and senders that are stopped at any moment: every other
// event comes, once when repeats are dropped, and in order.
func TestUnreliableReceiver(t *testing.T) {
	base := newBench(t, "http://receiver.example/")
	rapid.Check(t, func(rt *rapid.T) {
		b := *base
		b.outbox, b.empty = newOutbox(), make(chan struct{}, 1)
		b.outbox.changed = func(left int) {
			if left == 0 {
				b.empty <- struct{}{}
			}
		}
		b.config.Outbox, b.config.Registerer = b.outbox, nil
		b.config.Refused = base.config.Refused + time.Now().Format(".150405.000000000")
		b.config.Batch = rapid.IntRange(5, 12).Draw(rt, "batch")
		size := rapid.IntRange(5, 120).Draw(rt, "events")
		bad := map[int]bool{}
		for range rapid.IntRange(0, 4).Draw(rt, "bad events") {
			bad[rapid.IntRange(1, size).Draw(rt, "bad")] = true
		}
		for n := 1; n <= size+5; n++ { // the last ones are good, or the receiver could take nothing at the end
			b.outbox.put(t, events.Accepted, n)
		}
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		v := new(receiver)
		v.judge = func(_ int, list []received) int {
			for _, e := range list {
				if bad[e.seq()] {
					return http.StatusUnprocessableEntity
				}
			}
			return http.StatusOK
		}
		restart := make(chan struct{}, 1)
		network := failing{inner: within{v}, chance: chance, restart: restart}
		for ended := false; !ended; {
			s := b.open(t, webhook.Seams{Transport: &network, Jitter: chance.Float64})
			select {
			case <-b.empty:
				ended = true
			case <-restart:
			}
			closing(t, s)
			ended = ended || b.outbox.count() == 0
		}
		v.inOrder(rt)
		if len(v.first) != size+5-len(bad) {
			rt.Fatalf("%d came of %d, %d are bad", len(v.first), size+5, len(bad))
		}
		aside := b.aside(rt)
		for _, id := range aside {
			if !bad[(&received{ID: id}).seq()] {
				rt.Fatalf("%s was set aside", id)
			}
		}
		if len(aside) != len(bad) {
			rt.Fatalf("aside are %v, bad %v", aside, bad)
		}
	})
}

// failing is a network and a receiver that fail half of the time.
type failing struct {
	inner   http.RoundTripper
	chance  *rand.Rand
	restart chan struct{}
}

var errReset = errors.New("connection reset by peer")

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.chance.IntN(20) == 0 {
		select {
		case f.restart <- struct{}{}:
		default:
		}
	}
	switch f.chance.IntN(10) {
	case 0:
		return nil, errReset // before it
	case 1, 2:
		return &http.Response{StatusCode: [4]int{500, 503, 408, 429}[f.chance.IntN(4)], Body: http.NoBody}, nil
	case 3, 4: // the answer is lost
		if a, err := f.inner.RoundTrip(r); err != nil || a.StatusCode == 0 {
			return a, err
		}
		return nil, errReset
	}
	return f.inner.RoundTrip(r)
}

package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/webhook"
)

func TestDelivers(t *testing.T) {
	v := new(receiver)
	b := newBench(t, "http://receiver.example/in")
	b.config.Batch = 3
	s := b.open(t, webhook.Seams{Transport: within{v}})
	for n, k := range []events.Kind{events.Shown, events.Seen, events.Clicked, events.Accepted, events.Erased} {
		b.outbox.put(t, k, n+1)
	}
	<-b.empty
	for b.outbox.count() > 0 {
		<-b.empty
	}
	closing(t, s)
	v.inOrder(t)
	var kinds []string
	for _, e := range v.first {
		kinds = append(kinds, e.Event)
	}
	if fmt.Sprint(kinds) != "[shown seen clicked accepted erased]" || v.first[0].Proposition != "0000000000000001" || v.first[4].Subject != "0000000000000005" || v.repeats > 0 {
		t.Errorf("got %+v, %d repeats", v.first, v.repeats)
	}
	if n := b.metric(t, "delivered_total"); n != 5 {
		t.Errorf("delivered is %v", n)
	}
	if b.metric(t, "pending_age_seconds") != 0 || b.metric(t, "retries_total") != 0 {
		t.Error("something is pending or was tried again")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// Pauses double up to five minutes, are as long as chance says, and not shorter
// than the receiver asks.
func TestPauses(t *testing.T) {
	v := &receiver{judge: func(int, []received) int { return http.StatusServiceUnavailable }}
	asks := map[int]string{3: "30", 4: "Fri, 10 Jul 2026 12:00:10 GMT", 5: "7200", 6: "Fri, 10 Jul 2026 11:00:00 GMT", 7: "soon", 8: "-1"}
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", asks[v.requests])
		v.ServeHTTP(w, r)
	})
	b := newBench(t, "http://receiver.example/")
	b.outbox.put(t, events.Shown, 1)
	var waits []time.Duration
	done := make(chan struct{})
	s := b.open(t, webhook.Seams{
		Transport: within{answer}, Jitter: func() float64 { return 0.5 },
		Wait: func(stop <-chan struct{}, d time.Duration) {
			if waits = append(waits, d); len(waits) == 14 {
				close(done)
			}
			if len(waits) >= 14 {
				<-stop
			}
		},
	})
	<-done
	closing(t, s)
	want := "[1s 500ms 1s 2s 30s 10s 1h0m0s 32s 1m4s 2m8s 2m30s 2m30s 2m30s 2m30s]" // the first waits for other events
	if fmt.Sprint(waits) != want {
		t.Errorf("got  %v\nwant %v", waits, want)
	}
	if b.metric(t, "retries_total") != 13 || b.metric(t, "refused_total") != 0 {
		t.Errorf("%v retries, %v refused", b.metric(t, "retries_total"), b.metric(t, "refused_total"))
	}
}

// What every event would be refused for keeps every event, in one request each
// time, and is said once a minute.
func TestBarred(t *testing.T) {
	for _, status := range []int{301, 302, 307, 401, 403, 404, 405, 410, 415, 418} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			v := &receiver{judge: func(n int, _ []received) int {
				if n < 5 {
					return status
				}
				return http.StatusOK
			}}
			b := newBench(t, "http://receiver.example/secret")
			now := noon
			b.config.Clock = func() time.Time { return now }
			for n := range 10 {
				b.outbox.put(t, events.Accepted, n)
			}
			s := b.open(t, webhook.Seams{Transport: within{v}, Wait: func(_ <-chan struct{}, _ time.Duration) { now = now.Add(25 * time.Second) }})
			<-b.empty
			closing(t, s)
			v.inOrder(t)
			if v.requests != 6 || len(v.first) != 10 || v.repeats != 0 || b.aside(t) != nil || b.metric(t, "refused_total") != 5 {
				t.Errorf("%d requests, %d events, %d repeats, aside %v, %v refused", v.requests, len(v.first), v.repeats, b.aside(t), b.metric(t, "refused_total"))
			}
			log := b.log.String()
			if strings.Count(log, "events are refused and kept") != 2 || strings.Count(log, "delivered again") != 1 || strings.Contains(log, "/secret") {
				t.Errorf("log is %s", log)
			}
		})
	}
}

// An event that is refused alone is set aside where others are taken, wherever it
// stands, and nothing else is.
func TestBadEvents(t *testing.T) {
	for name, bad := range map[string][]int{
		"first": {1}, "last": {16}, "middle": {7}, "two": {3, 4}, "apart": {1, 16}, "most": {1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
	} {
		for _, status := range []int{400, 409, 413, 422} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				v := &receiver{judge: func(_ int, list []received) int {
					if slices.ContainsFunc(list, func(e received) bool { return slices.Contains(bad, e.seq()) }) {
						return status
					}
					return http.StatusOK
				}}
				b := newBench(t, "http://receiver.example/")
				for n := range 16 {
					b.outbox.put(t, events.Accepted, n)
				}
				s := b.open(t, webhook.Seams{Transport: within{v}})
				<-b.empty
				closing(t, s)
				v.inOrder(t)
				var aside []int
				for _, id := range b.aside(t) {
					aside = append(aside, (&received{ID: id}).seq())
				}
				if fmt.Sprint(aside) != fmt.Sprint(bad) || len(v.first) != 16-len(bad) || v.repeats != 0 || b.metric(t, "set_aside_total") != float64(len(bad)) {
					t.Errorf("aside are %v, want %v; %d taken, %d repeats, metric %v", aside, bad, len(v.first), v.repeats, b.metric(t, "set_aside_total"))
				}
				if info, err := os.Stat(b.config.Refused); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%v, %v", info.Mode(), err)
				}
			})
		}
	}
}

// A receiver that takes nothing has not found a bad event: all are kept until it
// takes one.
func TestReceiverRefusesEverything(t *testing.T) {
	v := &receiver{judge: func(n int, list []received) int {
		if n < 40 || list[0].seq() == 1 {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}}
	b := newBench(t, "http://receiver.example/")
	b.outbox.put(t, events.Accepted, 1)
	b.outbox.put(t, events.Accepted, 2)
	s := b.open(t, webhook.Seams{Transport: within{v}})
	<-b.empty
	closing(t, s)
	if got := b.aside(t); len(got) != 1 || !strings.HasPrefix(got[0], "1-") || len(v.first) != 1 {
		t.Errorf("aside are %v, taken %v", got, v.first)
	}
}

// A line that is no event is set aside without anybody being asked.
func TestMalformed(t *testing.T) {
	v := new(receiver)
	b := newBench(t, "http://receiver.example/")
	for n, line := range []string{"", lineOf(events.Seen, 1, noon), "proffer-event/1 e=shown\xff\n", lineOf(events.Shown, 2, noon)} {
		if _, err := b.outbox.add(events.Accepted, line+strings.Repeat(" ", 1-min(1, len(line)))); err != nil {
			t.Fatal(n, err)
		}
	}
	if err := os.WriteFile(b.config.Refused, []byte(`{"torn":`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := b.open(t, webhook.Seams{Transport: within{v}})
	<-b.empty
	closing(t, s)
	v.inOrder(t)
	text, err := os.ReadFile(b.config.Refused)
	if lines := strings.Split(string(text), "\n"); err != nil || len(lines) != 4 || lines[0] != `{"torn":` || !strings.Contains(lines[1], `"id":"1-`) || !strings.Contains(lines[2], `"id":"3-`) {
		t.Errorf("%v: %s", err, text)
	}
	if len(v.first) != 2 || b.metric(t, "set_aside_total") != 2 {
		t.Errorf("taken are %v", v.first)
	}
}

// What cannot be set aside is kept.
func TestNoRoomForRefused(t *testing.T) {
	v := &receiver{judge: func(_ int, list []received) int {
		if list[0].seq() == 1 {
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	}}
	b := newBench(t, "http://receiver.example/")
	file := b.config.Refused
	b.config.Refused = filepath.Join(filepath.Dir(file), "later", "refused.jsonl")
	b.outbox.put(t, events.Accepted, 1)
	b.outbox.put(t, events.Accepted, 2)
	tries := 0
	s := b.open(t, webhook.Seams{Transport: within{v}, Wait: func(<-chan struct{}, time.Duration) {
		if tries++; tries == 4 {
			if b.outbox.count() != 2 {
				t.Error("events are gone")
			}
			if err := os.Mkdir(filepath.Dir(b.config.Refused), 0o700); err != nil {
				t.Error(err)
			}
		}
	}})
	<-b.empty
	closing(t, s)
	v.inOrder(t)
	if got := b.aside(t); len(got) != 1 || len(v.first) != 1 || v.repeats != 3 {
		t.Errorf("aside are %v, taken %v, %d repeats", got, v.first, v.repeats)
	}
	// A full one takes no more.
	if err := os.Truncate(b.config.Refused, 64<<20); err != nil {
		t.Fatal(err)
	}
	b.config.Registerer = nil
	b.outbox.put(t, events.Accepted, 3)
	v.judge = func(_ int, list []received) int {
		if list[0].seq() == 3 {
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	}
	b.outbox.put(t, events.Accepted, 4)
	tries = 10
	put := make(chan struct{})
	s = b.open(t, webhook.Seams{Transport: within{v}, Wait: func(stop <-chan struct{}, _ time.Duration) {
		if tries++; tries == 13 {
			close(put)
			<-stop
		}
	}})
	<-put
	closing(t, s)
	if b.outbox.count() != 2 || !strings.Contains(b.log.String(), "no room") {
		t.Errorf("%d are kept, the log is %s", b.outbox.count(), b.log)
	}
}

// A store that fails is asked again; what it cannot forget is not sent twice by
// the same sender.
func TestStoreFails(t *testing.T) {
	v := new(receiver)
	b := newBench(t, "http://receiver.example/")
	fails := 3
	b.outbox.pending = func() error {
		if fails--; fails >= 0 {
			return errors.New("disk")
		}
		return nil
	}
	b.outbox.refuse = errors.New("read-only")
	b.outbox.put(t, events.Accepted, 1)
	first, second := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.ServeHTTP(w, r)
		switch v.requests {
		case 1:
			close(first)
		case 2:
			close(second)
		}
	})
	s := b.open(t, webhook.Seams{Transport: within{h}})
	<-first
	b.outbox.put(t, events.Accepted, 2)
	<-second
	closing(t, s)
	v.inOrder(t)
	if len(v.first) != 2 || v.repeats != 0 {
		t.Errorf("taken are %v, %d repeats", v.first, v.repeats)
	}
	if log := b.log.String(); !strings.Contains(log, "outbox: disk") || !strings.Contains(log, "read-only") {
		t.Errorf("log is %s", log)
	}
}

// A batch ends at its bytes, too.
func TestBytes(t *testing.T) {
	longest := 0
	v := new(receiver)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		longest = max(longest, int(r.ContentLength))
		v.ServeHTTP(w, r)
	})
	b := newBench(t, "http://receiver.example/")
	b.config.MaxBytes, b.config.Batch = 4<<10, 1000
	for n := range 500 {
		b.outbox.put(t, events.Accepted, n)
	}
	s := b.open(t, webhook.Seams{Transport: within{h}})
	<-b.empty
	closing(t, s)
	v.inOrder(t)
	if len(v.first) != 500 || longest > 4<<10 || longest < 3<<10 {
		t.Errorf("%d events, the longest body has %d bytes", len(v.first), longest)
	}
}

func TestOpenRefuses(t *testing.T) {
	for says, change := range map[string]func(*webhook.Config){
		"no outbox":     func(c *webhook.Config) { c.Outbox = nil },
		"no URL":        func(c *webhook.Config) { c.URL = nil },
		"not https":     func(c *webhook.Config) { c.AllowPrivate = false },
		"secrets is 0":  func(c *webhook.Config) { c.Secrets = nil },
		"no file":       func(c *webhook.Config) { c.Refused = "" },
		"batch is 1":    func(c *webhook.Config) { c.Batch = 1 },
		"max_bytes is":  func(c *webhook.Config) { c.MaxBytes = 1 },
		"delay is":      func(c *webhook.Config) { c.Delay = time.Hour },
		"timeout is 1h": func(c *webhook.Config) { c.Timeout = time.Hour },
	} {
		b := newBench(t, "http://receiver.example/")
		change(&b.config)
		if s, err := webhook.Open(b.config); err == nil || s != nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", says, err)
		}
	}
	b := newBench(t, "http://receiver.example/")
	s := b.open(t, webhook.Seams{Transport: within{new(receiver)}})
	if again, err := webhook.Open(b.config); err == nil || again != nil {
		t.Error("metrics are registered twice")
	}
	closing(t, s)
}

// A gauge says how long the first event waits.
func TestAge(t *testing.T) {
	b := newBench(t, "http://receiver.example/")
	b.config.Clock = func() time.Time { return noon.Add(90 * time.Second) }
	b.outbox.put(t, events.Accepted, 1)
	put := make(chan struct{})
	s := b.open(t, webhook.Seams{
		Transport: within{&receiver{judge: func(int, []received) int { return 500 }}},
		Jitter:    func() float64 { return 1 },
		Wait: func(stop <-chan struct{}, d time.Duration) {
			if d == 2*time.Second {
				close(put)
				<-stop
			}
		},
	})
	<-put
	if age := b.metric(t, "pending_age_seconds"); age != 90 {
		t.Errorf("got %v", age)
	}
	closing(t, s)
}

// Requests have the form that the documentation shows.
func TestForm(t *testing.T) {
	got := make(chan *http.Request, 1)
	body := make(chan string, 1)
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(text)
		got <- r
		body <- string(text)
	})
	b := newBench(t, "http://receiver.example/in?a=b")
	b.config.Secrets = append(b.config.Secrets, []byte(strings.Repeat("x", 24)))
	b.outbox.put(t, events.Accepted, 1)
	b.outbox.put(t, events.Erased, 2)
	s := b.open(t, webhook.Seams{Transport: within{h}})
	r, text := <-got, <-body
	<-b.empty
	closing(t, s)
	want := `{"events":[{"id":"1-a03f87c8063ee9f4","time":"2026-07-10T12:00:00.000Z","event":"accepted","proposition":"0000000000000001","environment":"visitors","space":"hero","channel":"web","offer":"beach","subject":"0000000000000001"},` +
		`{"id":"2-4bd9f97de016fbbf","time":"2026-07-10T12:00:00.000Z","event":"erased","subject":"0000000000000002"}]}`
	if text != want || r.URL.String() != "http://receiver.example/in?a=b" || r.Header.Get("webhook-timestamp") != fmt.Sprint(noon.Unix()) ||
		len(strings.Fields(r.Header.Get("webhook-signature"))) != 2 {
		t.Errorf("got  %s\nwant %s\n%s %v", text, want, r.URL, r.Header)
	}
	if _, err := open(httptest.NewRequest(http.MethodGet, "/", nil), nil); err == nil {
		t.Error("the test's receiver takes anything")
	}
}

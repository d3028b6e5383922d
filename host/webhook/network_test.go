package webhook_test

import (
	"context"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/internal/nameserver"
	"github.com/profferhq/proffer/host/webhook"
)

// serve starts a receiver whose n-th request, from 0, is for a behaviour, if it
// has one of that number.
func serve(t *testing.T, v *receiver, secure bool, behaviours ...http.HandlerFunc) *httptest.Server {
	t.Helper()
	var requests atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := int(requests.Add(1)); n <= len(behaviours) {
			behaviours[n-1](w, r)
			return
		}
		v.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func fails(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "no database", http.StatusInternalServerError)
}

// hangs answers never.
func hangs(_ http.ResponseWriter, r *http.Request) {
	_ = readAll(r)
	<-r.Context().Done()
}

// stalls begins an answer that has no end.
func stalls(w http.ResponseWriter, r *http.Request) {
	_ = readAll(r)
	w.Header().Set("Content-Length", "1000000")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = w.Write([]byte("trying"))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func readAll(r *http.Request) error {
	b := make([]byte, 4096)
	for {
		if _, err := r.Body.Read(b); err != nil {
			return err
		}
	}
}

// resets ends the connection in the middle.
func resets(w http.ResponseWriter, _ *http.Request) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: the stream is reset
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// floods answers with more than anybody wants to read.
func floods(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusServiceUnavailable)
	for range 1000 {
		if _, err := w.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
}

// Whatever the receiver and the network do: everything comes, in order. A machine
// that has no time lets a good request be late, too, so that repeats are no fault.
func TestOverTheNetwork(t *testing.T) {
	for name, secure := range map[string]bool{"http": false, "https": true} {
		t.Run(name, func(t *testing.T) {
			v := new(receiver)
			site := serve(t, v, secure, fails, hangs, resets, stalls, floods, resets, fails)
			b := newBench(t, site.URL+"/in")
			b.config.Timeout = 250 * time.Millisecond
			if secure {
				b.config.Roots = x509.NewCertPool()
				b.config.Roots.AddCert(site.Certificate())
			}
			for n := range 250 {
				b.outbox.put(t, events.Accepted, n)
			}
			s := b.open(t, webhook.Seams{})
			<-b.empty
			closing(t, s)
			v.inOrder(t)
			if len(v.first) != 250 || b.metric(t, "retries_total") < 7 {
				t.Errorf("%d events, %v retries: %s", len(v.first), b.metric(t, "retries_total"), b.log)
			}
		})
	}
}

// Who nobody vouches for gets nothing.
func TestUnknownCertificate(t *testing.T) {
	v := new(receiver)
	site := serve(t, v, true)
	b := newBench(t, site.URL)
	b.outbox.put(t, events.Accepted, 1)
	s, tried := tryOnce(t, b)
	<-tried
	closing(t, s)
	if v.requests != 0 || b.outbox.count() != 1 || !strings.Contains(b.log.String(), "certificate") {
		t.Errorf("%d requests, %d events are kept, the log is %s", v.requests, b.outbox.count(), b.log)
	}
}

// tryOnce begins to deliver, and waits after the first failure until it is closed.
func tryOnce(t *testing.T, b *bench) (s *webhook.Sender, tried chan struct{}) {
	t.Helper()
	tried = make(chan struct{})
	waits := 0
	return b.open(t, webhook.Seams{Wait: func(stop <-chan struct{}, _ time.Duration) {
		if waits++; waits == 2 { // the first is for other events
			close(tried)
			<-stop
		}
	}}), tried
}

// A name that leads to this machine is refused when it is dialled, unless the
// operator allows it.
func TestPrivateAddressIsNotDialled(t *testing.T) {
	v := new(receiver)
	site := serve(t, v, true)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		_, port, err := net.SplitHostPort(site.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		b := newBench(t, "https://"+host+":"+port+"/")
		b.config.AllowPrivate = false
		b.config.Roots = x509.NewCertPool()
		b.config.Roots.AddCert(site.Certificate())
		b.outbox.put(t, events.Accepted, 1)
		s, tried := tryOnce(t, b)
		<-tried
		closing(t, s)
		if v.requests != 0 || b.outbox.count() != 1 || !strings.Contains(b.log.String(), "is loopback, where events are not sent") {
			t.Errorf("%s: %d requests, the log is %s", host, v.requests, b.log)
		}
	}
}

// Where a receiver sends us on, nobody goes.
func TestRedirectsAreNotFollowed(t *testing.T) {
	other := new(receiver)
	elsewhere := serve(t, other, false)
	v := new(receiver)
	turns := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}
	site := serve(t, v, false, turns, turns)
	b := newBench(t, site.URL)
	b.outbox.put(t, events.Accepted, 1)
	s := b.open(t, webhook.Seams{})
	<-b.empty
	closing(t, s)
	if other.requests != 0 || len(v.first) != 1 || b.metric(t, "refused_total") != 2 {
		t.Errorf("%d requests elsewhere, %d events, log %s", other.requests, len(v.first), b.log)
	}
}

// Close waits for an answer, and what it says holds; events that come meanwhile
// stay in the outbox.
func TestCloseSettles(t *testing.T) {
	came, answer := make(chan struct{}), make(chan struct{})
	v := new(receiver)
	site := serve(t, v, false, func(w http.ResponseWriter, r *http.Request) {
		close(came)
		<-answer
		v.ServeHTTP(w, r)
	})
	b := newBench(t, site.URL)
	b.outbox.put(t, events.Accepted, 1)
	s := b.open(t, webhook.Seams{})
	<-came
	b.outbox.put(t, events.Accepted, 2)
	closed := make(chan error)
	go func() { closed <- s.Close(context.Background()) }()
	close(answer)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	v.inOrder(t)
	if n := b.outbox.count(); n+len(v.first) != 2 || len(v.first) == 0 {
		t.Errorf("%d are kept, %v came", n, v.first)
	}
}

// Close breaks off what has no end in time; its events come again.
func TestCloseBreaksOff(t *testing.T) {
	came := make(chan struct{})
	v := new(receiver)
	site := serve(t, v, false, func(w http.ResponseWriter, r *http.Request) {
		close(came)
		hangs(w, r)
	})
	b := newBench(t, site.URL)
	b.outbox.put(t, events.Accepted, 1)
	s := b.open(t, webhook.Seams{})
	<-came
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Close(over); err == nil || !strings.Contains(err.Error(), "webhook: close: context canceled") {
		t.Errorf("got %v", err)
	}
	if b.outbox.count() != 1 {
		t.Error("the event is gone")
	}
	b.config.Registerer = nil
	s = b.open(t, webhook.Seams{})
	<-b.empty
	closing(t, s)
	if v.inOrder(t); len(v.first) != 1 {
		t.Errorf("came are %v", v.first)
	}
}

// Open delivers as it will, with nothing of a test's.
func TestOpen(t *testing.T) {
	v := new(receiver)
	site := serve(t, v, false)
	b := newBench(t, site.URL)
	b.config.Delay = time.Millisecond
	b.config.Clock = nil
	s, err := webhook.Open(b.config)
	if err != nil {
		t.Fatal(err)
	}
	b.outbox.put(t, events.Accepted, 1)
	<-b.empty
	closing(t, s)
	if v.inOrder(t); len(v.first) != 1 {
		t.Errorf("came are %v", v.first)
	}
}

// BenchmarkDeliver delivers to a receiver on this machine, which reads the body.
func BenchmarkDeliver(b *testing.B) {
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _ = readAll(r) }))
	defer site.Close()
	bench := newBench(b, site.URL)
	const size = 10_000
	for b.Loop() {
		b.StopTimer()
		for n := range size {
			bench.outbox.put(b, events.Shown, n)
		}
		bench.config.Registerer = nil
		b.StartTimer()
		s := bench.open(b, webhook.Seams{})
		<-bench.empty
		closing(b, s)
	}
	b.ReportMetric(size*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// A name that leads to a machine's secrets the second time is not followed there.
func TestNameThatTurns(t *testing.T) {
	v := new(receiver)
	site := serve(t, v, false, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		v.ServeHTTP(w, r)
	})
	_, port, err := net.SplitHostPort(site.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "http://receiver.example:"+port)
	refused := make(chan struct{})
	s := b.open(t, webhook.Seams{
		Names: nameserver.New("127.0.0.1", "169.254.169.254"),
		Wait: func(stop <-chan struct{}, _ time.Duration) {
			if strings.Contains(b.log.String(), "169.254.169.254 is link-local, where events are not sent") {
				close(refused)
				<-stop
			}
		},
	})
	b.outbox.put(t, events.Accepted, 1)
	<-b.empty
	b.outbox.put(t, events.Accepted, 2)
	<-refused
	closing(t, s)
	if v.requests != 1 || b.outbox.count() != 1 {
		t.Errorf("%d requests, %d events are kept", v.requests, b.outbox.count())
	}
}

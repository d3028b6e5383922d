package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
)

// bounded runs a reverse proxy behind its limits, as the command does.
func bounded(t testing.TB, m *rig, origin string) string {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, m.Limit(proxy.NewReverseProxy(m.Middleware, u)))
}

// TestShedding lets more and more visitors in while nobody is answered: the first
// get offers, the next pages without, and the last are refused.
func TestShedding(t *testing.T) {
	arrived, answer := make(chan string), make(chan struct{})
	m := middleware(t, proxy.Config{Limits: proxy.Limits{Requests: 4, Decisions: 2}})
	server := bounded(t, m, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/listed" {
			arrived <- r.Header.Get("X-Number")
			<-answer
		}
		page(slotted)(w, r)
	})))
	var all sync.WaitGroup
	got := make([]answerOf, 4)
	for i := range got {
		all.Go(func() {
			a := ask(t, server, "GET", "/listed", with(fmt.Sprint("X-Number: ", i))...)
			got[i] = answerOf{a.status, a.body}
		})
		<-arrived // they come one after another
	}
	if why := m.Overload(); why != "4 requests are in flight, over 2" {
		t.Errorf("says %q", why)
	}
	for _, path := range []string{"/listed", "/.proffer/click", "/any"} {
		a := ask(t, server, "GET", path, navigation...)
		if a.status != 503 || a.header.Get("Retry-After") == "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("one more, for %s: %v", path, a)
		}
	}
	close(answer)
	all.Wait()
	for i, want := range []string{filledIn, filledIn, slotted, slotted} {
		if got[i] != (answerOf{200, want}) {
			t.Errorf("visitor %d: %v, want %q", i, got[i], want)
		}
	}
	m.expect(t, map[string]float64{"shed_total/decision": 2, "shed_total/request": 3, "decision_seconds": 2})
	for m.Overload() != "" { // an answer is there a little before its request is gone
		runtime.Gosched()
	}
	if a := ask(t, server, "GET", "/any", navigation...); a.body != filledIn {
		t.Errorf("afterwards: %v", a)
	}
}

type answerOf struct {
	status int
	body   string
}

// TestLimitsRefuse names what is wrong.
func TestLimitsRefuse(t *testing.T) {
	_, err := proxy.New(proxy.Config{Engine: nativeEngine(t), Limits: proxy.Limits{Requests: -1, BodyBytes: -2, BodyIdle: -3}})
	for _, part := range []string{"Limits.Requests is -1", "Limits.BodyBytes is -2", "Limits.BodyIdle is -3"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	if _, err := proxy.New(proxy.Config{Engine: nativeEngine(t), Limits: proxy.Limits{Requests: 3, Decisions: 4}}); err == nil || !strings.Contains(err.Error(), "Limits.Decisions is 4 (have 1..3)") {
		t.Errorf("got %v", err)
	}
}

// TestBodyTooLong: announced or not.
func TestBodyTooLong(t *testing.T) {
	for name, c := range map[string]struct{ send, origin, visitor string }{
		"short enough": {posted + "Content-Length: 5\r\n\r\nabcde" + lastRequest, "POST /first [abcde], GET /last []", "200 POST /first [abcde], 200 GET /last []"},
		"announced":    {posted + "Content-Length: 6\r\n\r\nabcdef" + lastRequest, "", "413"},
		"in chunks":    {posted + "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n", maybeCut, "413"},
	} {
		t.Run(name, func(t *testing.T) {
			s, end := behindStrict(t, (*httptest.Server).Start, func(c *proxy.Config) { c.Limits.BodyBytes = 5 })
			got := sight(t, s.URL, c.send)
			smuggledCase{origin: c.origin, visitor: c.visitor}.judge(t, end(), got)
		})
	}
}

// TestBodyPauses: a body that does not go on is answered, and does not keep a
// connection: neither one that the origin waits for, nor one that nobody reads.
func TestBodyPauses(t *testing.T) {
	for name, c := range map[string]struct{ send, visitor string }{
		"read":                {posted + "Content-Length: 9\r\n\r\nabc", "408"},
		"in chunks":           {posted + "Transfer-Encoding: chunked\r\n\r\n9\r\nabc", "408"},
		"not a byte":          {posted + "Content-Length: 9\r\n\r\n", "408"},
		"of a method of ours": {"CONNECT x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", "405"},
	} {
		t.Run(name, func(t *testing.T) {
			s, end := behindStrict(t, (*httptest.Server).Start, func(c *proxy.Config) { c.Limits.BodyIdle = 30 * time.Millisecond })
			got := sight(t, s.URL, c.send)
			smuggledCase{origin: maybeCut, visitor: c.visitor}.judge(t, end(), got)
		})
	}
}

// TestEngineIsNotWaitedFor: where every instance is busy a page waits as long as
// for a decision, and goes without.
func TestEngineIsNotWaitedFor(t *testing.T) {
	engine := handling(t, func(_ host.Session, _ context.Context, dst, _ []byte) ([]byte, error) {
		return dst, fmt.Errorf("%w: none of 4 instances became free", host.ErrTimeout)
	})
	m := middleware(t, proxy.Config{Engine: engine})
	if a := ask(t, bounded(t, m, serve(t, page(slotted))), "GET", "/listed", navigation...); a.body != slotted || a.status != 200 {
		t.Errorf("got %v", a)
	}
	m.expect(t, map[string]float64{"pages_total/timeout": 1})
}

// TestBodyEndsItsTime: once a body is over, its answer may take as long as it
// likes, an event stream for instance.
func TestBodyEndsItsTime(t *testing.T) {
	const idle = 20 * time.Millisecond
	more := make(chan string)
	m := middleware(t, proxy.Config{Limits: proxy.Limits{BodyIdle: idle}})
	server := bounded(t, m, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for s := range more {
			_, _ = io.WriteString(w, s)
			_ = http.NewResponseController(w).Flush()
		}
	})))
	c, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, posted+"Content-Length: 3\r\n\r\nabc")
	r := bufio.NewReader(c)
	began := time.Now()
	events := 0
	for ; time.Since(began) < 4*idle; events++ {
		more <- "data\n\n"
	}
	close(more)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(res.Body); err != nil || strings.Count(string(b), "data") != events {
		t.Errorf("%d events of %d, %v", strings.Count(string(b), "data"), events, err)
	}
}

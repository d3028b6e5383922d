package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestServeGivesNotice: load balancers hear of the end before anything ends, and
// connections are told to go elsewhere.
func TestServeGivesNotice(t *testing.T) {
	site := httptest.NewServer(ok)
	defer site.Close()
	asked, over := make(chan time.Duration, 1), make(chan time.Time)
	s, stop := keeping(t, serveCommand{
		Origin: site.URL, Catalog: catalogFile(t, smallCatalog), Keys: newKeys(t), Config: configured(t, `{"limits":{"notice_ms":5000}}`),
		after: func(d time.Duration) <-chan time.Time {
			asked <- d
			return over
		},
	})
	kept := dial(t, s)
	reader := bufio.NewReader(kept)
	exchange := func() *http.Response {
		_, _ = io.WriteString(kept, whole)
		res, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		return res
	}
	if exchange().Close {
		t.Error("a connection ends before the end")
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	if d := <-asked; d != 5*time.Second {
		t.Errorf("the notice is %v", d)
	}
	if text, r := get(t, http.DefaultClient, s.admin+"/readyz"); r.StatusCode != 503 || text != "not ready: told to end\n" {
		t.Errorf("/readyz says %d %s", r.StatusCode, text)
	}
	if _, r := get(t, http.DefaultClient, s.admin+"/healthz"); r.StatusCode != 200 {
		t.Errorf("/healthz says %d", r.StatusCode)
	}
	fresh := dial(t, s)
	_, _ = io.WriteString(fresh, whole)
	if got := toTheEnd(t, fresh); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.Contains(got, "Connection: close\r\n") {
		t.Errorf("during the notice: %q", got)
	}
	close(over)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://")); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}

// TestServeDrains: what is in flight comes to its end, and what has none is cut off
// when the time is over.
func TestServeDrains(t *testing.T) {
	arrived, answer := make(chan string, 3), make(chan struct{})
	s, stop := limited(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			arrived <- "page"
			<-answer
			ok(w, r)
		case "/stream":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/socket":
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}), `{"drain_ms":2000}`)
	ask := func(path, headers string) (net.Conn, *bufio.Reader) {
		c := dial(t, s)
		_, _ = io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n"+headers+"\r\n")
		return c, bufio.NewReader(c)
	}
	page, _ := ask("/page", "")
	<-arrived
	stream, events := ask("/stream", "")
	socket, words := ask("/socket", "Connection: Upgrade\r\nUpgrade: websocket\r\n")
	for r, last := range map[*bufio.Reader]string{events: "data: 1", words: "hello"} {
		for text := ""; !strings.Contains(text, last); {
			b, err := r.ReadByte()
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for { // until it does not listen any more
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(answer)
	if got := toTheEnd(t, page); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || !strings.Contains(got, "Connection: close\r\n") || !strings.HasSuffix(got, "ok") {
		t.Errorf("what was in flight: %q", got)
	}
	toTheEnd(t, stream)
	toTheEnd(t, socket)
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if want := "connections were cut off"; !strings.Contains(s.out.String(), want) {
		t.Errorf("%q is not in %s", want, s.out)
	}
}

// TestRolling replaces a process by another one under load, as a load balancer that
// asks whether they are ready sees it: no request fails.
func TestRolling(t *testing.T) {
	var total, failed atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p>`)
	}))
	defer site.Close()
	command := serveCommand{Origin: site.URL, Catalog: catalogFile(t, smallCatalog), Keys: newKeys(t)}
	young, _ := keeping(t, command)
	var moved atomic.Bool
	noticed, over := make(chan struct{}), make(chan time.Time)
	command.Config = configured(t, `{"limits":{"notice_ms":1000}}`)
	command.after = func(time.Duration) <-chan time.Time {
		close(noticed)
		return over
	}
	old, stop := keeping(t, command)
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		to := old.url
		if moved.Load() {
			to = young.url
		}
		return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(to, "http://"))
	}}
	defer transport.CloseIdleConnections()
	reached, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if err := fetchPage(t, transport); err != nil {
					failed.Add(1)
					t.Error(err)
				}
				if total.Add(1) == 300 {
					close(reached)
				}
			}
		})
	}
	<-reached
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	<-noticed
	if _, r := get(t, http.DefaultClient, old.admin+"/readyz"); r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("told to end, and %s", r.Status)
	}
	moved.Store(true)
	more := func() {
		for after := total.Load() + 300; total.Load() < after; {
			if err := fetchPage(t, transport); err != nil {
				t.Error(err)
			}
		}
	}
	more()
	close(over)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	more()
	close(end)
	all.Wait()
	if n := failed.Load(); n != 0 {
		t.Errorf("%d of %d requests failed", n, total.Load())
	}
}

func fetchPage(t *testing.T, transport *http.Transport) error {
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://shop.example/", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/html")
	res, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || !strings.Contains(string(b), "<b>Hello</b>")) {
		err = fmt.Errorf("%s: %s", res.Status, b)
	}
	return err
}

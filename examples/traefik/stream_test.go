package traefik_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"
)

// TestEventStream: the first event of a stream is there before the second is sent,
// on the path of a listed page.
func TestEventStream(t *testing.T) {
	arrived := make(chan struct{})
	h, _ := middleware(t, inline(compile(t, small), settings(nil)), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: 1\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("it cannot be flushed: %v", err)
		}
		select {
		case <-arrived:
		case <-time.After(10 * time.Second):
			t.Error("the first event does not arrive")
		}
		_, _ = io.WriteString(w, "data: 2\n\n")
	}))
	s := httptest.NewServer(h)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	if line, err := lines.ReadString('\n'); line != "data: 1\n" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	arrived <- struct{}{}
	if rest, err := io.ReadAll(lines); string(rest) != "\ndata: 2\n\n" || err != nil {
		t.Errorf("then %q, %v", rest, err)
	}
}

// TestWebSocket: a connection that leaves HTTP on the path of a listed page is the
// site's.
func TestWebSocket(t *testing.T) {
	h, _ := middleware(t, inline(compile(t, small), settings(nil)), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("it cannot be taken over: %v", err)
			return
		}
		defer conn.Close()
		_, _ = both.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		_ = both.Flush()
		_, _ = io.CopyN(conn, both, 5)
	}))
	s := httptest.NewServer(h)
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	if echo, err := io.ReadAll(r); string(echo) != "hello" || err != nil {
		t.Errorf("the echo is %q, %v", echo, err)
	}
}

// TestManyRequests: 20,000 pages of 24 KB, eight at a time. Memory that each left
// behind would be 480 MB.
func TestManyRequests(t *testing.T) {
	const all, warm, workers, limit = 20_000, 4_000, 8, 64 << 20
	page := slotted + string(make([]byte, 24<<10))
	h, log := middleware(t, inline(compile(t, small), settings(nil)), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}))
	ask := func(requests int) {
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range requests / workers {
					if body := get(h, "/").Body.String(); len(body) != len(page)+len(filled)-len(slotted) || body[:len(filled)] != filled {
						t.Errorf("the page is %.100q", body)
						return
					}
				}
			})
		}
		wg.Wait()
	}
	ask(warm)
	before := resident(t)
	start := time.Now()
	ask(all - warm)
	after := resident(t)
	t.Logf("%d MB after %d requests, %d MB after %d; %v each", before>>20, warm, after>>20, all, time.Since(start)/(all-warm))
	if after > before+limit {
		t.Errorf("%d bytes of memory after %d requests, %d after %d", before, warm, after, all)
	}
	if log.String() != "" {
		t.Errorf("the log has %s", log)
	}
}

// resident is the memory of this process, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

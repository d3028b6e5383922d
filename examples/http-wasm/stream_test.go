package httpwasm_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestEventStream: the first event of a stream is there before the second is sent,
// on a path that the catalog lists.
func TestEventStream(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	arrived := make(chan struct{})
	s := m.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		write := func(text string) {
			if _, err := io.WriteString(w, text); err != nil {
				t.Error(err)
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("it cannot be flushed: %v", err)
			}
		}
		write("data: 1\n\n")
		select {
		case <-arrived:
		case <-time.After(10 * time.Second):
			t.Error("the first event does not arrive")
		}
		write("data: 2\n\n")
	}))
	for _, accept := range []string{"text/event-stream", "*/*", "text/event-stream, text/html"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "shop.example"
		r.Header.Set("Accept", accept)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(answer.Body)
		if line, err := lines.ReadString('\n'); line != "data: 1\n" || err != nil {
			t.Errorf("%s: %q, %v", accept, line, err)
		}
		arrived <- struct{}{}
		if rest, err := io.ReadAll(lines); string(rest) != "\ndata: 2\n\n" || err != nil {
			t.Errorf("%s: then %q, %v", accept, rest, err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestWebSocket: a connection that leaves HTTP on a listed path is the origin's.
func TestWebSocket(t *testing.T) {
	m := newMiddleware(t, guestConfig(t, compileSmall(t), pagecase.Settings()), wazero.NewModuleConfig())
	s := m.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
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
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if echo, err := io.ReadAll(r); string(echo) != "hello" || err != nil {
		t.Errorf("the echo is %q, %v", echo, err)
	}
}

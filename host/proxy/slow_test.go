package proxy_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// nothingHappened takes event lines, of which there must be none.
type nothingHappened struct{ *testing.T }

func (n nothingHappened) Put(lines [][]byte) { n.Errorf("recorded: %q", lines) }

func (n nothingHappened) Commit(_ context.Context, lines [][]byte) error {
	n.Errorf("recorded: %q", lines)
	return nil
}

// TestOriginIsSlow: an origin that takes its time, or hangs up, is waited for as
// long as it may take, answered for by 504 or 502, and nothing is recorded as shown.
func TestOriginIsSlow(t *testing.T) {
	const patience = 60 * time.Millisecond
	for name, c := range map[string]struct {
		origin func(c *net.TCPConn) // after the request
		status int
	}{
		"no answer": {func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }, 504},
		"half a header": {func(c *net.TCPConn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-")
			_, _ = io.Copy(io.Discard, c)
		}, 504},
		"a header that trickles": {func(c *net.TCPConn) {
			_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			for err == nil {
				_, err = io.WriteString(c, "x")
				_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
				_, _ = c.Read(make([]byte, 1))
			}
		}, 504},
		"hints without end": {func(c *net.TCPConn) {
			_, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
			for err == nil {
				_, err = io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
				_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
				_, _ = c.Read(make([]byte, 1))
			}
		}, 504},
		"half-closed": {func(c *net.TCPConn) {
			_ = c.CloseWrite()
			_, _ = io.Copy(io.Discard, c)
		}, 502},
		"reset": {func(c *net.TCPConn) { _ = c.SetLinger(0) }, 502},
		"reset in the header": {func(c *net.TCPConn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-")
			_ = c.SetLinger(0)
		}, 502},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/listed", "/any"} {
				m := middleware(t, proxy.Config{Events: nothingHappened{t}, Origin: proxy.Origin{HeaderTimeout: patience}})
				began := time.Now()
				a := ask(t, reverse(t, m, tcpOrigin(t, func(to *net.TCPConn, _ *bufio.Reader, _ *http.Request) { c.origin(to) })), "GET", path, navigation...)
				if a.status != c.status || len(a.header["Set-Cookie"]) > 0 || a.body == "" {
					t.Errorf("%s: %v", path, a)
				}
				if took := time.Since(began); c.status == 504 && took < patience {
					t.Errorf("given up after %v", took)
				}
				m.expect(t, map[string]float64{"decision_seconds": 0})
			}
		})
	}
}

// tcpOrigin does something on each connection when the head of a request has come.
func tcpOrigin(t *testing.T, do func(*net.TCPConn, *bufio.Reader, *http.Request)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	over, end := context.WithCancel(context.Background())
	t.Cleanup(all.Wait)
	t.Cleanup(end)
	t.Cleanup(func() { _ = l.Close() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = c.Close() }()
				defer context.AfterFunc(over, func() { _ = c.Close() })()
				b := bufio.NewReader(c)
				if r, err := http.ReadRequest(b); err == nil {
					do(c.(*net.TCPConn), b, r)
				}
			})
		}
	})
	return "http://" + l.Addr().String()
}

// TestBodyTrickles: a page that comes byte by byte comes whole, with its offer, and
// one that is reset in between breaks off for the visitor, too.
func TestBodyTrickles(t *testing.T) {
	for name, whole := range map[string]bool{"to its end": true, "reset": false} {
		for _, path := range []string{"/listed", "/any"} {
			m := middleware(t, proxy.Config{})
			a := ask(t, reverse(t, m, tcpOrigin(t, func(c *net.TCPConn, _ *bufio.Reader, _ *http.Request) {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n")
				for i := range len(slotted) {
					_, _ = io.WriteString(c, "1\r\n"+slotted[i:i+1]+"\r\n")
				}
				if !whole {
					_ = c.SetLinger(0)
					return
				}
				_, _ = io.WriteString(c, "0\r\n\r\n")
			})), "GET", path, navigation...)
			if whole && (a.err != nil || a.body != filledIn) || !whole && a.err == nil && strings.HasSuffix(a.body, "after") {
				t.Errorf("%s, %s: %v", name, path, a)
			}
		}
	}
}

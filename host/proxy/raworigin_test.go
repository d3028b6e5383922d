package proxy_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// rawOrigin is an origin that keeps every byte that it gets and answers each
// request with a page.
type rawOrigin struct {
	listener net.Listener
	answer   string // the whole response

	mu       sync.Mutex
	bytes    bytes.Buffer
	requests []*http.Request
	conns    []net.Conn
	all      sync.WaitGroup
}

const rawPage = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

func newRawOrigin(t testing.TB, answer string) *rawOrigin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &rawOrigin{listener: l, answer: answer}
	o.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			o.mu.Lock()
			o.conns = append(o.conns, c)
			o.mu.Unlock()
			o.all.Go(func() { o.serve(c) })
		}
	})
	t.Cleanup(o.close)
	return o
}

func (o *rawOrigin) close() {
	_ = o.listener.Close()
	o.mu.Lock()
	for _, c := range o.conns {
		_ = c.Close()
	}
	o.mu.Unlock()
	o.all.Wait()
}

func (o *rawOrigin) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(io.TeeReader(c, lockedWriter{o}))
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if request.Header.Get("Expect") != "" {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		body, err := io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil {
			request.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), iotest.ErrReader(err)))
		}
		o.mu.Lock()
		o.requests = append(o.requests, request)
		o.mu.Unlock()
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, o.answer); err != nil {
			return
		}
	}
}

type lockedWriter struct{ o *rawOrigin }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.o.mu.Lock()
	defer w.o.mu.Unlock()
	return w.o.bytes.Write(p)
}

// got are the requests so far, and their bytes.
func (o *rawOrigin) got() (requests []*http.Request, raw string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.requests, o.bytes.String()
}

func (o *rawOrigin) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests = nil
	o.bytes.Reset()
}

func (o *rawOrigin) url() string { return "http://" + o.listener.Addr().String() }

// exchange writes bytes to a server and reads until it closes the connection.
// "HOST" stands for its address.
func exchange(t testing.TB, server, request string) string {
	t.Helper()
	address := strings.TrimPrefix(server, "http://")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, strings.ReplaceAll(request, "HOST", address)); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	var reset *net.OpError
	if err != nil && !errors.As(err, &reset) {
		t.Fatal(err)
	}
	return string(b)
}

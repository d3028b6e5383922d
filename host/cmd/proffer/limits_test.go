package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
)

// configured is a configuration file with a text.
func configured(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// limited runs the command with limits in front of an origin.
func limited(t *testing.T, origin http.Handler, limits string) (s serving, stop func() error) {
	t.Helper()
	site := httptest.NewServer(origin)
	t.Cleanup(site.Close)
	return keeping(t, serveCommand{
		Origin: site.URL, Catalog: catalogFile(t, smallCatalog), Keys: newKeys(t), Config: configured(t, `{"limits":`+limits+`}`),
	})
}

// dial connects to what is served, for at most a minute.
func dial(t *testing.T, s serving) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.url[strings.LastIndex(s.url, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

// toTheEnd is what comes over a connection until the other side ends it.
func toTheEnd(t *testing.T, c net.Conn) string {
	t.Helper()
	b, err := io.ReadAll(c)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatalf("after a minute the connection is still there: %q", b)
	}
	return string(b)
}

var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })

const whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// TestServeBoundsTime: whoever sends nothing, or no end, is let go of.
func TestServeBoundsTime(t *testing.T) {
	s, _ := limited(t, ok, `{"header_ms":600,"body_idle_ms":600,"idle_ms":600}`)
	for name, c := range map[string]struct{ send, want string }{
		"nothing":               {"", ""},
		"half a line":           {"GET / HT", "400 Bad Request"},
		"half a header":         {"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n", ""},
		"nothing behind a page": {whole, "200 OK"},
		"half a header behind":  {whole + "GET / HTTP/1.1\r\n", "200 OK"},
		"half a body":           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", "408 Request Timeout"},
		"half a chunk":          {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", "408 Request Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, s)
			_, _ = io.WriteString(conn, c.send)
			got := toTheEnd(t, conn)
			if line, _, _ := strings.Cut(got, "\r\n"); line != strings.TrimSpace("HTTP/1.1 "+c.want) && (c.want != "" || got != "") {
				t.Errorf("got %q, want %q", line, c.want)
			}
		})
	}
}

// TestServeEndsTrickles: a header that comes a little at a time has no more time
// than one that does not come.
func TestServeEndsTrickles(t *testing.T) {
	s, _ := limited(t, ok, `{"header_ms":60}`)
	conn := dial(t, s)
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
	for sent := 0; err == nil; sent++ {
		_, err = io.WriteString(conn, "X: y\r\n")
		if sent%500 == 499 { // its length would be refused first
			_ = conn.Close()
			conn = dial(t, s)
			continue
		}
		one := make([]byte, 1)
		_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, gone := conn.Read(one); gone != nil && !os.IsTimeout(gone) {
			return
		}
	}
}

// TestServeEndsWhoDoesNotRead: an answer that nobody takes is broken off, for the
// origin, too.
func TestServeEndsWhoDoesNotRead(t *testing.T) {
	ended := make(chan struct{})
	s, _ := limited(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		for b := make([]byte, 64<<10); ; {
			if _, err := w.Write(b); err != nil {
				return
			}
		}
	}), `{"write_idle_ms":60}`)
	_, _ = io.WriteString(dial(t, s), whole)
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the origin still writes")
	}
}

// TestSlowReadersStay: an answer may take days as long as it is taken, byte by
// byte, and may pause where there is nothing to write.
func TestSlowReadersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const idle = time.Minute
		visitor, server := net.Pipe()
		all := newConnections(nil, 1, idle)
		c := all.admit(server)
		wrote := make(chan error)
		text := strings.Repeat("x", 2000)
		go func() {
			_, err := c.Write([]byte(text))
			wrote <- err
		}()
		one := make([]byte, 1)
		for range text {
			time.Sleep(idle - time.Second)
			if _, err := visitor.Read(one); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-wrote; err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		go func() {
			_, err := c.Write([]byte("next"))
			wrote <- err
		}()
		b := make([]byte, 4)
		if _, err := io.ReadFull(visitor, b); err != nil || <-wrote != nil {
			t.Fatal("the pause has ended it")
		}
		began := time.Now()
		if n, err := c.Write([]byte("nobody reads this")); n != 0 || !os.IsTimeout(err) || time.Since(began) != idle {
			t.Errorf("wrote %d, %v after %v", n, err, time.Since(began))
		}
		began = time.Now()
		if err := c.SetWriteDeadline(began.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("nor this")); !os.IsTimeout(err) || time.Since(began) != time.Second {
			t.Errorf("the server's own deadline: %v after %v", err, time.Since(began))
		}
		if err := c.Close(); err != nil || all.count() != 0 {
			t.Errorf("%v, %d are open", err, all.count())
		}
	})
}

// TestServeBoundsConnections: one more is closed at once, and when one leaves there
// is room again.
func TestServeBoundsConnections(t *testing.T) {
	s, _ := limited(t, ok, `{"connections":3}`)
	var open []net.Conn
	for range 3 {
		c := dial(t, s)
		_, _ = io.WriteString(c, whole)
		if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
			t.Fatalf("got %q, %v", line, err)
		}
		open = append(open, c)
	}
	if got := toTheEnd(t, dial(t, s)); got != "" {
		t.Errorf("one more got %q", got)
	}
	page, _ := get(t, http.DefaultClient, s.admin+"/metrics")
	for _, want := range []string{"\nproffer_connections 3\n", "\nproffer_connections_refused_total 1\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the metrics", want)
		}
	}
	_ = open[0].Close()
	for { // it takes a moment until the server has noticed
		c := dial(t, s)
		_, _ = io.WriteString(c, whole)
		if line, _ := bufio.NewReader(c).ReadString('\n'); strings.Contains(line, "200") {
			return
		}
	}
}

// TestServeSheds: the command has the limits of its file, and says so.
func TestServeSheds(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	s, _ := limited(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-answer
		ok(w, nil)
	}), `{"requests":2,"decisions":1,"body_bytes":5}`)
	done := make(chan string, 2)
	for range 2 {
		go func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				done <- err.Error()
				return
			}
			defer func() { _ = conn.Close() }()
			_, _ = io.WriteString(conn, strings.Replace(whole, "Host", "Connection: close\r\nHost", 1))
			b, _ := io.ReadAll(conn)
			done <- string(b)
		}()
		<-arrived
	}
	if text, r := get(t, http.DefaultClient, s.admin+"/readyz"); r.StatusCode != 200 || !strings.Contains(text, "overloaded, pages go without offers: 2 requests are in flight, over 1") {
		t.Errorf("/readyz says %d %s", r.StatusCode, text)
	}
	conn := dial(t, s)
	_, _ = io.WriteString(conn, whole)
	if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.StatusCode != 503 || res.Header.Get("Retry-After") != "2" {
		t.Errorf("got %v, %v", res, err)
	}
	close(answer)
	for range 2 {
		if got := <-done; !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
			t.Errorf("got %q", got)
		}
	}
	if text, _ := get(t, http.DefaultClient, s.admin+"/readyz"); strings.Contains(text, "overloaded") {
		t.Errorf("afterwards /readyz says %s", text)
	}
	conn = dial(t, s)
	_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabcdef")
	if got := toTheEnd(t, conn); !strings.HasPrefix(got, "HTTP/1.1 413 ") {
		t.Errorf("a long body: %q", got)
	}
}

// TestHelpTellsTheLimits: the defaults that the help shows are those in force.
func TestHelpTellsTheLimits(t *testing.T) {
	status, out, _ := proffer(t, "", "serve", "--help")
	_, text, found := strings.Cut(out, `{"limits":`)
	text, _, ended := strings.Cut(text, "}}")
	if status != 0 || !found || !ended {
		t.Fatalf("status %d, no limits in %s", status, out)
	}
	f, err := config.Parse([]byte(`{"limits":` + text + "}}"))
	if err != nil {
		t.Fatal(err)
	}
	told, want := f.Limits, withDefaults(config.Limits{})
	want.Requests, want.Decisions, want.BodyIdle = told.Requests, told.Decisions, told.BodyIdle
	if told != want {
		t.Errorf("says %+v, has %+v", told, want)
	}
	limits := proxy.Limits{Requests: told.Requests, Decisions: told.Decisions, BodyIdle: told.BodyIdle}
	if limits != proxy.DefaultLimits() {
		t.Errorf("says %+v, has %+v", limits, proxy.DefaultLimits())
	}
	if !strings.Contains(out, "--tls-cert") || !strings.Contains(out, "--tls-key") {
		t.Error("nothing of TLS")
	}
}

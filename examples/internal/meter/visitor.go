package meter

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience bounds one answer.
const patience = 30 * time.Second

// visitor asks an address for a page again and again, by one connection, or another
// one when that is closed.
type visitor struct {
	b       *testing.B
	address string
	conn    net.Conn
	lines   *bufio.Reader
	request string
	method  string
	check   func(body string) error
	body    string
	closed  bool // by the server
}

// open connects.
func open(b *testing.B, a Ask) *visitor {
	b.Helper()
	head, body, _ := strings.Cut(a.Request, "\n\n")
	method, _, _ := strings.Cut(a.Request, " ")
	v := &visitor{b: b, address: a.Address, method: method, check: a.Check}
	v.request = strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body
	v.connect()
	b.Cleanup(func() { _ = v.conn.Close() })
	return v
}

func (v *visitor) connect() {
	v.b.Helper()
	conn, err := new(net.Dialer).DialContext(v.b.Context(), "tcp", v.address)
	if err != nil {
		v.b.Fatal(err)
	}
	v.conn, v.lines, v.closed = conn, bufio.NewReader(conn), false
}

// ask sends the request and reads the answer.
func (v *visitor) ask() error {
	if err := v.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(v.conn, v.request); err != nil {
		return err
	}
	r, err := http.ReadResponse(v.lines, &http.Request{Method: v.method})
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	var body strings.Builder
	if _, err := io.Copy(&body, r.Body); err != nil {
		return err
	}
	v.body, v.closed = body.String(), r.Close
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s: %.200q", r.Status, v.body)
	}
	return nil
}

// checked reports what is wrong with the last answer, and connects anew where the
// server wants it, as nginx does after 1,000 requests. It is not timed.
func (v *visitor) checked() error {
	if v.closed {
		_ = v.conn.Close()
		v.connect()
	}
	return v.check(v.body)
}

// Request asks for a page as browsers do.
func Request(path string) string {
	return "GET " + path + " HTTP/1.1\nHost: " + Host + "\nAccept: text/html\nUser-Agent: test\n\n"
}

// Ask is what a visitor asks whom, with lines that end by "\n", and what looks at the
// answer.
type Ask struct {
	Address, Request string
	Check            func(body string) error
}

// Pages times the page from an edge, less the page from an address without
// Proffer.
func Pages(b *testing.B, edge, bare string) Times {
	b.Helper()
	return Requests(b, Ask{edge, Request(Path), Filled}, Ask{bare, Request(Path), Empty})
}

// Requests is Pages with other requests.
func Requests(b *testing.B, edge, bare Ask) Times {
	b.Helper()
	with, without := open(b, edge), open(b, bare)
	return Turns(b, Step{with.ask, with.checked}, Step{without.ask, without.checked})
}

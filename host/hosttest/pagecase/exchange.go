package pagecase

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Origin answers every request with one response, given as text, and keeps the
// last request.
type Origin struct {
	mu   sync.Mutex
	text string
	last *http.Request
}

// Say makes a response the answer from now on.
func (o *Origin) Say(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = text
}

// Said is the header and the body of the answer, as text.
func (o *Origin) Said() (head, body string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	head, body, _ = strings.Cut(o.text, "\n\n")
	return head, body
}

// Last is the last request.
func (o *Origin) Last() *http.Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}

// ServeHTTP implements http.Handler.
func (o *Origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.last = r
	o.mu.Unlock()
	head, body := o.Said()
	status, fields, _ := strings.Cut(head, "\n")
	for line := range strings.SplitSeq(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			w.Header().Add(name, value)
		}
	}
	var code int
	if _, err := fmt.Sscanf(status, "HTTP/1.1 %d", &code); err != nil {
		panic("origin: " + status)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body) // of HEAD there is none
}

// Response is one as it comes over the wire, read whole.
type Response struct {
	*http.Response
	Text string
}

// Send writes a request, whose lines end by "\n", to an address.
func Send(t testing.TB, address, request string) Response {
	t.Helper()
	r, err := Exchange(t.Context(), address, request)
	if err != nil {
		t.Fatalf("%v: %.300q", err, request)
	}
	return r
}

// patience is how long an edge may take for a page; one that never answers fails.
const patience = time.Minute

// Exchange is Send with an error.
func Exchange(ctx context.Context, address, request string) (Response, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return Response{}, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return Response{}, err
	}
	head, body, _ := strings.Cut(request, "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, head+body); err != nil {
		return Response{}, err
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return Response{}, err
	}
	b, err := io.ReadAll(r.Body)
	return Response{r, string(b)}, errors.Join(err, r.Body.Close())
}

// Cookie is the visitor cookie that a response sets, as a request has it; empty if
// it sets none.
func (r Response) Cookie() string {
	for _, v := range r.Header.Values("Set-Cookie") {
		if pair, _, _ := strings.Cut(v, ";"); strings.Contains(pair, "proffer=") {
			return pair
		}
	}
	return ""
}

// String is the response with its header in order, without Date, Connection and
// what else a server adds to any.
func (r Response) String() string { return r.Without() }

// Without is String without further headers.
func (r Response) Without(names ...string) string {
	var lines []string
	for name, values := range r.Header {
		for _, v := range values {
			if name != "Date" && name != "Connection" && !slices.Contains(names, name) {
				lines = append(lines, name+": "+v+"\n")
			}
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("%s %s\n%s\n%s", r.Proto, r.Status, strings.Join(lines, ""), r.Text)
}

// Without is the text of a response, as a case has it, without some headers.
func Without(text string, names ...string) string {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := slices.DeleteFunc(strings.SplitAfter(head+"\n", "\n"), func(line string) bool {
		name, _, ok := strings.Cut(line, ": ")
		return ok && slices.Contains(names, name)
	})
	return strings.Join(lines, "") + "\n" + body
}

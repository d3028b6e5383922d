package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// rudeOrigin answers /first by bytes that need not be a response, and everything
// else by what it was asked.
type rudeOrigin struct {
	listener net.Listener
	answer   string
	hangsUp  bool          // behind the answer
	dropped  chan struct{} // told when the proxy has closed the connection of /first
	all      sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newRudeOrigin(t testing.TB, answer string, hangsUp bool) *rudeOrigin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &rudeOrigin{listener: l, answer: answer, hangsUp: hangsUp, dropped: make(chan struct{}, 16)}
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

func (o *rudeOrigin) url() string { return "http://" + o.listener.Addr().String() }

func (o *rudeOrigin) close() {
	_ = o.listener.Close()
	o.mu.Lock()
	for _, c := range o.conns {
		_ = c.Close()
	}
	o.mu.Unlock()
	o.all.Wait()
}

func (o *rudeOrigin) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	r, rude := bufio.NewReader(c), false
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			if rude {
				o.dropped <- struct{}{}
			}
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		if request.URL.Path != "/first" {
			body := request.Method + " " + request.URL.Path
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			continue
		}
		rude = true
		_, _ = io.WriteString(c, o.answer)
		if o.hangsUp {
			return
		}
	}
}

// rude are answers, and what a visitor gets of each: the status and the body, or
// how it breaks off.
type rude struct {
	answer  string
	want    string // status and body; 502
	hangsUp bool   // the origin ends the connection, for its answer has no other end
	surplus bool   // more came than the answer: the connection must not be used again
}

const (
	okHead    = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	poison    = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nevil"
	brokenOff = "broken off"
	inParts   = okHead + "Transfer-Encoding: chunked\r\n\r\n"
)

var rudeAnswers = map[string]rude{
	"clean":                       {answer: okHead + "Content-Length: 2\r\n\r\nok", want: "200 ok"},
	"two lengths":                 {answer: okHead + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nokxyz", want: "502"},
	"two lengths, alike":          {answer: okHead + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", want: "200 ok"},
	"length list":                 {answer: okHead + "Content-Length: 2, 2\r\n\r\nok", want: "502"},
	"length with a sign":          {answer: okHead + "Content-Length: +2\r\n\r\nok", want: "502"},
	"length hexadecimal":          {answer: okHead + "Content-Length: 0x2\r\n\r\nok", want: "502"},
	"length negative":             {answer: okHead + "Content-Length: -1\r\n\r\nok", want: "502"},
	"length overflows":            {answer: okHead + "Content-Length: 18446744073709551618\r\n\r\nok", want: "502"},
	"length empty":                {answer: okHead + "Content-Length:\r\n\r\nok", want: "502"},
	"length and chunks":           {answer: okHead + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: "200 ok"},
	"chunks twice":                {answer: okHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: "502"},
	"gzip and chunks":             {answer: okHead + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: "502"},
	"coding obscured":             {answer: okHead + "Transfer-Encoding: xchunked\r\n\r\nok", want: "502"},
	"coding identity":             {answer: okHead + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"chunk size overflows":        {answer: inParts + "2\r\nok\r\nffffffffffffffff1\r\nx", want: brokenOff},
	"chunk size negative":         {answer: inParts + "2\r\nok\r\n-1\r\nx", want: brokenOff},
	"chunk without its end":       {answer: inParts + "2\r\nokXX0\r\n\r\n", want: brokenOff},
	"chunk ended by LF":           {answer: inParts + "2\r\nok\n0\r\n\r\n", want: brokenOff},
	"chunks end in the middle":    {answer: inParts + "2\r\nok\r\n", want: brokenOff, hangsUp: true},
	"length, and less":            {answer: okHead + "Content-Length: 9\r\n\r\nok", want: brokenOff, hangsUp: true},
	"length, and more":            {answer: okHead + "Content-Length: 2\r\n\r\nok and more", want: "200 ok", surplus: true},
	"no length":                   {answer: okHead + "\r\nok", want: "200 ok", hangsUp: true},
	"two answers":                 {answer: okHead + "Content-Length: 2\r\n\r\nok" + poison, want: "200 ok", surplus: true},
	"204 with a body":             {answer: "HTTP/1.1 204 No Content\r\nContent-Length: 68\r\n\r\n" + poison, want: "204", surplus: true},
	"204 with chunks":             {answer: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: "204", surplus: true},
	"304 with a body":             {answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 68\r\n\r\n" + poison, want: "304", surplus: true},
	"103, and then":               {answer: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\nok", want: "200 ok"},
	"103 with a length":           {answer: "HTTP/1.1 103 Early Hints\r\nContent-Length: 68\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\nok", want: "200 ok"},
	"100 that nobody asked for":   {answer: "HTTP/1.1 100 Continue\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\nok", want: "200 ok"},
	"a thousand of 103":           {answer: strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1000) + okHead + "Content-Length: 2\r\n\r\nok", want: "200 ok"},
	"101 that nobody asked for":   {answer: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", want: "502"},
	"101 without a word":          {answer: "HTTP/1.1 101 Switching Protocols\r\n\r\n", want: "502"},
	"header folded":               {answer: okHead + "X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", want: "200 ok X-A: b c"},
	"header ended by LF":          {answer: "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\n\nok", want: "200 ok"},
	"header split by CR":          {answer: okHead + "X-A: b\rSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"header with a NUL":           {answer: okHead + "X-A: b\x00c\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"header without a colon":      {answer: okHead + "X-A b\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"header with a space":         {answer: okHead + "Content-Length : 2\r\n\r\nok", want: "200 ok", hangsUp: true},
	"header of hop by hop":        {answer: okHead + "Connection: X-A, keep-alive\r\nX-A: b\r\nKeep-Alive: 5\r\nContent-Length: 2\r\n\r\nok", want: "200 ok"},
	"status of two digits":        {answer: "HTTP/1.1 99 Odd\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"status of four digits":       {answer: "HTTP/1.1 2000 Odd\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"status that is no number":    {answer: "HTTP/1.1 2x0 Odd\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"status 000":                  {answer: "HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"status 999":                  {answer: "HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok", want: "999"},
	"status without a reason":     {answer: "HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok", want: "200 ok"},
	"reason with a line":          {answer: "HTTP/1.1 200 OK\rX-A: b\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok", want: "200 ok"},
	"another version":             {answer: "HTTP/2.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok", want: "200 ok"},
	"another protocol":            {answer: "ICY 200 OK\r\nContent-Length: 2\r\n\r\nok", want: "502"},
	"HTTP/0.9":                    {answer: "<p>ok", want: "502", hangsUp: true},
	"HTTP/1.0":                    {answer: "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok", want: "200 ok", hangsUp: true},
	"HTTP/1.0 with chunks":        {answer: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok", want: "200 ok", hangsUp: true},
	"nothing":                     {answer: "", want: "502", hangsUp: true},
	"half a header":               {answer: "HTTP/1.1 200 OK\r\nContent-", want: "502", hangsUp: true},
	"an answer to what was lost":  {answer: poison + poison, want: "200 evil", surplus: true},
	"trailer with a length":       {answer: okHead + "Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nContent-Length: 9\r\n\r\n", want: "502"},
	"trailer without a colon":     {answer: inParts + "2\r\nok\r\n0\r\nX-A b\r\n\r\n", want: brokenOff},
	"trailer that was not told":   {answer: inParts + "2\r\nok\r\n0\r\nSet-Cookie: evil=1\r\n\r\n", want: "200 ok trailer Set-Cookie: evil=1"},
	"trailer of a coding unasked": {answer: inParts + "2\r\nok\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", want: "200 ok"},
}

// TestRudeAnswers: whatever an origin sends, the visitor gets one response, or a
// broken one, and the next visitor's is not a part of it.
func TestRudeAnswers(t *testing.T) {
	for name, c := range rudeAnswers {
		for what, accept := range map[string]string{"page": "Accept: text/html", "image": "Sec-Fetch-Dest: image"} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				origin := newRudeOrigin(t, c.answer, c.hangsUp)
				server := reverse(t, middleware(t, proxy.Config{}), origin.url())
				if got := essence(ask(t, server, "GET", "/first", accept)); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if c.surplus {
					<-origin.dropped
				}
				if got := essence(ask(t, server, "GET", "/last", accept)); got != "200 GET /last" {
					t.Errorf("the next visitor got %q", got)
				}
			})
		}
	}
}

// essence is what matters of an answer.
func essence(a answer) string {
	if a.err != nil {
		return brokenOff
	}
	out := fmt.Sprint(a.status)
	if a.status == http.StatusOK {
		out += " " + a.body
	}
	for _, name := range []string{"X-A", "Set-Cookie"} {
		for _, v := range a.header.Values(name) {
			out += " " + name + ": " + v
		}
		for _, v := range a.trailer.Values(name) {
			out += " trailer " + name + ": " + v
		}
	}
	return out
}

// A body of an answer to HEAD is none, and no answer to the next request.
func TestHeadWithABody(t *testing.T) {
	origin := newRudeOrigin(t, okHead+"Content-Length: 68\r\n\r\n"+poison, false)
	server := reverse(t, middleware(t, proxy.Config{}), origin.url())
	if a := ask(t, server, "HEAD", "/first"); a.status != 200 || a.body != "" || a.length != 68 {
		t.Errorf("got %v", a)
	}
	<-origin.dropped
	if got := essence(ask(t, server, "GET", "/last")); got != "200 GET /last" {
		t.Errorf("the next visitor got %q", got)
	}
}

// TestEarlyAnswer: an origin that answers before it has read a body leaves nothing
// of it to anybody.
func TestEarlyAnswer(t *testing.T) {
	answered := make(chan struct{}, 2)
	var seen []string
	origin := tcpOrigin(t, func(c *net.TCPConn, r *bufio.Reader, request *http.Request) {
		for {
			seen = append(seen, request.URL.Path)
			_, _ = fmt.Fprintf(c, okHead+"Content-Length: %d\r\n\r\n%s", len(request.URL.Path), request.URL.Path)
			answered <- struct{}{}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
			var err error
			if request, err = http.ReadRequest(r); err != nil {
				return
			}
		}
	})
	c, err := net.Dial("tcp", strings.TrimPrefix(reverse(t, middleware(t, proxy.Config{}), origin), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(c, "POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nabc", 3+len(evil))
	<-answered
	_, _ = io.WriteString(c, evil+lastRequest)
	if got := responses(t, bufio.NewReader(c), false); got != "200 /first, 200 /last" {
		t.Errorf("got %q", got)
	}
	if want := "/first /last"; strings.Join(seen, " ") != want {
		t.Errorf("the origin saw %q", seen)
	}
}

package proxy_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// behindStrict runs a proxy in front of a strict origin. end stops both, when every
// connection between them has come to its end.
func behindStrict(t *testing.T, start func(*httptest.Server), options ...func(*proxy.Config)) (s *httptest.Server, end func() string) {
	t.Helper()
	origin := newStrictOrigin(t)
	u, err := url.Parse(origin.url())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, ExpectContinueTimeout: time.Hour}
	c := proxy.Config{Origin: proxy.Origin{Transport: transport}}
	for _, option := range options {
		option(&c)
	}
	m := middleware(t, c)
	s = httptest.NewUnstartedServer(m.Limit(proxy.NewReverseProxy(m.Middleware, u)))
	s.Config.ErrorLog = nil
	start(s)
	return s, func() string {
		s.Close()
		transport.CloseIdleConnections()
		return origin.end()
	}
}

// sight is what a visitor gets: each response as its status and body.
func sight(t *testing.T, server, send string) string {
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
	if _, err := io.WriteString(c, send); err != nil {
		t.Fatal(err)
	}
	return responses(t, bufio.NewReader(c), strings.HasPrefix(send, "HEAD "))
}

// responses reads all that come until the connection ends.
func responses(t *testing.T, r *bufio.Reader, head bool) string {
	t.Helper()
	var out []string
	for {
		if _, err := r.Peek(1); err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				out = append(out, "nothing more, and no end")
			}
			return strings.Join(out, ", ")
		}
		asked := &http.Request{Method: "GET"}
		if head && len(out) == 0 {
			asked.Method = "HEAD"
		}
		res, err := http.ReadResponse(r, asked)
		if err != nil {
			return strings.Join(append(out, "broken: "+err.Error()), ", ")
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		one := strconv.Itoa(res.StatusCode)
		if res.StatusCode == http.StatusOK {
			one += " " + string(body)
		}
		if err != nil {
			one += " broken off"
		}
		out = append(out, one)
	}
}

const lastRequest = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

// TestSmuggling: of every request that two servers could understand differently
// the origin sees nothing, or one that leaves nothing open, and the next request on
// the same connection gets its own answer or none.
func TestSmuggling(t *testing.T) {
	if n := len(smuggledBodies) + len(smuggledLines); n < 120 {
		t.Fatalf("%d cases are left", n)
	}
	for _, cases := range []map[string]smuggledCase{smuggledBodies, smuggledLines} {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s, end := behindStrict(t, (*httptest.Server).Start)
				got := sight(t, s.URL, c.send+lastRequest)
				c.judge(t, end(), got)
			})
		}
	}
}

func (c smuggledCase) judge(t *testing.T, seen, got string) {
	t.Helper()
	cut := (c.origin == maybeCut || c.origin == maybeEmpty) && (seen == "" || seen == "cut")
	if empty := c.origin == maybeEmpty && seen == "POST /first []"; seen != c.origin && !cut && !empty {
		t.Errorf("the origin saw %q, want %q", seen, c.origin)
	}
	want := c.visitor
	if want == each {
		want = "200 " + strings.ReplaceAll(c.origin, ", ", ", 200 ")
	}
	if got != want {
		t.Errorf("the visitor got %q, want %q", got, want)
	}
}

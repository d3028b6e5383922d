package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// Hop-by-hop headers end here, and take nothing of ours with them.
func TestConnectionHeader(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	server := reverse(t, middleware(t, proxy.Config{}), origin.url())
	exchange(t, server, "GET /any HTTP/1.1\r\nHost: HOST\r\nAccept: text/html\r\n"+
		"Connection: close, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Accept-Encoding, Cookie, X-Hop\r\n"+
		"Cookie: a=1\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Authorization: x\r\nTE: trailers, deflate\r\nX-Stays: 1\r\n\r\n")
	requests, raw := origin.got()
	if len(requests) != 1 {
		t.Fatalf("got %q", raw)
	}
	h := requests[0].Header
	for name, want := range map[string]string{
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": strings.TrimPrefix(server, "http://"),
		"Accept-Encoding": "identity", "Cookie": "", "X-Hop": "", "Keep-Alive": "", "Proxy-Authorization": "", "Te": "trailers",
		"X-Stays": "1", "Connection": "", "User-Agent": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestForwarded(t *testing.T) {
	send := []string{"X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 5.6.7.8", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
		"X-Forwarded-Prefix: /evil", "X-Real-IP: 1.2.3.4", "Forwarded: for=1.2.3.4"}
	for name, c := range map[string]struct {
		peers []netip.Prefix
		want  string
	}{
		"a stranger": {nil, "127.0.0.1 shop.example http   "},
		"a peer": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			"1.2.3.4, 5.6.7.8, 127.0.0.1 evil.example https /evil 1.2.3.4 "},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newRawOrigin(t, rawPage)
			ask(t, reverse(t, middleware(t, proxy.Config{Peers: c.peers}), origin.url()), "GET", "/any", send...)
			requests, _ := origin.got()
			h := requests[0].Header
			got := fmt.Sprint(h.Get("X-Forwarded-For"), " ", h.Get("X-Forwarded-Host"), " ", h.Get("X-Forwarded-Proto"), " ",
				h.Get("X-Forwarded-Prefix"), " ", h.Get("X-Real-Ip"), " ", h.Get("Forwarded"))
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// Path and query come to the origin as the visitor sent them.
func TestTarget(t *testing.T) {
	for target, want := range map[string]string{
		"/a/b":                 "/base/a/b",
		"/a%2Fb/%2e%2e/c":      "/base/a%2Fb/%2e%2e/c",
		"/a//b/../c/.":         "/base/a//b/../c/.",
		"/a?b=1;c=2&d=%zz&e=+": "/base/a?b=1;c=2&d=%zz&e=+",
		"/?":                   "/base/?",
		"/\\a":                 "/base/%5Ca",
	} {
		origin := newRawOrigin(t, rawPage)
		server := reverse(t, middleware(t, proxy.Config{}), origin.url()+"/base")
		exchange(t, server, "GET "+target+" HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n")
		requests, raw := origin.got()
		if len(requests) != 1 || requests[0].RequestURI != want {
			t.Errorf("%s came as %q, want %q", target, raw, want)
		}
	}
}

func TestHostHeader(t *testing.T) {
	for _, rewrite := range []bool{false, true} {
		origin := newRawOrigin(t, rawPage)
		ask(t, reverse(t, middleware(t, proxy.Config{Origin: proxy.Origin{RewriteHost: rewrite}}), origin.url()), "GET", "/any")
		want := site
		if rewrite {
			want = strings.TrimPrefix(origin.url(), "http://")
		}
		if requests, _ := origin.got(); requests[0].Host != want {
			t.Errorf("rewrite %t: the origin's Host is %q", rewrite, requests[0].Host)
		}
	}
}

// statusLine reads the head of a response and gives its first line.
func statusLine(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	first := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = line
		}
		if line == "\r\n" {
			return first
		}
	}
}

func TestUpgrades(t *testing.T) {
	const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
	ask := func(upgrade string) string {
		return "GET /listed HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + upgrade + "\r\n\r\n"
	}
	for name, c := range map[string]struct {
		request, answer string
		passes          bool
	}{
		"websocket":         {ask("WebSocket"), switched + "websocket\r\n\r\nraw bytes", true},
		"h2c":               {ask("h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), switched + "h2c\r\n\r\nraw bytes", false},
		"h2c without hint":  {ask("h2c"), switched + "h2c\r\n\r\nraw bytes", false},
		"a list":            {ask("websocket, h2c"), switched + "h2c\r\n\r\nraw bytes", false},
		"two headers":       {ask("websocket\r\nUpgrade: h2c"), switched + "h2c\r\n\r\nraw bytes", false},
		"websocket and h2":  {ask("websocket\r\nHTTP2-Settings: AAMA"), switched + "websocket\r\n\r\nraw bytes", false},
		"another one":       {ask("tunnel/1"), switched + "tunnel/1\r\n\r\nraw bytes", false},
		"origin's own idea": {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", switched + "websocket\r\n\r\nraw bytes", false},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newRawOrigin(t, c.answer)
			conn, err := net.Dial("tcp", strings.TrimPrefix(reverse(t, middleware(t, proxy.Config{}), origin.url()), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = io.WriteString(conn, c.request)
			r := bufio.NewReader(conn)
			if status := statusLine(t, r); strings.HasPrefix(status, "HTTP/1.1 101 ") != c.passes {
				t.Fatalf("got %q", status)
			}
			if c.passes {
				next(t, r, "raw bytes")
			}
			if requests, raw := origin.got(); !c.passes && (len(requests) == 0 || requests[0].Header.Get("Upgrade") != "" || strings.Contains(raw, "Settings")) {
				t.Errorf("the origin was asked to upgrade: %q", raw)
			}
		})
	}
}

// A websocket is a connection of its own: bytes go both ways.
func TestWebsocketTalks(t *testing.T) {
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, b, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		_, _ = fmt.Fprint(b, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = b.Flush()
		line, err := b.ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprint(b, "echo "+line)
		_ = b.Flush()
	}))
	server := reverse(t, middleware(t, proxy.Config{}), origin)
	c, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = fmt.Fprint(c, "GET /listed HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	r := bufio.NewReader(c)
	if status := statusLine(t, r); !strings.HasPrefix(status, "HTTP/1.1 101 ") {
		t.Fatalf("got %q", status)
	}
	_, _ = fmt.Fprint(c, "hello\n")
	next(t, r, "echo hello\n")
}

func TestOriginFails(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	silent := make(chan struct{})
	hanging := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-silent }))
	defer close(silent)
	for name, c := range map[string]struct {
		origin, counter string
		status          int
	}{
		"down":         {"http://" + dead.Addr().String(), "unreachable", 502},
		"not HTTP":     {newRawOrigin(t, "220 mail ready\r\n").url(), "unreachable", 502},
		"huge header":  {newRawOrigin(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 300<<10)+"\r\n\r\n").url(), "unreachable", 502},
		"no answer":    {hanging, "timeout", 504},
		"not a URL":    {"nothing", "unreachable", 502},
		"wrong scheme": {"ftp://127.0.0.1", "unreachable", 502},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/listed", "/any"} {
				m := middleware(t, proxy.Config{Origin: proxy.Origin{HeaderTimeout: 20 * time.Millisecond}})
				if c.status == 502 {
					m = middleware(t, proxy.Config{})
				}
				a := ask(t, reverse(t, m, c.origin), "GET", path, navigation...)
				if a.status != c.status || a.header.Get("Content-Type") != "text/plain; charset=utf-8" || len(a.header["Set-Cookie"]) > 0 || a.body == "" {
					t.Errorf("%s: %v", path, a)
				}
				m.expect(t, map[string]float64{"origin_errors_total/" + c.counter: 1, "decision_seconds": 0})
			}
		})
	}
}

// A body that breaks off breaks off for the visitor, too.
func TestOriginBreaksOff(t *testing.T) {
	for name, answer := range map[string]string{
		"length":  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n" + slotted,
		"chunked": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>x<\r\n9000\r\n" + slotted,
	} {
		for _, path := range []string{"/listed", "/any"} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			all.Go(func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer func() { _ = c.Close() }()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					_, _ = io.WriteString(c, answer)
				}
			})
			a := ask(t, reverse(t, middleware(t, proxy.Config{}), "http://"+l.Addr().String()), "GET", path, navigation...)
			if a.err == nil {
				t.Errorf("%s %s: a broken page looks whole: %v", name, path, a)
			}
			_ = l.Close()
			all.Wait()
		}
	}
}

// The visitor that leaves takes the request to the origin along.
func TestVisitorLeaves(t *testing.T) {
	left := make(chan struct{})
	arrived := make(chan struct{})
	origin := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	}))
	server := reverse(t, middleware(t, proxy.Config{}), origin)
	c, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprint(c, "GET /listed HTTP/1.1\r\nHost: x\r\n\r\n")
	<-arrived
	_ = c.Close()
	<-left
}

func TestOriginURLHasAQuery(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	u, err := url.Parse(origin.url() + "/x?key=1")
	if err != nil {
		t.Fatal(err)
	}
	ask(t, serve(t, proxy.NewReverseProxy(middleware(t, proxy.Config{}).Middleware, u)), "GET", "/y?z=2")
	if requests, raw := origin.got(); len(requests) != 1 || requests[0].RequestURI != "/x/y?key=1&z=2" {
		t.Errorf("got %q", raw)
	}
}

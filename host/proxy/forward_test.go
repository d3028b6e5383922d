package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/proxy"
)

// twin is an origin that keeps what it is asked and answers with any bytes.
type twin struct {
	mu     sync.Mutex
	answer string
	asked  []string
}

func (o *twin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	delete(r.Header, "Cdn-Loop") // TestLoop's business
	asked := fmt.Sprintf("%s %s %s %q length %d coding %q body %.200q (%d) error %v trailer %q",
		r.Method, r.RequestURI, r.Host, r.Header, r.ContentLength, r.TransferEncoding, body, len(body), err, slices.Sorted(maps.Keys(r.Trailer)))
	o.mu.Lock()
	o.asked = append(o.asked, asked)
	answer := o.answer
	o.mu.Unlock()
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(c, answer)
	_ = c.Close()
}

// take gives what was asked since, with host in place of that of the proxy.
func (o *twin) take(host string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := strings.ReplaceAll(strings.Join(o.asked, "\n"), host, "PROXY")
	o.asked = nil
	return all
}

// seen is what a visitor reads of an answer: all heads, body and trailers. The
// boundaries of chunks are nobody's business.
func seen(t testing.TB, raw, method string) string {
	t.Helper()
	r := bufio.NewReader(strings.NewReader(raw))
	var b strings.Builder
	for {
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			fmt.Fprintf(&b, "error %v", err)
			return b.String()
		}
		res.Header.Del("Date")
		body, err := io.ReadAll(res.Body)
		fmt.Fprintf(&b, "%s %q length %d coding %q body %.200q (%d) broken %t trailer %q\n", res.Status, res.Header, res.ContentLength, res.TransferEncoding,
			body, len(body), err != nil, res.Trailer)
		if res.StatusCode >= 200 || err != nil {
			return b.String()
		}
	}
}

// fresh is a transport that asks on a new connection each time: that of a twin is
// closed.
func fresh(t testing.TB) *http.Transport {
	t.Helper()
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// like is httputil's proxy with what ours does to a request that is for no page.
func like(t testing.TB, origin string) http.Handler {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Transport: fresh(t),
		ErrorLog:  log.New(io.Discard, "", 0),
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.RawQuery = pr.In.URL.RawQuery
			pr.SetURL(u)
			pr.Out.Host = pr.In.Host
			pr.SetXForwarded()
			for _, name := range []string{"X-Forwarded-Prefix", "X-Real-Ip", "Proffer-Identity"} {
				pr.Out.Header.Del(name)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "The site does not answer. Please try again in a moment.\n")
		},
	}
}

func drawRequest(t *rapid.T) (method, raw string) {
	one := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	method = one("method", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "ODD")
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: shop.example\r\nAccept: image/png\r\n", method,
		one("target", "/", "/a?b=c", "/a%2Fb?x=%zz;y", "/?", "//x/../y", "/é\"", "http://other/x"))
	fmt.Fprintf(&b, "Connection: %s\r\n", one("connection", "close", "close, X-Hop", "close, Keep-Alive, te, X-Forwarded-For, Cookie", "close,,  ,x-hop , Accept"))
	for range rapid.IntRange(0, 6).Draw(t, "headers") {
		fmt.Fprintf(&b, "%s: %s\r\n",
			one("name", "X-Hop", "x-own", "Cookie", "Te", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
				"X-Forwarded-Prefix", "X-Real-IP", "Forwarded", "User-Agent", "Range", "If-None-Match", "Accept-Encoding", "Authorization", "Upgrade", "Proxy-Authenticate"),
			one("value", "a", "a, b", "trailers", "deflate, trailers;q=0.5", `"x"`, "session=1; theme=2", ""))
	}
	text := strings.Repeat("0123456789", rapid.SampledFrom([]int{0, 1, 9000}).Draw(t, "body"))
	switch one("framing", "none", "length", "chunks", "trailer") {
	case "length":
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(text), text)
	case "chunks":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n", chunk(text))
	case "trailer":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n%s0\r\nX-Sum: 1\r\n\r\n", chunk(text))
	default:
		b.WriteString("\r\n")
	}
	return method, b.String()
}

func chunk(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%x\r\n%s\r\n", len(text), text)
}

func drawAnswer(t *rapid.T, method string) string {
	one := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	var b strings.Builder
	for range rapid.IntRange(0, 2).Draw(t, "hints") {
		b.WriteString(one("hint", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"))
	}
	status := one("status", "200 OK", "200 OK", "200 OK", "204 No Content", "206 Partial Content", "304 Not Modified", "404 Not Found", "500 Oops", "299 Odd")
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", status)
	for range rapid.IntRange(0, 6).Draw(t, "fields") {
		fmt.Fprintf(&b, "%s: %s\r\n",
			one("field", "Set-Cookie", "Connection", "Keep-Alive", "Proxy-Authenticate", "Upgrade", "Te", "X-Own", "Vary", "Etag", "Server", "X-Hop", "Www-Authenticate"),
			one("is", "a", "b, c", "X-Hop", "x=y; Path=/"))
	}
	// Whether net/http tells a type hangs on when httputil's proxy flushes.
	fmt.Fprintf(&b, "Content-Type: %s\r\n", one("type", "image/png", "application/json", "text/event-stream", "Text/Event-Stream ; charset=utf-8"))
	text := strings.Repeat("0123456789", rapid.SampledFrom([]int{1, 300, 9000}).Draw(t, "text"))
	if method == "HEAD" || status[:3] == "204" || status[:3] == "304" {
		b.WriteString(one("head", "Content-Length: 9\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n"))
		return b.String()
	}
	switch one("end", "length", "length", "empty", "chunks", "trailer", "surprise", "close", "short", "cut") {
	case "length":
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(text), text)
	case "empty":
		b.WriteString("Content-Length: 0\r\n\r\n")
	case "chunks":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n", chunk(text))
	case "trailer":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n%s0\r\nX-Sum: 1\r\n\r\n", chunk(text))
	case "surprise":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%s0\r\nX-Late: 1\r\nX-Late: 2\r\n\r\n", chunk(text))
	case "close":
		fmt.Fprintf(&b, "\r\n%s", text)
	case "short":
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(text)+5, text)
	case "cut":
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%sff\r\nxx", chunk(text))
	}
	return b.String()
}

// What origin and visitor see is what they would see with httputil's proxy in
// between. It differs in three things, which are tested below: the values of a
// visitor's trailers, the header of a response before the response, and when the
// header goes out of a body that is late.
func TestLikeReverseProxy(t *testing.T) {
	origin := &twin{}
	behind := serve(t, origin)
	servers := []string{serve(t, like(t, behind)), reverse(t, middleware(t, proxy.Config{Origin: proxy.Origin{Transport: fresh(t)}}), behind)}
	rapid.Check(t, func(r *rapid.T) {
		method, request := drawRequest(r)
		answer := drawAnswer(r, method)
		origin.mu.Lock()
		origin.answer = answer
		origin.mu.Unlock()
		var asked, answered [2]string
		for i, server := range servers {
			answered[i] = seen(t, exchange(t, server, request), method)
			asked[i] = origin.take(strings.TrimPrefix(server, "http://"))
		}
		if asked[0] != asked[1] {
			r.Errorf("%q\nthe origin sees %s\nwant            %s", request, asked[1], asked[0])
		}
		if answered[0] != answered[1] {
			r.Errorf("%q\n%q\nthe visitor sees %s\nwant             %s", request, answer, answered[1], answered[0])
		}
	})
}

// A visitor's trailers go on if they were announced and would have gone on as
// headers: an origin may take them for such.
func TestRequestTrailers(t *testing.T) {
	const sent = "POST /x HTTP/1.1\r\nHost: x\r\nConnection: close, X-Hop\r\nTransfer-Encoding: chunked\r\n" +
		"Trailer: X-Sum, Cookie, X-Forwarded-For, X-Hop, X-Real-Ip, Authorization, X-Unsent, Proffer-Identity\r\n\r\n3\r\nabc\r\n0\r\n" +
		"X-Sum: 9\r\nCookie: a=1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Hop: 1\r\nX-Real-Ip: 1.2.3.4\r\nAuthorization: x\r\nProffer-Identity: x\r\nX-Unannounced: 1\r\n\r\n"
	for name, c := range map[string]struct {
		peers []netip.Prefix
		want  string
	}{
		"a visitor": {nil, "map[X-Sum:[9] X-Unsent:[]]"},
		"a peer": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			"map[Proffer-Identity:[x] X-Forwarded-For:[1.2.3.4] X-Real-Ip:[1.2.3.4] X-Sum:[9] X-Unsent:[]]"},
	} {
		t.Run(name, func(t *testing.T) {
			var got http.Header
			origin := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if b, err := io.ReadAll(r.Body); string(b) != "abc" || err != nil {
					t.Errorf("body %q, error %v", b, err)
				}
				got = r.Trailer.Clone()
			}))
			answer := exchange(t, reverse(t, middleware(t, proxy.Config{Peers: c.peers}), origin), sent)
			if !strings.HasPrefix(answer, "HTTP/1.1 200 ") || fmt.Sprint(got) != c.want {
				t.Errorf("got %v, want %s\n%s", got, c.want, answer)
			}
		})
	}
}

// A response before the response takes nothing away that others have set, and
// brings nothing of the connection to the origin.
func TestHintsLeaveTheHeaderAlone(t *testing.T) {
	origin := &twin{answer: "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nX-Hop: 1\r\nConnection: X-Hop\r\nKeep-Alive: 5\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nX-Own: 1\r\nX-Outer: 2\r\nContent-Length: 2\r\n\r\nok"}
	u, err := url.Parse(serve(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	inner := proxy.NewReverseProxy(middleware(t, proxy.Config{}).Middleware, u)
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Outer", "1")
		inner.ServeHTTP(w, r)
	}))
	for _, path := range []string{"/any", "/listed"} {
		got := seen(t, exchange(t, server, "GET "+path+" HTTP/1.1\r\nHost: "+site+"\r\nConnection: close\r\n\r\n"), "GET")
		want := `103 Early Hints map["Link":["<a>"] "X-Outer":["1"]] length 0 coding [] body "" (0) broken false trailer map[]` + "\n" +
			`200 OK map["Content-Length":["2"] "Content-Type":["text/plain; charset=utf-8"] "X-Outer":["1" "2"] "X-Own":["1"]] length 2 coding [] body "ok" (2) broken false trailer map[]` + "\n"
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", path, got, want)
		}
	}
}

// Who waits for a body that is late knows at least that it will come.
func TestHeaderOfALateBody(t *testing.T) {
	for _, kind := range []string{"text/event-stream", "application/json"} {
		more := make(chan struct{})
		url := reverse(t, middleware(t, proxy.Config{}), serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_ = http.NewResponseController(w).Flush()
			<-more
			_, _ = io.WriteString(w, "late")
		})))
		body := open(t, url+"/any", navigation...) // returns with the header
		close(more)
		next(t, body, "late")
	}
}

// A body without a length stays one, even if there is nothing in it.
func TestEmptyBodyWithoutLength(t *testing.T) {
	origin := &twin{answer: "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}
	a := ask(t, reverse(t, middleware(t, proxy.Config{}), serve(t, origin)), "GET", "/any", "Accept: image/png")
	if a.err != nil || a.length != -1 || a.body != "" {
		t.Errorf("got %v", a)
	}
}

// A visitor's body that breaks off is the visitor's fault, before the origin's
// answer and after it.
func TestRequestBodyBreaksOff(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	m := middleware(t, proxy.Config{})
	server := reverse(t, m, origin.url())
	for _, path := range []string{"/any", "/listed"} {
		answer := exchange(t, server, "POST "+path+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n")
		if !strings.HasPrefix(answer, "HTTP/1.1 400 ") {
			t.Errorf("got %q", answer)
		}
	}
	m.expect(t, map[string]float64{"origin_errors_total/request": 2})
}

// In HTTP/2 a body that says to be empty ends on its own; one that turns out to be
// none takes its request along.
func TestEmptyBodyThatIsNone(t *testing.T) {
	origin := newRawOrigin(t, rawPage)
	u, err := url.Parse(origin.url())
	if err != nil {
		t.Fatal(err)
	}
	h := proxy.NewReverseProxy(middleware(t, proxy.Config{}).Middleware, u)
	for name, c := range map[string]struct {
		body io.Reader
		want int
	}{"empty": {strings.NewReader(""), 200}, "broken": {iotest.ErrReader(errTest), 400}} {
		r := httptest.NewRequest("POST", "/any", c.body)
		r.Proto, r.ProtoMajor, r.ProtoMinor, r.ContentLength = "HTTP/2.0", 2, 0, 0
		r.Header.Set("Content-Length", "0")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		requests, raw := origin.got()
		if w.Code != c.want || c.want == 200 != (len(requests) == 1) {
			t.Errorf("%s: status %d, the origin got %q", name, w.Code, raw)
		}
		origin.forget()
	}
}

// Both ends of a tunnel may fall silent while the other still speaks.
func TestTunnelEndsInHalves(t *testing.T) {
	const switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	for name, first := range map[string]string{"the visitor ends first": "visitor", "the origin ends first": "origin"} {
		t.Run(name, func(t *testing.T) {
			origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				c, b, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = c.Close() }()
				_, _ = io.WriteString(c, switched)
				if first == "origin" {
					_, _ = io.WriteString(c, "all of it")
					_ = c.(*net.TCPConn).CloseWrite()
				}
				said, err := io.ReadAll(b)
				if string(said) != "bye" || err != nil {
					t.Errorf("the origin reads %q, error %v", said, err)
				}
				if first == "visitor" {
					_, _ = io.WriteString(c, "all of it")
				}
			}))
			c := dialJoint(t, middleware(t, proxy.Config{}), origin)
			_, _ = io.WriteString(c, "GET /listed HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			r := bufio.NewReader(c)
			if status := statusLine(t, r); !strings.HasPrefix(status, "HTTP/1.1 101 ") {
				t.Fatalf("got %q", status)
			}
			bye := func() {
				_, _ = io.WriteString(c, "bye")
				_ = c.CloseWrite()
			}
			if first == "visitor" {
				bye()
			}
			if got, err := io.ReadAll(r); string(got) != "all of it" || err != nil {
				t.Errorf("the visitor reads %q, error %v", got, err)
			}
			if first == "origin" {
				bye()
			}
		})
	}
}

// dialJoint connects to a reverse proxy whose server joins writes.
func dialJoint(t testing.TB, m *rig, origin string) *net.TCPConn {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(proxy.NewReverseProxy(m.Middleware, u))
	s.Listener, s.Config.ConnContext = proxy.JoinWrites(s.Listener), proxy.ConnContext
	s.Start()
	t.Cleanup(s.Close)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

package proxy_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/visitor"
)

// replying is an engine whose module answers requests to endpoints with a reply
// that is made of the request, and pages as the native one does.
func replying(t testing.TB, reply func(*abi.Request) []byte) proxy.Engine {
	t.Helper()
	return handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		r := new(abi.Request)
		if status, text := r.Decode(request); status != abi.StatusOK {
			t.Errorf("the request is refused: %s", text)
		}
		if r.Kind != abi.KindEvent {
			return inner.Handle(ctx, dst, request)
		}
		if !bytes.Equal(r.Snapshot, inner.Snapshot().Hash[:]) {
			t.Errorf("asked for snapshot %x", r.Snapshot)
		}
		return append(dst, reply(r)...), nil
	})
}

func headers(pairs ...string) (out []abi.Header) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, abi.Header{Name: []byte(pairs[i]), Value: []byte(pairs[i+1])})
	}
	return out
}

func texts(list ...string) (out [][]byte) {
	for _, s := range list {
		out = append(out, []byte(s))
	}
	return out
}

// plainReply is a whole reply of a module.
func plainReply(r abi.Reply) []byte {
	r.Snapshot = make([]byte, abi.HashSize)
	return abi.AppendReply(nil, &r)
}

// send sends a body to an endpoint.
func send(t testing.TB, method, url string, body io.Reader, headers ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = site
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Header.Del("Date")
	return res.StatusCode, res.Header, string(text)
}

// nobody is an origin that must not be asked.
func nobody(t testing.TB) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the origin is asked for %s %s", r.Method, r.URL)
	})
}

// What the module is told of a request to an endpoint.
func TestEndpointIsAsked(t *testing.T) {
	var asked *abi.Request
	engine := replying(t, func(r *abi.Request) []byte {
		asked = r
		return plainReply(abi.Reply{Code: 204})
	})
	everywhere(t, func(t *testing.T, front front) {
		url := front(t, middleware(t, proxy.Config{
			Engine: engine, Clock: func() time.Time { return testTime },
			CountryHeader: "X-Country", Peers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		}), nobody(t))
		status, _, _ := send(t, "POST", url+"/.proffer/event%20?seen=a%2Bb&x", strings.NewReader("accept=c\x00\xff"),
			"Cookie: a=b; proffer=v; proffer_e=w; c=d; __Host-proffer=x; __Host-proffer_e=y; proffer_identity=z",
			"Origin: http://shop.example", "Referer: http://shop.example/p", "Accept: */*", "Content-Type: text/plain", `If-None-Match: "1"`,
			"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: no-cors", "Accept-Language: fr", "User-Agent: me", "Sec-Gpc: 1",
			"X-Country: FR", "X-Other: no", "X-Forwarded-Proto: https", "Sec-Fetch-Dest: empty")
		if status != 204 {
			t.Fatalf("status %d", status)
		}
		got := map[string]string{}
		for _, h := range asked.Headers {
			got[string(h.Name)] = string(h.Value)
		}
		want := map[string]string{
			"cookie": "proffer=v; proffer_e=w; __Host-proffer=x; __Host-proffer_e=y; proffer_identity=z",
			"origin": "http://shop.example", "referer": "http://shop.example/p", "accept": "*/*", "if-none-match": `"1"`,
			"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "accept-language": "fr", "user-agent": "me",
			"sec-gpc": "1", "x-country": "FR",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("headers are %v, want %v", got, want)
		}
		if string(asked.Method) != "POST" || string(asked.Path) != "/.proffer/event%20" || string(asked.Query) != "seen=a%2Bb&x" ||
			string(asked.Body) != "accept=c\x00\xff" || string(asked.Host) != site || asked.Time != testTime.UnixMilli() ||
			len(asked.Entropy) != abi.EntropySize || !asked.Flags.Has(abi.FlagSecure|abi.FlagPeer) || asked.Want != 0 {
			t.Errorf("asked is %+v", asked)
		}
	})
}

// A page's decision has both cookies, too.
func TestPageHasBothCookies(t *testing.T) {
	r := asked(t, proxy.Config{}, page(slotted), "/any", with("Cookie: a=b; proffer_e=w; proffer=v; __Host-proffer_e=y")...)
	if got := string(r.Headers[0].Value); got != "proffer_e=w; proffer=v; __Host-proffer_e=y" {
		t.Errorf("cookies are %q", got)
	}
	for _, name := range []string{visitor.EventsName, visitor.EventsNameSecure} {
		everywhere(t, func(t *testing.T, front front) {
			var seen string
			m := middleware(t, proxy.Config{})
			url := front(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen = r.Header.Get("Cookie") }))
			ask(t, url, "GET", "/any", "Cookie: "+name+"=w; a=b")
			if seen != "a=b" {
				t.Errorf("the origin gets %q", seen)
			}
		})
	}
}

// The reply goes out as it is, whatever the method.
func TestReplyIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		reply  abi.Reply
		header string
	}{
		"redirect": {abi.Reply{Code: 303, Headers: headers("location", "/beach", "cache-control", "no-store"),
			Cookies: texts("proffer_e=a; Path=/", "proffer=; Max-Age=0")},
			"map[Cache-Control:[no-store] Content-Length:[0] Location:[/beach] Set-Cookie:[proffer_e=a; Path=/ proffer=; Max-Age=0]]"},
		"script": {abi.Reply{Code: 200, Headers: headers("content-type", "text/javascript; charset=utf-8", "vary", "a", "vary", "b"), Body: []byte("void 0")},
			"map[Content-Length:[6] Content-Type:[text/javascript; charset=utf-8] Vary:[a b]]"},
		"without a type": {abi.Reply{Code: 404, Body: []byte("<html>")}, "map[Content-Length:[6]]"},
		"nothing":        {abi.Reply{Code: 204}, "map[]"},
		"not modified":   {abi.Reply{Code: 304, Headers: headers("etag", `"1"`)}, `map[Etag:["1"]]`},
		"unusual":        {abi.Reply{Code: 599}, "map[Content-Length:[0]]"},
	} {
		t.Run(name, func(t *testing.T) {
			engine := replying(t, func(*abi.Request) []byte { return plainReply(c.reply) })
			everywhere(t, func(t *testing.T, front front) {
				url := front(t, middleware(t, proxy.Config{Engine: engine}), nobody(t))
				for _, method := range []string{"GET", "HEAD", "POST", "BREW", "OPTIONS"} {
					status, header, body := send(t, method, url+"/.proffer/click?t=1", nil)
					want := string(c.reply.Body)
					if method == "HEAD" {
						want = ""
						if c.reply.Body == nil {
							header.Set("Content-Length", "0") // net/http leaves it out
							if c.reply.Code == 204 || c.reply.Code == 304 {
								header.Del("Content-Length")
							}
						}
					}
					if status != c.reply.Code || body != want || fmt.Sprint(header) != c.header {
						t.Errorf("%s: %d %v %q", method, status, header, body)
					}
				}
			})
		})
	}
}

// A reply that would make another response of itself is none.
func TestBadReplies(t *testing.T) {
	for name, reply := range map[string][]byte{
		"line break in a header": plainReply(abi.Reply{Code: 303, Headers: headers("location", "/a\r\nset-cookie: x=y")}),
		"line break in a cookie": plainReply(abi.Reply{Code: 204, Cookies: texts("a=b\nlocation: /c")}),
		"empty cookie":           plainReply(abi.Reply{Code: 204, Cookies: texts("")}),
		"nul":                    plainReply(abi.Reply{Code: 204, Headers: headers("x", "a\x00b")}),
		"no name":                plainReply(abi.Reply{Code: 204, Headers: headers("", "a")}),
		"name with a colon":      plainReply(abi.Reply{Code: 204, Headers: headers("a:b", "c")}),
		"name with a break":      plainReply(abi.Reply{Code: 204, Headers: headers("a\nb", "c")}),
		"cookie as header":       plainReply(abi.Reply{Code: 204, Headers: headers("Set-Cookie", "a=b")}),
		"length":                 plainReply(abi.Reply{Code: 200, Headers: headers("content-length", "5")}),
		"chunked":                plainReply(abi.Reply{Code: 200, Headers: headers("Transfer-Encoding", "chunked")}),
		"connection":             plainReply(abi.Reply{Code: 200, Headers: headers("connection", "close")}),
		"body of 204":            plainReply(abi.Reply{Code: 204, Body: []byte("x")}),
		"body of 304":            plainReply(abi.Reply{Code: 304, Body: []byte("x")}),
		"switching protocols":    plainReply(abi.Reply{Code: 101}),
		"continue":               plainReply(abi.Reply{Code: 100}),
		"no code":                plainReply(abi.Reply{}),
		"code of four digits":    plainReply(abi.Reply{Code: 1000}),
		"a page's answer":        abi.AppendAnswer(nil, &abi.Answer{Snapshot: make([]byte, abi.HashSize)}),
	} {
		t.Run(name, func(t *testing.T) { refusedReply(t, reply, 503) })
	}
}

// refusedReply holds that an answer of the module does not go out.
func refusedReply(t *testing.T, reply []byte, want int) {
	t.Helper()
	engine := replying(t, func(*abi.Request) []byte { return reply })
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{Engine: engine})
		status, header, body := send(t, "GET", front(t, m, nobody(t))+"/.proffer/click", nil)
		if status != want || len(header["Set-Cookie"]) != 0 || header.Get("Location") != "" || header.Get("Cache-Control") != "no-store" ||
			header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.HasSuffix(body, ".\n") {
			t.Errorf("%d %v %q", status, header, body)
		}
		if n := m.replies(t, "click", fmt.Sprintf("%dxx", want/100)); n != 1 {
			t.Errorf("%v counted", n)
		}
	})
}

// Whatever the engine does, the visitor is told that it does not work now.
func TestEndpointFails(t *testing.T) {
	for name, c := range failing(t) {
		t.Run(name, func(t *testing.T) {
			want := 503
			if name == "refusal" {
				want = 400
			}
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{Engine: c.engine})
				url := front(t, m, nobody(t))
				for range 2 {
					status, _, body := send(t, "POST", url+"/.proffer/event", strings.NewReader("seen=1"))
					if status != want || !strings.HasSuffix(body, ".\n") {
						t.Errorf("%d %q", status, body)
					}
				}
				if n := m.replies(t, "event", fmt.Sprintf("%dxx", want/100)); n != 2 {
					t.Errorf("%v counted", n)
				}
			})
		})
	}
	t.Run("unsupported", func(t *testing.T) { refusedReply(t, abi.AppendError(nil, abi.StatusUnsupported, "kind"), 404) })
	t.Run("malformed", func(t *testing.T) { refusedReply(t, abi.AppendError(nil, abi.StatusMalformed, "envelope"), 503) })
}

// A need is answered by an empty record, once.
func TestEndpointNeed(t *testing.T) {
	calls := 0
	engine := replying(t, func(r *abi.Request) []byte {
		if calls++; !r.HasRecord {
			return abi.AppendNeed(nil, &abi.Need{Folders: texts("visitors")})
		}
		return plainReply(abi.Reply{Code: 204})
	})
	url := serve(t, middleware(t, proxy.Config{Engine: engine}).Wrap(nobody(t)))
	if status, _, _ := send(t, "POST", url+"/.proffer/event", nil); status != 204 || calls != 2 {
		t.Errorf("%d after %d calls", status, calls)
	}
}

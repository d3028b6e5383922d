package envoy_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// object is a configuration as JSON, with more members.
func object(t testing.TB, snapshot, settings []byte, more map[string]any) []byte {
	t.Helper()
	m := map[string]any{"settings": base64.StdEncoding.EncodeToString(settings)}
	if snapshot != nil {
		m["snapshot"] = base64.StdEncoding.EncodeToString(snapshot)
	}
	for name, v := range more {
		m[name] = v
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPages runs the cases of the http-wasm variant, whose format
// host/hosttest/pagecase tells: each page is what plugin/guest makes of it
// byte for byte, however it is cut into parts. It is that variant's page too, but
// for the tickets in its links and its cookie: which slots a page has is not known
// when its head goes out, so that its offers are recorded as generated.
func TestPages(t *testing.T) {
	decided := 0
	pagecase.Run(t, func(t *testing.T, pages *pagecase.Case) {
		c := newCase(t, pages)
		c.run(pages)
		decided += c.decided
		if len(c.logs) > 0 {
			t.Errorf("the module logs %q", c.logs)
		}
	})
	if decided < 30 {
		t.Errorf("only %d pages of the cases are decided", decided)
	}
}

type pageCase struct {
	*host
	settings, snapshot []byte
	random             *rand.Rand
	origin, cookie     string
	decided            int
}

func newCase(t *testing.T, pages *pagecase.Case) *pageCase {
	t.Helper()
	c := &pageCase{random: rand.New(rand.NewPCG(1, uint64(len(pages.Files))))}
	c.settings, c.snapshot = pagecase.Settings(pages.Paused...), pages.Snapshot
	c.host = newHost(t, object(t, c.snapshot, c.settings, nil))
	return c
}

func (c *pageCase) run(pages *pagecase.Case) {
	var request string
	for _, f := range pages.Files {
		switch f.Name {
		case "origin":
			c.origin = string(f.Data)
		case "request":
			request = pagecase.Fill(c, string(f.Data), c.cookie)
		case "passed", "decided":
			var head fields
			for _, size := range []int{1 << 20, 1, 0} { // 0: as it comes
				e := c.send(request, size)
				head = e.response
				c.check(f, request, e)
			}
			for _, v := range head.all("set-cookie") {
				if strings.HasPrefix(strings.TrimPrefix(v, "__Host-"), "proffer=") {
					c.cookie, _, _ = strings.Cut(v, ";")
				}
			}
		}
	}
}

// send lets a request and the origin's response through, its body in parts.
func (c *pageCase) send(request string, size int) *exchange {
	c.Helper()
	head, body := parseResponse(c, c.origin)
	var parts [][]byte
	if in := parseRequest(c, request); in.get(":method") != "HEAD" {
		parts = cut(body, func() int {
			if size == 0 {
				return 1 + c.random.IntN(40)
			}
			return size
		})
	}
	e := c.open(parseRequest(c, request), nil, head, parts...).run()
	if !e.done || !e.asked {
		c.Fatal("the page does not arrive")
	}
	return e
}

func cut(body []byte, size func() int) (parts [][]byte) {
	for len(body) > 0 {
		n := min(size(), len(body))
		parts, body = append(parts, body[:n]), body[n:]
	}
	return parts
}

func (c *pageCase) check(f txtar.File, request string, e *exchange) {
	c.Helper()
	head, body := parseResponse(c, c.origin)
	if f.Name == "passed" || !strings.Contains(strings.ToLower(head.get("content-type")), "charset=") {
		if !slices.Equal(e.response, head) || len(e.out) > 0 && !bytes.Equal(e.out, body) {
			c.Errorf("the page is changed:\n%v\n%s", e.response, e.out)
		}
		return
	}
	c.decided++
	for _, name := range []string{"accept-encoding", "range", "if-range", "if-none-match", "if-modified-since"} {
		if e.request.get(name) != "" {
			c.Errorf("the origin is asked with %s: %q", name, e.request.get(name))
		}
	}
	a := c.decide(request)
	_, golden, _ := strings.Cut(string(f.Data), "\n\n")
	if want := fillPage(body, a); string(e.out) != want || unsigned(string(e.out)) != unsigned(golden) {
		c.Errorf("the body is\n%s\nin process\n%s\nin http-wasm\n%s", e.out, want, golden)
	}
	cookies := head.all("set-cookie")
	for _, v := range a.Cookies {
		cookies = append(cookies, string(v))
	}
	if got := e.response.all("set-cookie"); !slices.Equal(got, cookies) {
		c.Errorf("the cookies are %q, in process %q", got, cookies)
	}
	if private := e.response.get("cache-control") == "private, no-store"; private != (a.Cache == abi.CachePrivate) {
		c.Errorf("the page is private: %v, in process %v", private, !private)
	}
	if e.response.get("content-length") != "" || e.response.get("content-digest") != "" {
		c.Errorf("the head speaks of another body: %v", e.response)
	}
}

// decide answers a request in this process, without package edge.
func (c *pageCase) decide(request string) *abi.Answer {
	c.Helper()
	r := asked(parseRequest(c, request))
	for {
		out, err := abi.DecodeResponse(hosttest.InProcess(c, c.settings, c.snapshot, r))
		if err != nil {
			c.Fatal(err)
		}
		if out.Status == abi.StatusNeed && !r.HasRecord {
			r.HasRecord = true
			continue
		}
		if out.Status != abi.StatusOK || !out.Answer.Listed {
			c.Fatalf("in process: status %v, %s, listed %v", out.Status, out.Text, out.Answer.Listed)
		}
		return &out.Answer
	}
}

// asked is the request to the module for a page.
func asked(f fields) *abi.Request {
	path, query, _ := strings.Cut(f.get(":path"), "?")
	host, _, _ := strings.Cut(strings.ToLower(f.get(":authority")), ":")
	r := &abi.Request{Kind: abi.KindPage, Want: abi.WantHTML, Host: []byte(strings.TrimSuffix(host, ".")), Path: []byte(path), Query: []byte(query)}
	if f.get("x-forwarded-proto") == "https" {
		r.Flags |= abi.FlagSecure
	}
	for _, h := range f {
		if h[0][0] != ':' {
			r.Headers = append(r.Headers, abi.Header{Name: []byte(h[0]), Value: []byte(h[1])})
		}
	}
	return r
}

// fillPage puts the renderings of an answer where the page has their slots.
func fillPage(body []byte, a *abi.Answer) string {
	var out []byte
	from := 0
	for _, place := range inject.Find(make([]inject.Place, abi.MaxSlots), body) {
		for i := range a.Slots {
			if s := &a.Slots[i]; s.HTML != nil && s.N == place.N && bytes.Equal(s.Space, place.Space) {
				out = append(append(out, body[from:place.From]...), s.HTML...)
				from = place.To
			}
		}
	}
	return string(append(out, body[from:]...))
}

var ticket = regexp.MustCompile(`\?t=[\w-]+`)

// unsigned is a page without the tickets in its links.
func unsigned(page string) string { return ticket.ReplaceAllString(page, "?t=") }

func parseRequest(t testing.TB, text string) fields {
	t.Helper()
	in, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text + "\n")))
	if err != nil {
		t.Fatal(err)
	}
	f := fields{{":method", in.Method}, {":path", in.URL.RequestURI()}, {":authority", in.Host}, {":scheme", "http"}}
	for name, values := range in.Header {
		for _, v := range values {
			f = append(f, [2]string{strings.ToLower(name), v})
		}
	}
	return f
}

func parseResponse(t testing.TB, text string) (fields, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	status, lines, _ := strings.Cut(head, "\n")
	f := fields{{":status", strings.Fields(status)[1]}}
	for _, line := range strings.Split(lines, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			f = append(f, [2]string{strings.ToLower(name), value})
		}
	}
	return f, []byte(body)
}

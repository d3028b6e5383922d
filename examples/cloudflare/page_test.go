//go:build edges

package cloudflare_test

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestPages runs the pages of host/hosttest/pagecase, and compares them with what the
// module's Go code makes of them in this process: without knowing the slots of the
// body, for the Worker decides before it comes.
func TestPages(t *testing.T) {
	pagecase.Run(t, func(t *testing.T, pages *pagecase.Case) { newCase(t, pages).run(pages) })
}

// pageCase is a case while it runs.
type pageCase struct {
	*testing.T
	settings, snapshot []byte
	workerd            *workerd
	origin             *pagecase.Origin
	cookie             string
}

func newCase(t *testing.T, pages *pagecase.Case) *pageCase {
	t.Helper()
	c := &pageCase{T: t, settings: pagecase.Settings(pages.Paused...), snapshot: pages.Snapshot, origin: &pagecase.Origin{}}
	c.workerd = start(t, setup{settings: c.settings, snapshot: c.snapshot, origin: c.origin})
	return c
}

func (c *pageCase) run(pages *pagecase.Case) {
	var request string
	var got pagecase.Response
	answered := 0
	for _, f := range pages.Files {
		switch f.Name {
		case "origin":
			c.origin.Say(string(f.Data))
		case "request":
			request = pagecase.Fill(c, string(f.Data), c.cookie)
			got = c.workerd.send(c.T, request+"\n")
		case "passed":
			answered++
			c.checkPassed(got)
		case "decided":
			answered++
			c.checkDecided(request, got)
		}
	}
	if answered == 0 {
		c.Error("the case has no answer")
	}
	if said := c.workerd.said.String(); strings.Contains(said, "proffer: ") {
		c.Errorf("the Worker writes %q", said)
	}
}

// checkPassed demands the origin's response, byte for byte.
func (c *pageCase) checkPassed(got pagecase.Response) {
	c.Helper()
	head, body := c.origin.Said()
	if got.Request.Method != http.MethodHead && got.Text != body {
		c.Errorf("the body is %q, want the origin's %q", got.Text, body)
	}
	for name, values := range got.Header {
		for _, v := range values {
			if line := name + ": " + v; name != "Content-Length" && name != "Date" && name != "Connection" && !strings.Contains(head+"\n", line+"\n") {
				c.Errorf("the response has %q, which the origin did not send", line)
			}
		}
	}
}

// checkDecided compares a page with the answer in this process.
func (c *pageCase) checkDecided(request string, got pagecase.Response) {
	c.Helper()
	for _, name := range []string{"Range", "If-Range", "If-None-Match", "If-Modified-Since"} {
		if v := c.origin.Last().Header.Values(name); v != nil {
			c.Errorf("the origin is asked with %s: %q", name, v)
		}
	}
	if v := c.origin.Last().Header.Get("Accept-Encoding"); v != "identity" {
		c.Errorf("the origin is asked for the coding %q", v)
	}
	head, body := c.origin.Said()
	b := c.decide(request)
	a, err := abi.DecodeResponse(b)
	if err != nil || a.Status != abi.StatusOK || !a.Answer.Listed {
		c.Fatalf("in process: %q, %v", b, err)
	}
	if want := fill(c.T, b, body); got.Text != want {
		c.Errorf("the body is %q, in process it is %q", got.Text, want)
	}
	var cookies []string
	for _, line := range strings.Split(head, "\n") {
		if v, ok := strings.CutPrefix(line, "Set-Cookie: "); ok {
			cookies = append(cookies, v)
		}
	}
	for _, v := range a.Answer.Cookies {
		cookies = append(cookies, string(v))
	}
	if cookie := got.Cookie(); cookie != "" {
		c.cookie = cookie
	}
	if v := got.Header.Values("Set-Cookie"); !slices.Equal(v, cookies) {
		c.Errorf("the cookies are %q, in process %q", v, cookies)
	}
	if private := got.Header.Get("Cache-Control") == "private, no-store"; private != (a.Answer.Cache == abi.CachePrivate) {
		c.Errorf("the page is private: %v, in process %v", private, !private)
	}
	for _, name := range []string{"Content-Length", "Etag", "Last-Modified", "Repr-Digest"} {
		if v := got.Header.Get(name); v != "" && a.Answer.Cache == abi.CachePrivate {
			c.Errorf("the page has %s: %s", name, v)
		}
	}
}

// decide answers a request in this process.
func (c *pageCase) decide(text string) []byte {
	c.Helper()
	in, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text + "\n")))
	if err != nil {
		c.Fatal(err)
	}
	host, _, _ := strings.Cut(strings.ToLower(in.Host), ":")
	r := abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML | abi.WantEvents,
		Host: []byte(strings.TrimSuffix(host, ".")), Path: []byte(in.URL.EscapedPath()), Query: []byte(in.URL.RawQuery),
	}
	if in.Header.Get("X-Forwarded-Proto") == "https" {
		r.Flags |= abi.FlagSecure
	}
	for name, values := range in.Header {
		for _, v := range values {
			r.Headers = append(r.Headers, abi.Header{Name: bytes.ToLower([]byte(name)), Value: []byte(v)})
		}
	}
	b := hosttest.InProcess(c, c.settings, c.snapshot, &r)
	if status, _ := abi.StatusOf(b); status == abi.StatusNeed {
		r.HasRecord = true
		b = hosttest.InProcess(c, c.settings, c.snapshot, &r)
	}
	return b
}

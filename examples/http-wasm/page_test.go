package httpwasm_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

var update = flag.Bool("update", false, "rewrite the responses in testdata")

// TestPages runs the cases, and with -update writes their responses anew.
func TestPages(t *testing.T) {
	pagecase.Run(t, func(t *testing.T, pages *pagecase.Case) {
		newCase(t, pages).run(pages)
		if *update {
			if err := os.WriteFile(filepath.Join("..", "..", "host", "hosttest", "pagecase", "testdata", pages.File), txtar.Format(pages.Archive), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// pageCase is a case while it runs.
type pageCase struct {
	*testing.T
	settings, snapshot []byte
	middleware         *middleware
	origin             pagecase.Origin
	cookie             string
}

func newCase(t *testing.T, pages *pagecase.Case) *pageCase {
	t.Helper()
	c := &pageCase{T: t, settings: pagecase.Settings(pages.Paused...), snapshot: pages.Snapshot}
	c.middleware = newMiddleware(t, guestConfig(t, c.snapshot, c.settings), wazero.NewModuleConfig())
	return c
}

func (c *pageCase) run(pages *pagecase.Case) {
	server := c.middleware.serve(c, &c.origin)
	var request string
	var got pagecase.Response
	answered := 0
	for i := range pages.Files {
		f := &pages.Files[i]
		switch f.Name {
		case "catalog.yaml", "paused":
		case "origin":
			c.origin.Say(string(f.Data))
		case "request":
			request = pagecase.Fill(c, string(f.Data), c.cookie)
			got = send(c, server, request+"\n")
		case "passed", "decided":
			answered++
			if f.Name == "passed" {
				c.checkPassed(got)
			} else {
				c.checkDecided(request, got)
			}
			c.golden(f, got.String())
		default:
			c.Fatalf("unknown file %q", f.Name)
		}
	}
	if answered == 0 {
		c.Error("the case has no answer")
	}
	if c.middleware.log.Len() > 0 {
		c.Errorf("the module logs %q", c.middleware.log.String())
	}
}

func (c *pageCase) golden(f *txtar.File, got string) {
	c.Helper()
	if *update {
		f.Data = []byte(got)
	}
	if string(f.Data) != got {
		c.Errorf("%s\n got:\n%s\nwant:\n%s", f.Name, got, f.Data)
	}
}

// checkPassed demands the origin's response, byte for byte.
func (c *pageCase) checkPassed(got pagecase.Response) {
	c.Helper()
	said, body := c.origin.Said()
	if got.Request.Method != http.MethodHead && got.Text != body {
		c.Errorf("the body is %q, want the origin's %q", got.Text, body)
	}
	head, _, _ := strings.Cut(got.String(), "\n\n")
	for _, line := range strings.Split(head, "\n")[1:] {
		if !strings.Contains(said+"\n", line+"\n") && !strings.HasPrefix(line, "Content-Length: ") {
			c.Errorf("the response has %q, which the origin did not send", line)
		}
	}
}

// checkDecided compares a page with what plugin/guest answers in this process.
func (c *pageCase) checkDecided(request string, got pagecase.Response) {
	c.Helper()
	for _, name := range []string{"Accept-Encoding", "Range", "If-Range", "If-None-Match", "If-Modified-Since"} {
		if v := c.origin.Last().Header.Values(name); v != nil {
			c.Errorf("the origin is asked with %s: %q", name, v)
		}
	}
	head, body := c.origin.Said()
	a := c.decide(request, []byte(body))
	if want := fillPage([]byte(body), a); got.Text != want {
		c.Errorf("the body is %q, in process it is %q", got.Text, want)
	}
	var cookies []string
	for _, line := range strings.Split(head, "\n") {
		if v, ok := strings.CutPrefix(line, "Set-Cookie: "); ok {
			cookies = append(cookies, v)
		}
	}
	for _, v := range a.Cookies {
		cookies = append(cookies, string(v))
		c.cookie, _, _ = strings.Cut(string(v), ";")
	}
	if v := got.Header.Values("Set-Cookie"); !slices.Equal(v, cookies) {
		c.Errorf("the cookies are %q, in process %q", v, cookies)
	}
	if private := got.Header.Get("Cache-Control") == "private, no-store"; private != (a.Cache == abi.CachePrivate) {
		c.Errorf("the page is private: %v, in process %v", private, !private)
	}
}

// decide answers a request in this process, without package edge.
func (c *pageCase) decide(text string, body []byte) *abi.Answer {
	c.Helper()
	in, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text + "\n")))
	if err != nil {
		c.Fatal(err)
	}
	host, _, _ := strings.Cut(strings.ToLower(in.Host), ":") // and without the dot of a rooted name
	r := abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML,
		Host: []byte(strings.TrimSuffix(host, ".")), Path: []byte(in.URL.EscapedPath()), Query: []byte(in.URL.RawQuery),
		HasSlots: true,
	}
	if in.Header.Get("X-Forwarded-Proto") == "https" {
		r.Flags |= abi.FlagSecure
	}
	for name, values := range in.Header {
		for _, v := range values {
			r.Headers = append(r.Headers, abi.Header{Name: bytes.ToLower([]byte(name)), Value: []byte(v)})
		}
	}
	for _, s := range inject.Scan(make([]inject.Slot, abi.MaxSlots), body) {
		r.Slots = append(r.Slots, abi.Slot{Space: s.Space, N: s.N, Held: abi.HeldYes})
	}
	for {
		out, err := abi.DecodeResponse(hosttest.InProcess(c, c.settings, c.snapshot, &r))
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
	return fmt.Sprintf("%s%s", out, body[from:])
}

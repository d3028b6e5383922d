//go:build edges

package cloudflare_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestPages runs the pages of examples/http-wasm, whose page_test.go says what is
// in them, and compares them with what the module's Go code makes of them in this
// process: without knowing the slots of the body, for the Worker decides before it
// comes.
func TestPages(t *testing.T) {
	names, err := filepath.Glob("../http-wasm/testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			newCase(t, archive).run(archive)
		})
	}
}

// pageCase is a case while it runs.
type pageCase struct {
	*testing.T
	settings, snapshot []byte
	workerd            *workerd
	origin             *origin
	cookie             string
}

func newCase(t *testing.T, archive *txtar.Archive) *pageCase {
	t.Helper()
	var files []catalog.File
	var paused []abi.Paused
	for _, f := range archive.Files {
		switch f.Name {
		case "catalog.yaml":
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		case "paused":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				env, code, _ := strings.Cut(line, " ")
				paused = append(paused, abi.Paused{Environment: env, Kind: abi.PausedOffer, Name: code})
			}
		}
	}
	snapshot, err := hosttest.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	c := &pageCase{T: t, settings: fixed(paused...), snapshot: snapshot, origin: &origin{}}
	c.workerd = start(t, setup{settings: c.settings, snapshot: snapshot, origin: c.origin})
	return c
}

func (c *pageCase) run(archive *txtar.Archive) {
	var request string
	var got page
	answered := 0
	for _, f := range archive.Files {
		switch f.Name {
		case "origin":
			c.origin.text = string(f.Data)
		case "request":
			request = c.fill(string(f.Data))
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

var token = regexp.MustCompile(`\$token\(([^)]*)\)`)

// fill puts cookie and tokens into a request.
func (c *pageCase) fill(request string) string {
	request = strings.ReplaceAll(request, "$cookie", c.cookie)
	return token.ReplaceAllStringFunc(request, func(s string) string {
		form, err := url.ParseQuery(token.FindStringSubmatch(s)[1])
		if err != nil {
			c.Fatal(err)
		}
		var attributes []seal.Attribute
		for name, values := range form {
			if rest, ok := strings.CutPrefix(name, "a."); ok {
				attributes = append(attributes, seal.Attribute{Name: rest, Value: values[0]})
			}
		}
		b, err := seal.AppendToken(nil, seal.TestKeyring(), form.Get("source"), form.Get("key"), noon.Unix()+3600, attributes)
		if err != nil {
			c.Fatal(err)
		}
		return string(b)
	})
}

// checkPassed demands the origin's response, byte for byte.
func (c *pageCase) checkPassed(got page) {
	c.Helper()
	head, body, _ := strings.Cut(c.origin.text, "\n\n")
	if got.Request.Method != http.MethodHead && string(got.body) != body {
		c.Errorf("the body is %q, want the origin's %q", got.body, body)
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
func (c *pageCase) checkDecided(request string, got page) {
	c.Helper()
	for _, name := range []string{"Range", "If-Range", "If-None-Match", "If-Modified-Since"} {
		if v := c.origin.last.Header.Values(name); v != nil {
			c.Errorf("the origin is asked with %s: %q", name, v)
		}
	}
	if v := c.origin.last.Header.Get("Accept-Encoding"); v != "identity" {
		c.Errorf("the origin is asked for the coding %q", v)
	}
	head, body, _ := strings.Cut(c.origin.text, "\n\n")
	b := c.decide(request)
	a, err := abi.DecodeResponse(b)
	if err != nil || a.Status != abi.StatusOK || !a.Answer.Listed {
		c.Fatalf("in process: %q, %v", b, err)
	}
	if want := fill(c.T, b, body); string(got.body) != want {
		c.Errorf("the body is %q, in process it is %q", got.body, want)
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
	if cookie := got.cookie(); cookie != "" {
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

// origin answers every request with one response, given as text, and keeps the
// last request.
type origin struct {
	text string
	last *http.Request
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.last = r
	head, body, _ := strings.Cut(o.text, "\n\n")
	status, fields, _ := strings.Cut(head, "\n")
	for _, line := range strings.Split(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			w.Header().Add(name, value)
		}
	}
	var code int
	if _, err := fmt.Sscanf(status, "HTTP/1.1 %d", &code); err != nil {
		panic("origin: " + status)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body) // a HEAD has none
}

package httpwasm_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
	"github.com/profferhq/proffer/plugin/seal"
)

var update = flag.Bool("update", false, "rewrite the responses in testdata")

// fixed is the time of all cases.
var fixed = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// settings are the published test key for every use, and fixed time, seed and
// entropy, so that a page has one answer.
func settings(paused ...abi.Paused) []byte {
	c := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity} {
		c.Keys = append(c.Keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	c.Paused = paused
	c.Fixed = &abi.Fixed{Time: fixed.UnixMilli(), Seed: 1, Entropy: [abi.EntropySize]byte{1, 2, 3}}
	return abi.AppendConfig(nil, c)
}

// TestPages runs the cases. In one, in this order and as often as wanted:
//
//	catalog.yaml  the catalog
//	paused        offers that the settings pause, "environment code" on a line
//	origin        the response that the origin gives from here on
//	request       a request. $cookie is the visitor cookie that was set last;
//	              $token(source=main&key=anna&a.tier=gold) an identity token
//	passed        the response to it, in which nothing is changed; or
//	decided       the response to it, as the module makes it
func TestPages(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
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
			if *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// pageCase is a case while it runs.
type pageCase struct {
	*testing.T
	settings, snapshot []byte
	middleware         *middleware
	origin             origin
	cookie             string
}

func newCase(t *testing.T, archive *txtar.Archive) *pageCase {
	t.Helper()
	c := &pageCase{T: t}
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
	var err error
	if c.snapshot, err = hosttest.Compile(files); err != nil {
		t.Fatal(err)
	}
	c.settings = settings(paused...)
	c.middleware = newMiddleware(t, guestConfig(t, c.snapshot, c.settings), wazero.NewModuleConfig())
	return c
}

func (c *pageCase) run(archive *txtar.Archive) {
	server := c.middleware.serve(c, &c.origin)
	var request string
	var got response
	answered := 0
	for i := range archive.Files {
		f := &archive.Files[i]
		switch f.Name {
		case "catalog.yaml", "paused":
		case "origin":
			c.origin.text = string(f.Data)
		case "request":
			request = c.fill(string(f.Data))
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
		b, err := seal.AppendToken(nil, seal.TestKeyring(), form.Get("source"), form.Get("key"), fixed.Unix()+3600, attributes)
		if err != nil {
			c.Fatal(err)
		}
		return string(b)
	})
}

// checkPassed demands the origin's response, byte for byte.
func (c *pageCase) checkPassed(got response) {
	c.Helper()
	_, body, _ := strings.Cut(c.origin.text, "\n\n")
	if got.Request.Method != http.MethodHead && string(got.body) != body {
		c.Errorf("the body is %q, want the origin's %q", got.body, body)
	}
	head, _, _ := strings.Cut(got.String(), "\n\n")
	for _, line := range strings.Split(head, "\n")[1:] {
		if !strings.Contains(c.origin.text, line+"\n") && !strings.HasPrefix(line, "Content-Length: ") {
			c.Errorf("the response has %q, which the origin did not send", line)
		}
	}
}

// checkDecided compares a page with what plugin/guest answers in this process.
func (c *pageCase) checkDecided(request string, got response) {
	c.Helper()
	for _, name := range []string{"Accept-Encoding", "Range", "If-Range", "If-None-Match", "If-Modified-Since"} {
		if v := c.origin.last.Header.Values(name); v != nil {
			c.Errorf("the origin is asked with %s: %q", name, v)
		}
	}
	head, body, _ := strings.Cut(c.origin.text, "\n\n")
	a := c.decide(request, []byte(body))
	if want := fillPage([]byte(body), a); string(got.body) != want {
		c.Errorf("the body is %q, in process it is %q", got.body, want)
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

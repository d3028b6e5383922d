//go:build edges

package varnish_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start runs varnishd in front of a site until the test ends.
func start(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	text, err := os.ReadFile("proffer.vcl")
	if err != nil {
		t.Fatal(err)
	}
	for port, server := range map[string]string{"8081": s.origin.URL, "8082": s.proffer.URL} {
		_, actual, _ := strings.Cut(strings.TrimPrefix(server, "http://"), ":")
		text = bytes.ReplaceAll(text, []byte(`"`+port+`"`), []byte(`"`+actual+`"`))
	}
	dir := t.TempDir()
	vcl := filepath.Join(dir, "proffer.vcl")
	if err := os.WriteFile(vcl, text, 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	var stderr bytes.Buffer
	cmd := exec.Command("varnishd", "-F", "-j", "none", "-a", address, "-f", vcl, "-n", filepath.Join(dir, "work"), "-s", "malloc,16m")
	cmd.Stdout, cmd.Stderr = &stderr, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs Varnish", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	s.edge = "http://" + address
	await(t, address, ended, &stderr)
	return s
}

// freeAddress is one on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// await connects until somebody listens.
func await(t *testing.T, address string, ended chan error, stderr *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("varnishd ends with %v and writes %q", err, stderr.Bytes())
		case <-ctx.Done():
			t.Fatalf("varnishd does not listen on %s", address)
		case <-again.C:
		}
	}
}

// TestPage: one page of the cache, and in it what each visitor is shown.
func TestPage(t *testing.T) {
	s := start(t)
	once, twice := s.visitor(t, 1), s.visitor(t, 2)
	const stranger = "<b>Coast</b> | <b>Lakes</b> | own /own/side.html"
	for range 2 {
		s.expect(t, "who was there once", once, "<b>Lakes</b> | <b>Coast</b> | Welcome back</a>")
		s.expect(t, "who was there twice", twice, "<b>Coast</b> | <b>Lakes</b> | Welcome back</a>")
		s.expect(t, "a stranger", "", stranger)
	}
	s.expect(t, "a forged cookie", forged(once), stranger)
	s.expect(t, "another cookie", "session=x", stranger)
	if n := s.pages.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the page", n)
	}
	if n := s.cookies.Load(); n != 0 {
		t.Errorf("the origin got %d cookies", n)
	}
}

// TestConditional: nobody is shown an earlier visit's offers by a 304.
func TestConditional(t *testing.T) {
	s := start(t)
	s.expect(t, "a stranger", "", "<b>Coast</b> | <b>Lakes</b> | own /own/side.html")
	p := s.get(t, "/", s.visitor(t, 1), `If-None-Match: "1"`, "If-Modified-Since: Fri, 10 Jul 2026 12:00:00 GMT")
	if want := "<b>Lakes</b> | <b>Coast</b> | Welcome back</a>"; p.status != 200 || p.paragraphs() != want {
		t.Errorf("%d %q", p.status, p.paragraphs())
	}
}

// TestCompressed: a page goes out compressed, its fragments with it.
func TestCompressed(t *testing.T) {
	s := start(t)
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // which asks for gzip
	for range 2 {
		res, err := c.Get(s.edge + "/")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, err = b.ReadFrom(res.Body)
		_ = res.Body.Close()
		if p := (&page{body: b.String()}).paragraphs(); err != nil || p != "<b>Coast</b> | <b>Lakes</b> | own /own/side.html" {
			t.Errorf("%v: %q", err, p)
		}
	}
}

// TestOnlyWhatTheOriginSays: what somebody has written into a page is no include.
func TestOnlyWhatTheOriginSays(t *testing.T) {
	s := start(t)
	p := s.get(t, "/comments", s.visitor(t, 1))
	if !strings.Contains(p.body, "<esi:include") || strings.Contains(p.body, "Lakes") {
		t.Errorf("%q", p.body)
	}
	if got := p.header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("cache-control: %s", got)
	}
}

// TestClaims: nobody says through the edge what peers alone may say.
func TestClaims(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/", "/account", "/.proffer/fragment?page=/&slot=hero"} {
		s.get(t, path, "", "Proffer-Identity: p1.x")
	}
	if n := s.claims.Load(); n != 0 {
		t.Errorf("%d claims have come through", n)
	}
}

// TestFragmentsAreNotKept: a fragment is asked for anew, whoever asks, and a click
// in it counts.
func TestFragmentsAreNotKept(t *testing.T) {
	s := start(t)
	once, twice := s.visitor(t, 1), s.visitor(t, 2)
	const fragment = "/.proffer/fragment?page=/&slot=hero"
	for range 2 {
		if a, b := s.get(t, fragment, once), s.get(t, fragment, twice); a.body != "<b>Lakes</b>" || b.body != "<b>Coast</b>" {
			t.Errorf("%q and %q", a.body, b.body)
		}
	}
	_, rest, _ := strings.Cut(s.get(t, "/", once).body, `<a href="`)
	link, _, _ := strings.Cut(rest, `"`)
	p := s.get(t, link, once)
	if p.status != 303 || p.header.Get("Location") != "/back" || !strings.HasPrefix(p.header.Get("Set-Cookie"), "proffer_e=") {
		t.Errorf("a click on %q: %d %v", link, p.status, p.header)
	}
}

// TestWithoutProffer: the page's own content is shown, as far as there is any.
func TestWithoutProffer(t *testing.T) {
	s := start(t)
	once := s.visitor(t, 1)
	s.proffer.Close()
	for range 2 {
		s.expect(t, "everybody", once, "own /own/hero.html |  | own /own/side.html")
	}
	if n := s.pages.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the page", n)
	}
}

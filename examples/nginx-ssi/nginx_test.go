//go:build edges

package nginxssi_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start runs nginx in front of a site until the test ends.
func start(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	text, err := os.ReadFile("proffer.conf")
	if err != nil {
		t.Fatal(err)
	}
	dir, address := t.TempDir(), freeAddress(t)
	for _, c := range [][2]string{
		{"127.0.0.1:8081", strings.TrimPrefix(s.origin.URL, "http://")},
		{"127.0.0.1:8082", strings.TrimPrefix(s.proffer.URL, "http://")},
		{"listen 8080", "listen " + address},
		{"/var/cache/nginx/pages", filepath.Join(dir, "pages")},
	} {
		if !bytes.Contains(text, []byte(c[0])) {
			t.Fatalf("proffer.conf has no %q", c[0])
		}
		text = bytes.ReplaceAll(text, []byte(c[0]), []byte(c[1]))
	}
	whole := fmt.Sprintf(around, dir, text)
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("nginx", "-p", dir, "-e", "stderr", "-c", "nginx.conf")
	cmd.Stdout, cmd.Stderr = &stderr, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs nginx", err)
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

// around is what stands around the file in nginx.conf: one process, and all that
// it writes in a directory of the test's.
const around = `
daemon off;
master_process off;
pid %[1]s/pid;
error_log stderr;
events {}
http {
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path %[1]s/body;
    proxy_temp_path %[1]s/proxy;
    fastcgi_temp_path %[1]s/fastcgi;
    uwsgi_temp_path %[1]s/uwsgi;
    scgi_temp_path %[1]s/scgi;
    %[2]s
}
`

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
			t.Fatalf("nginx ends with %v and writes %q", err, stderr.Bytes())
		case <-ctx.Done():
			t.Fatalf("nginx does not listen on %s", address)
		case <-again.C:
		}
	}
}

// TestPage: one page of the cache, and in it what each visitor is shown.
func TestPage(t *testing.T) {
	s := start(t)
	once, twice := s.visitor(t, 1), s.visitor(t, 2)
	const stranger = "<b>Coast</b> | <b>Lakes</b> | own side"
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
	s.expect(t, "a stranger", "", "<b>Coast</b> | <b>Lakes</b> | own side")
	p := s.get(t, "/", s.visitor(t, 1), `If-None-Match: "1"`, "If-Modified-Since: Fri, 10 Jul 2026 12:00:00 GMT")
	if want := "<b>Lakes</b> | <b>Coast</b> | Welcome back</a>"; p.status != 200 || p.paragraphs() != want {
		t.Errorf("%d %q", p.status, p.paragraphs())
	}
}

// TestNoPage: what is no page is left as it is, and kept as the origin says.
func TestNoPage(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/plain.css", "/assets/plain.css"} {
		p := s.get(t, path, s.visitor(t, 1))
		if !strings.Contains(p.body, "<!--# include") || p.header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("%s: %q %q", path, p.header, p.body)
		}
	}
	if p := s.get(t, "/assets/plain.css", "", `If-None-Match: "1"`); p.status != 304 {
		t.Errorf("status %d", p.status)
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
		s.expect(t, "everybody", once, "own hero |  | own side")
	}
	if n := s.pages.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the page", n)
	}
}

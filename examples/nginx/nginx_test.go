//go:build edges

package nginx_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const (
	plain = `<!doctype html><p><!-- offer:hero --><b>own</b><!-- /offer --><!-- offer:side --><b>own side</b><!-- /offer --></p>`
)

// origin serves the page, compressed for whoever takes that.
func origin(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch {
		case r.URL.Path == "/missing":
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/logo.png":
			w.Header().Set("Content-Type", "image/png")
		case r.Header.Get("If-None-Match") != "":
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, plain)
			_ = z.Close()
			return
		}
		_, _ = io.WriteString(w, plain)
	}))
	t.Cleanup(s.Close)
	return s
}

// start runs nginx, which waits so long for Proffer, and gives its URL.
func start(t *testing.T, p *proffer, wait string) string {
	t.Helper()
	dir, listen := t.TempDir(), free(t)
	conf := configuration(t, "proffer.conf", "listen 80;", "listen "+listen+";",
		"127.0.0.1:3000", address(t, origin(t).URL), "127.0.0.1:8080", address(t, p.URL), "_timeout    100ms;", "_timeout "+wait+";", "_timeout 100ms;", "_timeout "+wait+";")
	main := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log stderr error; worker_processes 1;
events {}
http { access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c;
uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e; include %[2]s; }`, dir, conf)
	if err := os.WriteFile(main, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, listen, "nginx", "-p", dir, "-e", "stderr", "-c", main)
	return "http://" + listen
}

// offered is a page with an offer of this title; the page's own content is inert.
func offered(a answer, title string) bool {
	return a.StatusCode == 200 && a.personal() && regexp.MustCompile(`^<!doctype html><p><!-- offer:hero --><a  ?href="/\.proffer/click\?t=[^"]+">`+
		regexp.QuoteMeta(title)+`</a><template><b>own</b></template><!-- /offer --><!-- offer:side --><b>own side</b></template><!-- /offer --></p>$`).MatchString(a.body)
}

// TestVisitor: a stranger gets an offer and a cookie, comes back until the cap is
// reached, and clicks.
func TestVisitor(t *testing.T) {
	server := start(t, newProffer(t), "10s")
	v := visitor{server, "consent=yes"}
	var last answer
	for turn, title := range []string{"me caf&#233; $1 \\0", "me caf&#233; $1 \\0", "Book"} {
		last = v.ask(t, "GET", "/?who=me", "Accept-Encoding: gzip", `If-None-Match: "1"`, "Range: bytes=0-3")
		if !offered(last, title) || len(last.Header["Set-Cookie"]) != 1 || last.Header.Get("Content-Encoding") != "" {
			t.Errorf("turn %d: %v %q", turn, last.Header, last.body)
		}
	}
	link := regexp.MustCompile(`href="([^"]+)"`).FindStringSubmatch(last.body)
	if a := v.ask(t, "GET", link[1]); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/book" || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "proffer_e=") {
		t.Errorf("the click is answered by %v", a.Response)
	}
}

// TestOthers: what is no page, or nobody's, stays what it was.
func TestOthers(t *testing.T) {
	server := start(t, newProffer(t), "10s")
	v := visitor{server, ""}
	if a := v.ask(t, "GET", "/"); a.StatusCode != 200 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("consent is refused: %v", a.Header)
	}
	v.cookie = "proffer=x; proffer_e=y"
	if a := v.ask(t, "GET", "/"); len(a.Header["Set-Cookie"]) != 2 {
		t.Errorf("both cookies are to be removed: %v", a.Header)
	}
	v.cookie = "consent=yes"
	for path, code := range map[string]int{"/missing": 404, "/logo.png": 200} {
		if a := v.ask(t, "GET", path); a.StatusCode != code || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
			t.Errorf("%s: %v", path, a.Response)
		}
	}
	if a := v.ask(t, "GET", "/", "Accept: */*", `If-None-Match: "1"`); a.StatusCode != http.StatusNotModified {
		t.Errorf("what is for no page: %v", a.Response)
	}
	if a := v.ask(t, "POST", "/"); a.StatusCode != 200 || a.body != plain || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("a POST: %v %q", a.Header, a.body)
	}
	if a := v.ask(t, "GET", "/.proffer/slots?page=/"); a.StatusCode != 404 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("a visitor asks: %v", a.Response)
	}
	if a := v.ask(t, "GET", "/.proffer/offers.js"); a.StatusCode != 200 || a.body == "" {
		t.Errorf("the script: %v", a.Response)
	}
}

// TestFails: Proffer is dead, hangs, or answers nonsense, and the pages stay.
func TestFails(t *testing.T) {
	for name, breaks := range map[string]func(*proffer){
		"dead": func(p *proffer) { p.Close() },
		"hung": func(p *proffer) { p.hangs = make(chan struct{}) },
		"forbids": func(p *proffer) {
			p.pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
		},
		"fails": func(p *proffer) {
			p.pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		},
		"too much": func(p *proffer) {
			p.pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("A", strings.Repeat("a", 40000)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProffer(t)
			server := start(t, p, "100ms")
			breaks(p)
			v := visitor{server, "consent=yes"}
			for range 2 {
				if a := v.ask(t, "GET", "/"); a.StatusCode != 200 || a.body != plain || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
					t.Errorf("%v %q", a.Response, a.body)
				}
			}
		})
	}
}

// TestVisitorsApart: of many visitors at once each gets what was decided for it.
func TestVisitorsApart(t *testing.T) {
	server := start(t, newProffer(t), "10s")
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			v := visitor{server, "consent=yes"}
			if a := v.ask(t, "GET", fmt.Sprintf("/?who=v%d", i)); !offered(a, fmt.Sprintf("v%d caf&#233; $1 \\0", i)) {
				t.Errorf("visitor %d: %v %q", i, a.Header, a.body)
			}
		})
	}
	all.Wait()
}

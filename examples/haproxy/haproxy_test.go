//go:build edges

package haproxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// origin prints the offer that it is handed, or its own content.
func origin(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		hero := r.Header.Get("Proffer-Slot-Hero")
		if hero == "" {
			hero = "<b>own</b>"
		}
		_, _ = io.WriteString(w, "<p>"+hero+"</p>")
	}))
	t.Cleanup(s.Close)
	return s
}

// start runs HAProxy, which waits so long for Proffer, and gives its URL.
func start(t *testing.T, p *proffer, wait string) string {
	t.Helper()
	listen := free(t)
	socket := "abns@proffer-" + filepath.Base(filepath.Dir(t.TempDir())) + strings.ReplaceAll(listen, ":", "-")
	lua := configuration(t, "proffer.lua", "abns@proffer", socket, "timeout = 1000", "timeout = 20000")
	conf := configuration(t, "haproxy.cfg", "bind :80", "bind "+listen, "/etc/haproxy/proffer.lua", lua, "abns@proffer", socket,
		"127.0.0.1:3000", address(t, origin(t).URL), "127.0.0.1:8080", address(t, p.URL), "100ms", wait)
	run(t, listen, "haproxy", "-db", "-f", conf)
	return "http://" + listen
}

func offered(a answer, title string) bool {
	return a.StatusCode == 200 && a.personal() && regexp.MustCompile(`^<p><a  ?href="/\.proffer/click\?t=[^"]+">`+regexp.QuoteMeta(title)+`</a></p>$`).MatchString(a.body)
}

const own = "<p><b>own</b></p>"

// TestVisitor: a stranger gets an offer and a cookie, comes back until the cap is
// reached, and clicks.
func TestVisitor(t *testing.T) {
	v := visitor{start(t, newProffer(t), "10s"), "consent=yes"}
	var last answer
	for turn, title := range []string{"me caf&#233; $1 \\0", "me caf&#233; $1 \\0", "Book"} {
		last = v.ask(t, "GET", "/?who=me", "Proffer-Slot-Hero: forged", "Proffer-Slot-Other: forged")
		if !offered(last, title) || len(last.Header["Set-Cookie"]) != 1 {
			t.Errorf("turn %d: %v %q", turn, last.Header, last.body)
		}
	}
	link := regexp.MustCompile(`href="([^"]+)"`).FindStringSubmatch(last.body)
	if link == nil {
		t.Fatal("no link")
	}
	if a := v.ask(t, "GET", link[1]); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/book" || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "proffer_e=") {
		t.Errorf("the click is answered by %v", a.Response)
	}
}

// TestOthers: what is no page, or nobody's, stays what it was.
func TestOthers(t *testing.T) {
	v := visitor{start(t, newProffer(t), "10s"), ""}
	if a := v.ask(t, "GET", "/"); a.StatusCode != 200 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("consent is refused: %v", a.Header)
	}
	v.cookie = "proffer=x; proffer_e=y"
	if a := v.ask(t, "GET", "/"); len(a.Header["Set-Cookie"]) != 2 {
		t.Errorf("both cookies are to be removed: %v", a.Header)
	}
	v.cookie = "consent=yes"
	if a := v.ask(t, "GET", "/missing"); a.StatusCode != 404 || len(a.Header["Set-Cookie"]) != 0 {
		t.Errorf("a page that is missing: %v", a.Response)
	}
	for _, header := range []string{"Accept: */*", "Accept: image/png"} {
		if a := v.ask(t, "GET", "/", header, "Proffer-Slot-Hero: forged"); a.body != own || len(a.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s: %v %q", header, a.Response, a.body)
		}
	}
	if a := v.ask(t, "GET", "/.proffer/slots?page=/"); a.StatusCode != 404 {
		t.Errorf("a visitor asks: %v", a.Response)
	}
}

// TestFails: Proffer is dead, hangs, or answers nonsense, and the pages stay.
func TestFails(t *testing.T) {
	for name, breaks := range map[string]func(*proffer){
		"dead": func(p *proffer) { p.Close() },
		"hung": func(p *proffer) { p.hangs = make(chan struct{}) },
		"fails": func(p *proffer) {
			p.pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		},
		"too much": func(p *proffer) {
			p.pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("A", strings.Repeat("a", 40000)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProffer(t)
			v := visitor{start(t, p, "100ms"), "consent=yes"}
			breaks(p)
			for range 2 {
				if a := v.ask(t, "GET", "/"); a.StatusCode != 200 || a.body != own || len(a.Header["Set-Cookie"]) != 0 || a.Header.Get("Cache-Control") != "max-age=60" {
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

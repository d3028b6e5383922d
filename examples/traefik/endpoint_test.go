package traefik_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestEndpoints: requests below the prefix are answered by the module, with lines
// in Traefik's log, and go no further.
func TestEndpoints(t *testing.T) {
	config := inline(compile(t, small), settings(nil))
	config["events"] = "log"
	h, log := middleware(t, config, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the site is asked for %s", r.URL) }))
	s := httptest.NewServer(h)
	defer s.Close()
	signed := func(a visitor.Action) string {
		return string(visitor.AppendTicket(nil, seal.TestKeyring(), a, &visitor.Ticket{
			ID: [8]byte{1}, Environment: snapshot.Hash32([]byte("visitors")), Space: snapshot.Hash32([]byte("hero")),
			Offer: snapshot.Hash32([]byte("one")), Minute: visitor.Minute(time.Now().UnixMilli()), Destination: []byte("/one"),
		}))
	}
	accept := "accept=" + signed(visitor.Accept)
	for _, c := range []struct{ request, want, line string }{
		{"GET /.proffer/offers.js", "200 OK", ""},
		{"GET /.proffer/fragment?page=/&slot=hero", "\n<b>an offer</b>", "e=shown&"},
		{"GET /.proffer/click?t=" + signed(visitor.Click), "Location: /one\n", "e=clicked&"},
		{"POST /.proffer/event?" + accept, "204 No Content", "e=accepted&"},
		{"POST /.proffer/forget", "204 No Content", ""},
		{"GET /.proffer/nothing", "404 Not Found", ""},
	} {
		before := len(log.String())
		var cookie string
		got := send(t, s, c.request+" HTTP/1.1\nHost: shop.example\nContent-Length: 0\n\n", &cookie)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %.300s", c.request, got)
		}
		line := log.String()[before:]
		if c.line == "" && line != "" || c.line != "" && !strings.Contains(line, `"level":"info","middlewareName":"offers@file","middlewareType":"wasm","message":"proffer-event/1 `+c.line) {
			t.Errorf("%s: the log has %q, want a line with %q", c.request, line, c.line)
		}
	}
}

// TestJSON: answers in JSON get their offers.
func TestJSON(t *testing.T) {
	h, _ := middleware(t, inline(compile(t, small), settings(nil)), http.HandlerFunc(site))
	for path, want := range map[string]string{"/api/home": `{"a": 1,"offer":{"t": "an offer"}}`, "/api/other": `{"a": 1}`} {
		if w := get(h, path); w.Body.String() != want {
			t.Errorf("%s: %s, want %s", path, w.Body, want)
		}
	}
}

// TestBrokenConfiguration: the log says what is wrong, and pages pass.
func TestBrokenConfiguration(t *testing.T) {
	for name, config := range map[string]map[string]any{
		"none": nil, "empty": {}, "a number": {"snapshot": 1}, "no snapshot": {"snapshot": "AAAA"},
		"a list": {"snapshot_file": []any{"a"}}, "no file": {"snapshot_file": "/catalog/none"}, "outside": {"snapshot_file": "/etc/passwd"},
		"above": {"snapshot_file": "/catalog/../../etc/passwd"},
	} {
		h, log := middleware(t, config, http.HandlerFunc(site))
		if w := get(h, "/"); w.Code != 200 || w.Body.String() != slotted {
			t.Errorf("%s: the page is %d %s", name, w.Code, w.Body)
		}
		if text := log.String(); !strings.HasPrefix(text, `{"level":"error",`) || !strings.Contains(text, `"message":"`) {
			t.Errorf("%s: the log has %q", name, text)
		}
	}
}

// hostile are requests that hope to break what reads them.
func hostile() (list []string) {
	long := strings.Repeat("A", 60<<10)
	for _, head := range []string{
		"GET / HTTP/1.1\nCookie: proffer=" + long, "GET / HTTP/1.1\nCookie: " + strings.Repeat("proffer=x; ", 5000),
		"GET / HTTP/1.1\nCookie: proffer=\xff\xfe; proffer_identity=p1.0.AAAA.AAAA", "GET / HTTP/1.1\nAccept: " + strings.Repeat("text/html,", 6000),
		"GET /?" + long + " HTTP/1.1", "GET /" + strings.Repeat("a/", 30000) + " HTTP/1.1", "GET /%00%ff%2e%2e/ HTTP/1.1", "BREW / HTTP/1.1",
		"OPTIONS * HTTP/1.1", "GET http://other.example/ HTTP/1.1", "GET / HTTP/1.1\nAccept-Language: " + strings.Repeat("a-b;q=0.1,", 5000),
		"GET /.proffer/click?t=" + long + " HTTP/1.1", "GET /.proffer/fragment?page=" + long + "&slot=hero HTTP/1.1",
		"GET /.proffer/fragment?page=/&slot=%ff HTTP/1.1", "GET /.proffer/%2e%2e/ HTTP/1.1", "TRACE /.proffer/event HTTP/1.1",
		"GET / HTTP/1.1\nX-Forwarded-Proto: " + long, "GET / HTTP/1.1\nUpgrade:", "GET / HTTP/1.1\n" + many(1500),
	} {
		list = append(list, head+"\nHost: shop.example\n\n")
	}
	body := strings.Repeat("accept="+long+"&", 20)
	return append(list, fmt.Sprintf("POST /.proffer/event HTTP/1.1\nHost: shop.example\nContent-Length: %d\n\n%s", len(body), body),
		"GET / HTTP/1.1\nHost: "+strings.Repeat("a.", 20000)+"example\n\n", "GET / HTTP/1.1\nHost:\n\n")
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "X-%d: %d\n", i, i)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// TestHostileRequests: whatever is sent, nothing breaks the instance, which this
// host would hand out again, and the next page is decided.
func TestHostileRequests(t *testing.T) {
	h, log := middleware(t, inline(compile(t, small), settings(nil)), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
		site(w, r)
	}))
	s := httptest.NewServer(h)
	defer s.Close()
	var cookie string
	for range 20 {
		for _, request := range hostile() {
			if got := send(t, s, request, &cookie); strings.HasPrefix(got, "HTTP/1.1 5") || strings.Contains(got, "wasm") {
				t.Fatalf("%.100q: %.300s", request, got)
			}
			if got := send(t, s, "GET / HTTP/1.1\nHost: shop.example\n\n", &cookie); !strings.HasSuffix(got, filled) {
				t.Fatalf("after %.100q: %.300s", request, got)
			}
		}
		if w := get(h, "/panic"); strings.Contains(w.Body.String(), "wasm") {
			t.Fatalf("a site that panics: %d %s", w.Code, w.Body)
		}
	}
	if log.String() != "" {
		t.Errorf("the log has %.500s", log)
	}
}

// TestDecide: a page that builds itself with a script gets its offers from the
// module, and what is wrong with its call is said.
func TestDecide(t *testing.T) {
	config := inline(compile(t, small), settings(nil))
	config["events"] = "log"
	h, log := middleware(t, config, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the site is asked for %s", r.URL) }))
	s := httptest.NewServer(h)
	defer s.Close()
	for body, want := range map[string]string{
		`{"slots":[{"space":"hero"}]}`:                 `"offer":"one","rank":1,"content":{"t":"an offer"},"html":"<b>an offer</b>"`,
		`{"slots":[{"space":"hero","n":0}]}`:           `"status":400,"detail":"slots[0].n must be a whole number from 1 to 100","field":"slots[0].n"`,
		"{\"slots\":[]}" + strings.Repeat(" ", 64<<10): `"status":413`,
	} {
		before := len(log.String())
		var cookie string
		got := send(t, s, fmt.Sprintf("POST /.proffer/decide HTTP/1.1\nHost: shop.example\nContent-Type: application/json\nContent-Length: %d\n\n%s", len(body), body), &cookie)
		decided := strings.Contains(got, "200 OK")
		if !strings.Contains(got, want) || strings.Contains(got, "Set-Cookie: proffer=") != decided {
			t.Errorf("%.80s: %s", body, got)
		}
		if told := strings.Contains(log.String()[before:], "proffer-event/1 e=shown&"); told != decided {
			t.Errorf("%.80s: the log has %q", body, log.String()[before:])
		}
	}
}

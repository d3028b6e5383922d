package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
)

const (
	blocks       = "{\"n\": 1.50, \"blocks\": [ {\"offer\": null, \"id\": 1}, {\"id\": 2} ], \"n\": 1e2}\n"
	blocksFilled = "{\"n\": 1.50, \"blocks\": [ {\"offer\": {\"title\": \"offer one\"}, \"id\": 1}, {\"id\": 2,\"offer\":{\"title\": \"offer two\"}} ], \"n\": 1e2}\n"
)

// jsonAnswer answers with JSON, unless a header says otherwise.
func jsonAnswer(body string, headers ...string) http.HandlerFunc {
	return page(body, append([]string{"Content-Type: application/json"}, headers...)...)
}

// TestJSONAnswers: offers are written to their places, everything else stays, and
// the header is that of a page for one visitor.
func TestJSONAnswers(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{})
		seen := make(chan http.Header, 1)
		url := front(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen <- r.Header
			jsonAnswer(blocks, "Etag: \"x\"", "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT", "Cache-Control: max-age=60", "Set-Cookie: own=1",
				"Content-Length: "+strconv.Itoa(len(blocks)), "Digest: md5=x", "Vary: Accept")(w, r)
		}))
		// As a script asks: its words name no page.
		a := ask(t, url, "GET", "/api/home", "Accept: application/json", "Sec-Fetch-Dest: empty", "Accept-Encoding: gzip, br",
			"If-None-Match: \"x\"", "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT", "Range: bytes=0-3")
		if a.body != blocksFilled || a.length != int64(len(blocksFilled)) || a.status != 200 {
			t.Errorf("got %d, %d bytes, %s", a.status, a.length, a.body)
		}
		for name, want := range map[string]string{
			"Etag": "", "Last-Modified": "", "Digest": "", "Cache-Control": "private, no-store", "Vary": "Accept", "Content-Type": "application/json",
		} {
			if got := strings.Join(a.header[name], ", "); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if c := a.header["Set-Cookie"]; len(c) != 2 || c[0] != "own=1" || !strings.HasPrefix(c[1], "proffer=") {
			t.Errorf("cookies %q", c)
		}
		h := <-seen
		if h.Get("Accept-Encoding") != "gzip, br" || h.Get("If-None-Match")+h.Get("If-Modified-Since")+h.Get("Range") != "" {
			t.Errorf("the origin is asked with %v", h)
		}
		m.expect(t, map[string]float64{
			"json_answers_total/injected": 1, "pages_total/injected": 0, "slots_total/filled": 2, "slots_total/missing": 1, "read_ahead_total/body": 1,
		})
	})
}

// TestJSONPlaces: which of the catalog's slots an answer has.
func TestJSONPlaces(t *testing.T) {
	const hero, side = `{"title": "offer one"}`, `["offer side"]`
	for _, c := range []struct{ name, path, body, want, count string }{
		{"a pattern", "/api/x/y?z", `{}`, `{"offer":` + hero + `}`, "injected"},
		{"one slot at two places", "/api/x", `{"again":[0,1]}`, `{"again":[` + hero + `,1],"offer":` + hero + `}`, "injected"},
		{"the exact path alone", "/api/home", `{"offer":1,"blocks":[]}`, "", "no_slot"},
		{"a listed path has what its list has", "/api/listed", `{"a":1,"b":2}`, `{"a":1,"b":` + side + `}`, "injected"},
		{"a listed path without its slot", "/api/listed", `{"a":1,"b":2,"b":[]}`, `{"a":1,"b":2,"b":` + side + `}`, "injected"},
		{"no object", "/api/x", `[1]`, "", "no_slot"},
		{"a scalar", "/api/x", ` "offer"`, "", "no_slot"},
		{"byte order mark", "/api/x", "\xef\xbb\xbf{ }", "\xef\xbb\xbf{\"offer\":" + hero + " }", "injected"},
		{"an offer without a rendering", "/api/home", `{"blocks":[0,0,{"offer":"own"}]}`, `{"blocks":[0,0,{"offer":"own"}]}`, "kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := middleware(t, proxy.Config{})
			a := ask(t, serve(t, m.Wrap(jsonAnswer(c.body, "Etag: x"))), "GET", c.path)
			want := c.want
			if want == "" {
				want = c.body
			}
			if a.body != want || a.length != int64(len(want)) {
				t.Errorf("got %s, want %s", a.body, want)
			}
			if personal := len(a.header["Set-Cookie"]) > 0 && a.header.Get("Etag") == ""; personal != (c.want != "") {
				t.Errorf("header %v", a.header)
			}
			m.expect(t, map[string]float64{"json_answers_total/" + c.count: 1})
		})
	}
}

// TestJSONTypes: an answer is JSON by its type.
func TestJSONTypes(t *testing.T) {
	for typ, count := range map[string]string{
		"application/json": "injected", "Application/JSON; Charset=\"UTF-8\"": "injected", "application/vnd.api+json": "injected",
		"application/problem+json;charset=utf8": "injected", "application/json; profile": "injected",
		"application/json; charset=iso-8859-1": "charset", "application/hal+json; charset=utf-16": "charset",
		"application/x-ndjson": "", "application/json-seq": "", "application/jsonlines": "", "text/event-stream": "", "text/plain": "", "application/javascript": "", "json": "",
	} {
		m := middleware(t, proxy.Config{})
		a := ask(t, serve(t, m.Wrap(jsonAnswer("{}", "Content-Type: "+typ))), "GET", "/api/x")
		if (a.body != "{}") != (count == "injected") {
			t.Errorf("%s: %s", typ, a.body)
		}
		if count != "" {
			m.expect(t, map[string]float64{"json_answers_total/" + count: 1})
		}
	}
}

// TestJSONAsItCame: an answer that cannot be filled is the origin's, byte for byte
// and header for header.
func TestJSONAsItCame(t *testing.T) {
	full := func(n int) string { return `{"a":"` + strings.Repeat("x", n-8) + `"}` }
	broken := errorEngine{}
	for _, c := range []struct {
		name, method, path, body, count string
		headers                         []string
		engine                          proxy.Engine
	}{
		{name: "compressed", path: "/api/x", body: "{}", headers: []string{"Content-Encoding: compress"}, count: "encoded"},
		{name: "another charset", path: "/api/x", body: "{}", headers: []string{"Content-Type: application/json; charset=latin1"}, count: "charset"},
		{name: "too long", path: "/api/x", body: full(1<<20 + 1), headers: []string{fmt.Sprint("Content-Length: ", 1<<20+1)}, count: "too_long"},
		{name: "too long, without a length", path: "/api/x", body: full(1<<20 + 1), count: "too_long"},
		{name: "cut", path: "/api/x", body: `{"a":1`, count: "invalid"},
		{name: "two values", path: "/api/x", body: "{}\n{}\n", count: "invalid"},
		{name: "empty", path: "/api/x", body: "", count: "invalid"},
		{name: "a guard in front", path: "/api/x", body: ")]}'\n{}", count: "invalid"},
		{name: "UTF-16", path: "/api/x", body: "\xff\xfe{\x00}\x00", count: "invalid"},
		{name: "another path", path: "/other", body: "{}"},
		{name: "a page", path: "/api/x", body: "{}", headers: []string{"Content-Type: text/html"}},
		{name: "POST", method: "POST", path: "/api/x", body: "{}"},
		{name: "no decision", path: "/api/x", body: "{}", engine: broken, count: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := middleware(t, proxy.Config{Engine: c.engine})
			origin := jsonAnswer(c.body, append(c.headers, "Etag: \"x\"", "Cache-Control: max-age=60")...)
			method := c.method
			if method == "" {
				method = "GET"
			}
			same(t, c.name, ask(t, serve(t, m.Wrap(origin)), method, c.path), ask(t, serve(t, origin), method, c.path))
			if c.count != "" {
				m.expect(t, map[string]float64{"json_answers_total/" + c.count: 1})
			}
		})
	}
}

// errorEngine has nothing to decide from.
type errorEngine struct{}

func (errorEngine) Acquire() (host.Session, error) { return nil, host.ErrNoSnapshot }

// TestJSONBound: an answer of 1 MiB is held, if it says that it is no longer.
func TestJSONBound(t *testing.T) {
	body := `{"a":"` + strings.Repeat("x", 1<<20-8) + `"}`
	m := middleware(t, proxy.Config{ReadAhead: 1024})
	a := ask(t, serve(t, m.Wrap(jsonAnswer(body, fmt.Sprint("Content-Length: ", len(body))))), "GET", "/api/x")
	if want := strings.TrimSuffix(body, "}") + `,"offer":{"title": "offer one"}}`; a.body != want || a.length != int64(len(want)) {
		t.Errorf("got %d bytes", len(a.body))
	}
	// Whoever says nothing may be a byte shorter.
	a = ask(t, serve(t, m.Wrap(jsonAnswer(strings.Replace(body, "xx", "x", 1)))), "GET", "/api/x")
	if len(a.body) < 1<<20 {
		t.Errorf("got %d bytes", len(a.body))
	}
	m.expect(t, map[string]float64{"json_answers_total/injected": 2})
}

// TestJSONStreams: who flushes an answer wants it to go out at once.
func TestJSONStreams(t *testing.T) {
	m := middleware(t, proxy.Config{})
	release := make(chan struct{})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"a":1,`)
		_ = http.NewResponseController(w).Flush()
		<-release
		_, _ = io.WriteString(w, `"b":2}`)
	})))
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url+"/api/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = site
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	head := make([]byte, 7)
	_, err = io.ReadFull(res.Body, head) // the handler still waits
	close(release)
	rest, more := io.ReadAll(res.Body)
	if got := string(head) + string(rest); got != `{"a":1,"b":2}` || err != nil || more != nil {
		t.Errorf("got %s, %v, %v", got, err, more)
	}
	m.expect(t, map[string]float64{"json_answers_total/slow": 1})
}

// TestJSONHead: HEAD gets the header that GET would get, and counts nothing.
func TestJSONHead(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{})
		url := front(t, m, jsonAnswer(blocks, "Etag: x", fmt.Sprint("Content-Length: ", len(blocks))))
		for _, path := range []string{"/api/home", "/api/listed"} {
			a := ask(t, url, "HEAD", path)
			if a.header.Get("Cache-Control") != "private, no-store" || a.header.Get("Etag") != "" || a.length >= 0 || a.body != "" {
				t.Errorf("%s: %d, %v", path, a.length, a.header)
			}
		}
		if a := ask(t, url, "HEAD", "/other"); a.header.Get("Etag") != "x" || a.length != int64(len(blocks)) {
			t.Errorf("another path: %d, %v", a.length, a.header)
		}
		m.expect(t, map[string]float64{"json_answers_total/injected": 0, "json_answers_total/kept": 0})
	})
}

// TestJSONEvents: only what the answer holds is presented.
func TestJSONEvents(t *testing.T) {
	kept := &taken{}
	m := middleware(t, proxy.Config{Events: kept})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		jsonAnswer(r.URL.RawQuery)(w, r)
	})))
	ask(t, url, "GET", `/api/home?{"blocks":[{},{}]}`)
	ask(t, url, "GET", `/api/home?{"blocks":[]}`)
	ask(t, url, "GET", `/api/listed?{"b":1}`)
	var got []string
	for _, line := range kept.put {
		e, _, _ := strings.Cut(strings.TrimPrefix(line, "proffer-event/1 "), "&")
		_, space, _ := strings.Cut(line, "&s=")
		space, _, _ = strings.Cut(space, "&")
		got = append(got, e+" "+space)
	}
	if want := "[e=shown hero e=shown hero e=shown side]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestCodedJSON: an answer in a coding is filled, too, and leaves in one.
func TestCodedJSON(t *testing.T) {
	for _, coding := range codings {
		everywhere(t, func(t *testing.T, front front) {
			m := middleware(t, proxy.Config{})
			a := ask(t, front(t, m, jsonAnswer(coded(t, coding, blocks), "Content-Encoding: "+codingName(coding))), "GET", "/api/home",
				"Accept: application/json", "Accept-Encoding: "+everyCoding)
			if decoded(t, a) != blocksFilled || a.length != int64(len(a.body)) || a.header.Get("Content-Encoding") != codingName(coding) {
				t.Errorf("%s: got %v", coding, a)
			}
			m.expect(t, map[string]float64{"json_answers_total/injected": 1})
		})
	}
}

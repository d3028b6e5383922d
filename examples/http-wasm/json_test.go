package httpwasm_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestJSON writes offers into answers in JSON, and leaves alone what is none.
func TestJSON(t *testing.T) {
	yaml := strings.Replace(small, "render: {html:", `render: {json: '{"t": {{ t }}}', html:`, 1) + `json:
  - {page: /api/home, path: blocks.0.offer, slot: hero}
`
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(yaml)}})
	if err != nil {
		t.Fatal(err)
	}
	m := newMiddleware(t, guestConfig(t, snapshot, pagecase.Settings()), wazero.NewModuleConfig())
	const body, kind = `{"n": 1.50, "blocks": [ {"offer": null, "id": 1} ]}`, "application/json"
	const done = `{"n": 1.50, "blocks": [ {"offer": {"t": "an offer"}, "id": 1} ]}`
	long := strings.Repeat(" ", 1<<20) + body
	for name, c := range map[string]struct {
		method, path, accept, kind, coding, body string
		code                                     int
		want                                     string
	}{
		"filled":           {"GET", "/api/home?a=b", "application/json", kind, "", body, 200, done},
		"anything":         {"GET", "/api/home", "*/*", "application/vnd.shop+json; charset=UTF-8", "", body, 200, done},
		"another path":     {"GET", "/api/other", "*/*", kind, "", body, 200, body},
		"another charset":  {"GET", "/api/home", "*/*", kind + "; charset=latin1", "", body, 200, body},
		"another type":     {"GET", "/api/home", "*/*", "text/plain", "", body, 200, body},
		"a page":           {"GET", "/api/home", "text/html", "text/html", "", slotted, 200, slotted},
		"encoded":          {"GET", "/api/home", "*/*", kind, "br", body, 200, body},
		"failed":           {"GET", "/api/home", "*/*", kind, "", body, 500, body},
		"lines":            {"GET", "/api/home", "*/*", "application/x-ndjson", "", body, 200, body},
		"no JSON":          {"GET", "/api/home", "*/*", kind, "", body + "}", 200, body + "}"},
		"without a place":  {"GET", "/api/home", "*/*", kind, "", "[1]", 200, "[1]"},
		"empty":            {"GET", "/api/home", "*/*", kind, "", "", 200, ""},
		"too long":         {"GET", "/api/home", "*/*", kind, "", long, 200, long},
		"sent":             {"POST", "/api/home", "*/*", kind, "", body, 200, body},
		"the listed page":  {"GET", "/", "text/html", "text/html", "", slotted, 200, filled},
		"JSON of the page": {"GET", "/", "text/html", kind, "", body, 200, body},
	} {
		h := m.NewHandler(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.Header().Set("Etag", "x")
			if c.coding != "" {
				w.Header().Set("Content-Encoding", c.coding)
			}
			w.WriteHeader(c.code)
			if _, err := w.Write([]byte(c.body)); err != nil {
				t.Error(err)
			}
		}))
		r := httptest.NewRequest(c.method, "http://shop.example"+c.path, nil)
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.code || w.Body.String() != c.want {
			t.Errorf("%s: %d %.100q, want %.100q", name, w.Code, w.Body, c.want)
		}
		changed, head := c.body != c.want, w.Header()
		if private := head.Get("Cache-Control") == "private, no-store" && head.Get("Etag") == "" && head["Set-Cookie"] != nil; private != changed {
			t.Errorf("%s: the header is %v", name, head)
		}
	}
	if m.log.Len() > 0 {
		t.Errorf("the log has %q", m.log.String())
	}
}

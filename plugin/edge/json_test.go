package edge_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/edge"
)

const app = `catalog: app
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /api/listed, slots: [hero]}, {match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>', json: '{"t": {{ t }}}'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: one}}}}}}
json:
  - {page: /api/home, path: blocks.0.offer, slot: hero}
  - {page: /api/listed, path: a, slot: hero}
`

func appEdge(t *testing.T) *edge.Edge {
	t.Helper()
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(app)}})
	b, more := compile.Compile(c)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	e, err := edge.New(fmt.Appendf(nil, `{"snapshot":%q,"settings":%q}`,
		base64.StdEncoding.EncodeToString(b), base64.StdEncoding.EncodeToString(settings())), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestJSONAnswers(t *testing.T) {
	e := appEdge(t)
	for _, c := range []struct{ uri, body, want string }{
		{"/api/home", `{"n": 1.50, "blocks": [ {"id": 1} ]}`, `{"n": 1.50, "blocks": [ {"id": 1,"offer":{"t": "one"}} ]}`},
		{"/api/home?x=1", ` {"blocks":[{"offer":null}]} `, ` {"blocks":[{"offer":{"t": "one"}}]} `},
		{"/api/listed", `{"a":0,"b":"é"}`, `{"a":{"t": "one"},"b":"é"}`},
		{"/api/home", `{"blocks":[]}`, ""},
		{"/api/home", `{"blocks":[{}]}{}`, ""},
		{"/api/home", ``, ""},
		{"/api/other", `{"blocks":[{}]}`, ""},
	} {
		x := exchange()
		x.URI = []byte(c.uri)
		out, ok := e.DecideJSON(x, []byte(c.body))
		if ok != (c.want != "") || string(out.Body) != c.want || ok && (len(out.Cookies) != 1 || !out.Private) {
			t.Errorf("%s %s: %v %+v, body %s", c.uri, c.body, ok, out, out.Body)
		}
	}
}

// TestHolds: what is held is what can be decided, and was asked for.
func TestHolds(t *testing.T) {
	const html, all, stream = "text/html,application/xhtml+xml", "*/*", "text/event-stream"
	for _, c := range []struct {
		method, uri, accept string
		want                bool
	}{
		{"GET", "/", html, true},
		{"GET", "/", "TEXT/HTML", true},
		{"GET", "/", "", true},
		{"GET", "/", all, false},
		{"GET", "/", "image/avif,image/webp", false},
		{"GET", "/", stream, false},
		{"GET", "/", html + "," + stream, false},
		{"HEAD", "/", html, false},
		{"POST", "/", html, false},
		{"GET", "/other", html, false},
		{"GET", "/api/home", all, true},
		{"GET", "/api/home?a", "application/json", true},
		{"GET", "/api/home", "", true},
		{"GET", "/api/home", stream, false},
		{"POST", "/api/home", all, false},
		{"GET", "/api/home/x", all, false},
	} {
		x := exchange()
		x.Method, x.URI = []byte(c.method), []byte(c.uri)
		var accept []byte
		if c.accept != "" {
			accept = []byte(c.accept)
		}
		if got := appEdge(t).Holds(x, accept); got != c.want {
			t.Errorf("%s %s, %q: %v, want %v", c.method, c.uri, c.accept, got, c.want)
		}
	}
}

func TestIsJSON(t *testing.T) {
	for _, c := range []struct {
		status       uint32
		kind, coding string
		want         bool
	}{
		{200, "application/json", "", true},
		{200, " Application/JSON ; Charset=UTF-8", "identity", true},
		{200, "application/ld+json", "", true},
		{200, `application/json; charset="utf-8"`, "", true},
		{200, "application/json; charset=latin1", "", false},
		{200, "application/json", "gzip", false},
		{206, "application/json", "", false},
		{404, "application/json", "", false},
		{200, "application/x-ndjson", "", false},
		{200, "application/json-seq", "", false},
		{200, "text/event-stream", "", false},
		{200, "text/html", "", false},
		{200, "", "", false},
	} {
		if got := edge.IsJSON(c.status, []byte(c.kind), []byte(c.coding)); got != c.want {
			t.Errorf("%d %q %q: %v, want %v", c.status, c.kind, c.coding, got, c.want)
		}
	}
}

package explain_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/plugin/seal"
)

const pageCatalog = `
catalog: trips
zone: UTC
consent: assumed
sites: {"www.trips.example": visitors}
environments:
  visitors:
    kind: anonymous
    target: {country: string}
    attributes: {basket: double}
    pages: [{match: "/", slots: [hero, hero_2]}]
    spaces: {hero: {channel: web, fields: {title: text}}}
    categories:
      all:
        offers:
          beach: {label: "<b>Beach</b>", weights: 3, filter: target.country == "FR", content: {hero: {title: B}}}
          city: {weights: 2, content: {hero: {title: C}}}
          german: {weights: 9, filter: request.country == "DE", content: {hero: {title: G}}}
          house: {weights: 1, content: {hero: {title: H}}}
`

// records are two, of which one can be read.
type records struct{}

func (records) List() ([]explain.Record, error) {
	return []explain.Record{{ID: "a1", Title: "12:00 / <home>"}, {ID: "b2", Title: "11:59 /gone"}}, nil
}

func (records) Read(id string) ([]byte, error) {
	if id != "a1" {
		return nil, errors.New("no request " + id)
	}
	return []byte(`{"time":"2026-07-10T12:00:00Z","seed":7,"host":"www.trips.example","visitor":{"attributes":{"country":"FR"}},"slots":[{"space":"hero","n":2}]}`), nil
}

func newPage(t *testing.T) *explain.Page {
	s := session(t, []byte(pageCatalog))
	return &explain.Page{
		Acquire: func() (explain.Session, func(), error) { return s, func() {}, nil },
		Keys:    seal.TestKeyring, Records: records{}, CountryHeader: "x-country",
		Clock: func() time.Time { return time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC) },
	}
}

// visit asks for the page, or sends the form, and gives what it says as text.
func visit(t *testing.T, p *explain.Page, method, query string, form url.Values) (status int, page, text string) {
	t.Helper()
	r := httptest.NewRequest(method, "/explain"+query, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code < 500 && w.Code != http.StatusMethodNotAllowed {
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") || strings.Contains(csp, "unsafe") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", w.Header())
		}
	}
	return w.Code, w.Body.String(), plainText(t, w.Body.String())
}

// plainText is the text of a page's nodes, and fails where it has a script or
// loads something.
func plainText(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		if n.Data == "script" || n.Data == "link" || n.Data == "img" || n.Data == "b" {
			t.Errorf("the page has an element %s", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "src" || a.Key == "href" || a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("the page has the attribute %s=%q", a.Key, a.Val)
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestPage(t *testing.T) {
	field := func(pairs ...string) url.Values {
		v := url.Values{"by": {"fields"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, c := range []struct {
		name, method, query string
		form                url.Values
		status              int
		says                []string
	}{
		{"the form", "GET", "", nil, 200, []string{"Describe a visitor", "12:00 / <home>", "Take a recorded request"}},
		{"the page's slots", "POST", "", field("host", "www.trips.example", "path", "/"), 200, []string{
			"hero #1 shows city, rank 1, weight 2", "hero #2 shows house", `beach <b>Beach</b> 3 removed its filter target.country == "FR" fails: target.country has no value`,
		}},
		{"attributes", "POST", "", field("slots", "hero", "host", "www.trips.example", "attributes", "country = FR"), 200, []string{
			"hero #1 shows beach", `for a target with country "FR"`,
		}},
		{"the country header", "POST", "", field("slots", "visitors/hero", "country", "DE"), 200, []string{"hero #1 shows german"}},
		{"named offers", "POST", "", field("slots", "visitors/hero", "offers", "beach, nothing"), 200, []string{`no environment that answers has an offer "nothing"`}},
		{"history", "POST", "", field("slots", "visitors/hero", "history", "beach presented 2026-07-09T12:00:00Z\nsea presented 2026-07-09T12:00:00Z hero web"), 200, []string{`the history names an offer "sea"`}},
		{"a person", "POST", "", field("slots", "visitors/hero", "key", "c1", "consent", "refused", "language", "fr"), 200, []string{"Without consent"}},
		{"a document", "POST", "", url.Values{"by": {"document"}, "document": {`{"slots":[{"space":"hero","environment":"visitors"}]}`}}, 200, []string{"hero #1 shows"}},
		{"a record", "GET", "?record=a1", nil, 200, []string{"hero #2 shows city, rank 2"}},
		{"no record", "GET", "?record=b2", nil, 400, []string{"recorded request: no request b2"}},
		{"no page", "POST", "", field("path", "/nowhere"), 400, []string{`lists no page for path "/nowhere"`}},
		{"a bad line", "POST", "", field("attributes", "country: FR"), 400, []string{`"country: FR" is not a line like country = FR`}},
		{"a bad history", "POST", "", field("history", "beach"), 400, []string{`"beach" is not a line like beach rejected`}},
		{"a bad status", "POST", "", field("slots", "hero", "history", "beach gone 2026-07-09T12:00:00Z"), 400, []string{"status must be generated"}},
		{"a bad document", "POST", "", url.Values{"by": {"document"}, "document": {`{"slots":`}}, 400, []string{"not valid JSON", `{"slots":`}},
		{"nothing", "POST", "", url.Values{}, 400, []string{"neither fields nor a document"}},
		{"another method", "DELETE", "", nil, 405, []string{"the page is read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, text := visit(t, newPage(t), c.method, c.query, c.form)
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			for _, s := range c.says {
				if !strings.Contains(text, s) {
					t.Errorf("the page does not say %q: %s", s, text)
				}
			}
		})
	}
}

// TestPageKeepsWhatWasSaid: the form comes back filled, from fields, documents
// and records alike, and what the fields make of a document is the same request.
func TestPageKeepsWhatWasSaid(t *testing.T) {
	p := newPage(t)
	form := url.Values{
		"by": {"fields"}, "host": {"www.trips.example"}, "path": {"/a"}, "slots": {"hero_2, visitors/hero"}, "time": {"2026-07-10T12:00:00Z"},
		"consent": {"refused"}, "key": {"c1"}, "language": {"fr"}, "country": {"DE"}, "attributes": {"country = \"FR\"\n"},
		"data": {"basket = 2.5\n"}, "history": {"beach presented 2026-07-09T12:00:00Z hero web\n"},
	}
	status, page, _ := visit(t, p, "POST", "", form)
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	sent := field(t, page, "document")
	status, page, _ = visit(t, p, "POST", "", url.Values{"by": {"document"}, "document": {sent}})
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	for name := range form {
		if name != "by" && field(t, page, name) != form.Get(name) {
			t.Errorf("%s came back as %q, want %q", name, field(t, page, name), form.Get(name))
		}
	}
	for target, want := range map[string]string{`"c1"`: "c1", `{"source":"club","key":"c1"}`: "c1"} {
		_, page, _ = visit(t, p, "POST", "", url.Values{"by": {"document"}, "document": {`{"target":` + target + `,"host":"x.example","slots":[{"space":"hero"}]}`}})
		if field(t, page, "key") != want || field(t, page, "host") != "x.example" {
			t.Errorf("%s comes back as %q of %q", target, field(t, page, "key"), field(t, page, "host"))
		}
	}
}

// field is the value of a form's field.
func field(t *testing.T, page, name string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		switch {
		case attr["name"] != name:
		case n.Data == "input":
			return attr["value"]
		case n.Data == "textarea" && n.FirstChild != nil:
			return n.FirstChild.Data
		case n.Data == "select":
			for o := range n.ChildNodes() {
				for _, a := range o.Attr {
					if a.Key == "selected" {
						return o.Attr[0].Val
					}
				}
			}
		}
	}
	return ""
}

// TestPageWithoutASnapshot says that nothing can be decided.
func TestPageWithoutASnapshot(t *testing.T) {
	p := &explain.Page{Acquire: func() (explain.Session, func(), error) { return nil, nil, errors.New("no snapshot") }, Keys: seal.TestKeyring}
	if status, _, text := visit(t, p, "GET", "", nil); status != http.StatusServiceUnavailable || !strings.Contains(text, "nothing can be decided: no snapshot") {
		t.Errorf("status %d: %s", status, text)
	}
}

package proxy_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"mime"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/sv-tools/openapi"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
)

// served is the document as it is served.
func served(t *testing.T) string {
	t.Helper()
	_, base := api(t, proxy.Config{})
	_, _, text := send(t, "GET", base+"/.proffer/openapi.json", nil)
	return text
}

// read as a library for such documents does, which leaves out what it does not know.
func readAPI(text string) (*openapi.Extendable[openapi.OpenAPI], error) {
	var doc *openapi.Extendable[openapi.OpenAPI]
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var had, has any
	if err := errors.Join(json.Unmarshal([]byte(text), &had), json.Unmarshal(b, &has)); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(had, has) {
		return nil, fmt.Errorf("some of it is of no version: what is known is %s", b)
	}
	v, err := openapi.NewValidator(doc)
	if err != nil {
		return nil, err
	}
	return doc, v.ValidateSpec()
}

func TestOpenAPIIsValid(t *testing.T) {
	text := served(t)
	if doc, err := readAPI(text); err != nil || doc.Spec.OpenAPI != "3.1.1" {
		t.Fatal(err)
	}
	for name, damage := range map[string][2]string{
		"no title":               {`"title": "Proffer",`, ``},
		"a field of no version":  {`"servers":`, `"hosts":`},
		"a type of no schema":    {`"type": "array"`, `"type": "list"`},
		"a place of no argument": {`"in": "query"`, `"in": "body"`},
		"an id twice":            {`"operationId": "click"`, `"operationId": "event"`},
		"an example that is bad": {`"value": {"path": "/travel/canada"`, `"value": {"path": 7`},
	} {
		damaged := strings.Replace(text, damage[0], damage[1], 1)
		if damaged == text {
			t.Fatalf("%s: there is no %s", name, damage[0])
		}
		if _, err := readAPI(damaged); err == nil {
			t.Errorf("%s is not found", name)
		}
	}
}

// The library does not survive a reference to nowhere.
func TestOpenAPIReferences(t *testing.T) {
	text := served(t)
	d := newAPIDocument(t, text)
	found := 0
	for _, place := range regexp.MustCompile(`"\$ref": "#/([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if v, _ := d.at(strings.Split(place[1], "/")...); v == nil {
			t.Errorf("nothing is at %s", place[1])
		}
		found++
	}
	if found != strings.Count(text, "$ref") {
		t.Errorf("%d references found of %d", found, strings.Count(text, "$ref"))
	}
}

// The document names the prefix that is in force, and is the same for everybody.
func TestOpenAPIIsServed(t *testing.T) {
	for _, prefix := range []string{"/.proffer/", "/a/b/", `/"\/`} {
		m := middleware(t, proxy.Config{Prefix: prefix})
		base := serve(t, m.Wrap(nobody(t))) + strings.ReplaceAll(strings.ReplaceAll(prefix, `"`, "%22"), `\`, "%5C")
		status, header, text := send(t, "GET", base+"openapi.json", nil, "Cookie: proffer=x", "Origin: https://evil.example")
		var doc struct{ Servers []struct{ URL string } }
		if err := json.Unmarshal([]byte(text), &doc); err != nil || len(doc.Servers) != 1 || doc.Servers[0].URL+"/" != prefix {
			t.Errorf("%s: %v, servers %v", prefix, err, doc.Servers)
		}
		if status != 200 || header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "public, max-age=3600" || len(header["Set-Cookie"]) != 0 {
			t.Errorf("%s: %d %v", prefix, status, header)
		}
		if status, header, body := send(t, "HEAD", base+"openapi.json", nil); status != 200 || body != "" || header.Get("Content-Type") != "application/json" {
			t.Errorf("HEAD: %d %v %q", status, header, body)
		}
		if status, header, _ := send(t, "POST", base+"openapi.json", nil); status != 405 || header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST: %d %v", status, header)
		}
		if n := m.replies(t, "openapi.json", "2xx"); n != 2 {
			t.Errorf("%v counted", n)
		}
	}
}

// routed are the strings of the cases of a function's switches.
func routed(t *testing.T, file, function string, constants map[string]string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != function {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, e := range c.List {
					switch e := e.(type) {
					case *ast.BasicLit:
						name, _ := strconv.Unquote(e.Value)
						names = append(names, name)
					case *ast.Ident:
						names = append(names, constants[e.Name])
					}
				}
			}
			return true
		})
	}
	if len(names) == 0 {
		t.Fatalf("%s: no cases in %s", file, function)
	}
	return names
}

// constants are the string constants of this package.
func constants(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == 1 && len(v.Values) == 1 {
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					out[v.Names[0].Name], _ = strconv.Unquote(lit.Value)
				}
			}
			return true
		})
	}
	return out
}

// TestOpenAPIKnowsAll holds that the document has the endpoints that are routed to,
// by the module and here, and no others.
func TestOpenAPIKnowsAll(t *testing.T) {
	paths, _ := newAPIDocument(t, served(t)).at("paths")
	documented := slices.Sorted(maps.Keys(asMap(paths)))
	var known []string
	for _, name := range append(routed(t, filepath.Join("..", "..", "plugin", "guest", "endpoint.go"), "route", nil), routed(t, "endpoint.go", "answer", constants(t))...) {
		known = append(known, "/"+name)
	}
	slices.Sort(known)
	known = slices.Compact(known) // the module answers decide, too
	if !slices.Equal(documented, known) {
		t.Errorf("documented are %v, routed to %v", documented, known)
	}
}

// apiExchange is one request and what is documented of its answer.
type apiExchange struct {
	operation string // "POST /decide"
	path      string // with its query; empty: the operation's
	body      string
	headers   []string
	broken    bool // the engine fails
	panics    bool
	want      string // status and media type
}

// exchanges has every answer that the document tells of.
func exchanges(t *testing.T, base string) []apiExchange {
	t.Helper()
	_, header, text := call(t, base, heroCall)
	links, cookie := read(t, text).Slots[0].Links, "Cookie: "+strings.Split(header.Get("Set-Cookie"), ";")[0]
	_, header, _ = send(t, "GET", base+"/.proffer/offers.js", nil)
	long, evil := strings.Repeat("x", 64<<10+1), "Origin: https://evil.example"
	navigates := "Sec-Fetch-Mode: navigate"
	below := func(link string) string { return strings.TrimPrefix(link, "/.proffer") }
	whole := `{"slots":[{"space":"hero"},{"space":"hero","n":9},{"space":"none"}],"attributes":{"basket":500}}`
	return []apiExchange{
		{"POST /decide", "", whole, nil, false, false, "200 application/json"},
		{"POST /decide", "", whole, []string{"Authorization: Bearer peer"}, false, false, "200 application/json"},
		{"POST /decide", "", whole, []string{"Sec-Gpc: 1", "Authorization: Bearer peer"}, false, false, "200 application/json"},
		{"POST /decide", "", `{"slots":[{"space":"hero","environment":"customers"}],"target":"1"}`, []string{"Authorization: Bearer peer"}, false, false, "200 application/json"},
		{"POST /decide", "", `{"slots":1}`, nil, false, false, "400 application/problem+json"},
		{"POST /decide", "", heroCall, []string{evil}, false, false, "403 application/problem+json"},
		{"POST /decide", "", `{"slots":[{"space":"hero"}],"consent":true}`, nil, false, false, "403 application/problem+json"},
		{"POST /decide", "", long, nil, false, false, "413 application/problem+json"},
		{"POST /decide", "", heroCall, []string{"Content-Type: text/plain"}, false, false, "415 application/problem+json"},
		{"POST /decide", "", heroCall, nil, true, false, "503 application/problem+json"},
		{"POST /decide", "", heroCall, nil, false, true, "503 text/plain"},
		{"GET /click", below(links.Click["url"]), "", []string{cookie}, false, false, "303 "},
		{"GET /click", "/click?t=x", "", nil, false, false, "400 text/plain"},
		{"GET /click", "", long, nil, false, false, "413 text/plain"},
		{"GET /click", "", "", nil, true, false, "503 text/plain"},
		{"POST /event", below(links.Seen), "", []string{cookie}, false, false, "204 "},
		{"POST /event", "", links.Accept[strings.Index(links.Accept, "?")+1:], []string{cookie, "Content-Type: text/plain"}, false, false, "204 "},
		{"POST /event", below(links.Reject), "", []string{cookie, navigates}, false, false, "303 "},
		{"POST /event", "", "seen=x", nil, false, false, "400 text/plain"},
		{"POST /event", "", "", []string{evil}, false, false, "403 text/plain"},
		{"POST /event", "", long, nil, false, false, "413 text/plain"},
		{"POST /event", "", "", nil, true, false, "503 text/plain"},
		{"POST /forget", "", "", []string{cookie}, false, false, "204 "},
		{"POST /forget", "", "", []string{navigates}, false, false, "303 "},
		{"POST /forget", "", "", []string{evil}, false, false, "403 text/plain"},
		{"POST /forget", "", long, nil, false, false, "413 text/plain"},
		{"POST /forget", "", "", nil, true, false, "503 text/plain"},
		{"GET /fragment", "/fragment?page=/page&slot=hero_2", "", []string{cookie}, false, false, "200 text/html"},
		{"GET /fragment", "/fragment?page=/page&slot=side", "", nil, false, false, "204 "},
		{"GET /fragment", "", "", nil, false, false, "400 text/plain"},
		{"GET /fragment", "/fragment?page=/page&slot=none", "", nil, false, false, "404 text/plain"},
		{"GET /fragment", "", long, nil, false, false, "413 text/plain"},
		{"GET /fragment", "", "", nil, true, false, "503 text/plain"},
		{"GET /slots", "/slots?page=/page&slots=hero,hero_2", "", []string{cookie, "Accept: text/html"}, false, false, "200 "},
		{"GET /slots", "", "", nil, false, false, "204 "},
		{"GET /offers.js", "", "", nil, false, false, "200 text/javascript"},
		{"GET /offers.js", "", "", []string{"If-None-Match: " + header.Get("ETag")}, false, false, "304 "},
		{"GET /offers.js", "", long, nil, false, false, "413 text/plain"},
		{"GET /offers.js", "", "", nil, true, false, "503 text/plain"},
		{"GET /openapi.json", "", "", nil, false, false, "200 application/json"},
	}
}

// TestOpenAPIHolds holds the endpoints to the document: each answer that it tells
// of is had, and is as it says.
func TestOpenAPIHolds(t *testing.T) {
	text := served(t)
	d := newAPIDocument(t, text)
	_, base := api(t, proxy.Config{})
	_, broken := api(t, proxy.Config{Engine: engineFunc(func() (host.Session, error) { return nil, host.ErrNoSnapshot })})
	_, panics := api(t, proxy.Config{Engine: handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { panic(errTest) })})
	had := map[string]bool{}
	for _, e := range exchanges(t, base) {
		from := base
		if e.broken {
			from = broken
		} else if e.panics {
			from = panics
		}
		method, path, _ := strings.Cut(e.operation, " ")
		if path = cmp.Or(e.path, path); method == "POST" && !strings.Contains(strings.Join(e.headers, "\n"), "Content-Type") && strings.HasPrefix(path, "/decide") {
			e.headers = append(e.headers, asJSON)
		}
		status, header, body := send(t, method, from+"/.proffer"+path, strings.NewReader(e.body), e.headers...)
		kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
		if got := fmt.Sprintf("%d %s", status, kind); got != e.want {
			t.Errorf("%s%s: %s, want %s: %.300s", e.operation, e.path, got, e.want, body)
			continue
		}
		had[e.operation+" "+e.want] = true
		d.holds(t, e.operation, status, kind, header, body)
	}
	if got, want := slices.Sorted(maps.Keys(had)), d.answers(); !slices.Equal(got, want) {
		t.Errorf("had are\n%s\ndocumented are\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestOpenAPICalls holds that a call is taken where the document says that it is
// good, and refused where it says that it is not.
func TestOpenAPICalls(t *testing.T) {
	text := served(t)
	schema := newAPIDocument(t, text).schema(t, "paths", "/decide", "post", "requestBody", "content", "application/json", "schema")
	_, base := api(t, proxy.Config{})
	good := 0
	for _, body := range []string{
		heroCall, `{}`, `{"slots":[]}`, `{"slots":null}`, `[]`, `{"slots":[{}]}`, `{"slots":[{"space":""}]}`, `{"slots":[{"space":"hero","n":100}]}`,
		`{"slots":[{"space":"hero","n":0}]}`, `{"slots":[{"space":"hero","n":101}]}`, `{"slots":[{"space":"hero","n":1.5}]}`, `{"slots":[{"space":"hero","held":"yes"}]}`,
		`{"slots":[{"space":"hero","environment":"visitors","categories":["all"],"themes":[],"attributes":{"basket":1}}]}`,
		`{"slots":[{"space":"hero","themes":["a"` + strings.Repeat(`,"a"`, 31) + `]}]}`, `{"slots":[{"space":"hero","themes":["a"` + strings.Repeat(`,"a"`, 32) + `]}]}`,
		`{"slots":[` + strings.Repeat(`{"space":"hero"},`, 63) + `{"space":"hero"}]}`, `{"slots":[` + strings.Repeat(`{"space":"hero"},`, 64) + `{"space":"hero"}]}`,
		slotCall(`"path":"/a%20b"`), slotCall(`"path":"a"`), slotCall(`"path":"/a?b"`), slotCall(`"path":"/a#b"`), slotCall(`"path":""`), slotCall(`"query":"a=b"`), slotCall(`"query":"?a"`),
		slotCall(`"query":""`), slotCall(`"language":"fr"`), slotCall(`"language":""`), slotCall(`"language":null`),
		slotCall(`"attributes":{"a":1,"b":"x","c":true,"d":[1,2],"e":[]}`), slotCall(`"attributes":{"a":null}`), slotCall(`"attributes":{"a":{}}`), slotCall(`"attributes":{"a":[[]]}`),
		slotCall(`"attributes":{"":1}`), slotCall(`"attributes":{"a":[null]}`), slotCall(`"attributes":[]`),
		slotCall(`"target":"1"`), slotCall(`"target":""`), slotCall(`"target":{"key":"1"}`), slotCall(`"target":{"source":"main","key":"1"}`), slotCall(`"target":{"source":"main"}`), slotCall(`"target":{"key":"1","x":1}`), slotCall(`"target":1`),
		slotCall(`"visitor":{"id":"00112233445566778899aabbccddeeff"}`), slotCall(`"visitor":{"id":"00112233445566778899AABBCCDDEEFF"}`), slotCall(`"visitor":{"id":"00"}`), slotCall(`"visitor":{}`), slotCall(`"visitor":null`),
		slotCall(`"consent":true`), slotCall(`"consent":"ask"`), slotCall(`"no_store":false`), slotCall(`"no_store":0`),
		slotCall(`"time":"2026-07-10T12:00:00Z"`), slotCall(`"seed":1`), slotCall(`"people":{}`), slotCall(`"history":[]`), slotCall(`"x":1`),
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		wrong := schema.Validate(v)
		status, _, text := call(t, base, body, "Authorization: Bearer peer")
		if status == 200 != (wrong == nil) || status != 200 && status != 400 {
			t.Errorf("%.200s\nis answered by %d %.300s\nand by the document: %v", body, status, text, wrong)
		}
		if status == 200 {
			good++
		}
	}
	if good < 15 {
		t.Errorf("%d calls are good", good)
	}
}

// slotCall is a call with one slot and a field more.
func slotCall(field string) string { return `{"slots":[{"space":"hero"}],` + field + `}` }

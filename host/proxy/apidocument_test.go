package proxy_test

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// apiDocument is the document as a value, and as schemas.
type apiDocument struct {
	root    map[string]any
	schemas *jsonschema.Compiler
}

func newAPIDocument(t *testing.T, text string) *apiDocument {
	t.Helper()
	root, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("mem:///openapi.json", root); err != nil {
		t.Fatal(err)
	}
	return &apiDocument{root.(map[string]any), c}
}

// at is the value at a place, of which references are followed, and the place.
func (d *apiDocument) at(place ...string) (any, []string) {
	var v any = d.root
	for i, name := range place {
		m, _ := v.(map[string]any)
		v = m[name]
		if m, ok := v.(map[string]any); ok && m["$ref"] != nil {
			there := append(strings.Split(strings.TrimPrefix(m["$ref"].(string), "#/"), "/"), place[i+1:]...)
			return d.at(there...)
		}
	}
	return v, place
}

// operation is the place of one, such as "POST /decide".
func operation(name string) []string {
	method, path, _ := strings.Cut(name, " ")
	return []string{"paths", path, strings.ToLower(method)}
}

// answers are all that the document tells of.
func (d *apiDocument) answers() (out []string) {
	for path, item := range d.root["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			name := strings.ToUpper(method) + " " + path
			responses, _ := d.at(append(operation(name), "responses")...)
			for status := range responses.(map[string]any) {
				content, _ := d.at(append(operation(name), "responses", status, "content")...)
				if content == nil {
					out = append(out, name+" "+status+" ")
					continue
				}
				for kind := range content.(map[string]any) {
					out = append(out, name+" "+status+" "+kind)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// schema is the schema at a place.
func (d *apiDocument) schema(t *testing.T, place ...string) *jsonschema.Schema {
	t.Helper()
	_, place = d.at(place...)
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var pointer strings.Builder
	for _, name := range place {
		pointer.WriteString("/" + escape.Replace(name))
	}
	s, err := d.schemas.Compile("mem:///openapi.json#" + pointer.String())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// holds compares an answer with what is documented of it.
func (d *apiDocument) holds(t *testing.T, name string, status int, kind string, header http.Header, body string) {
	t.Helper()
	place := append(operation(name), "responses", strconv.Itoa(status))
	headers, _ := d.at(append(place, "headers")...)
	for h := range asMap(headers) {
		required, _ := d.at(append(place, "headers", h, "required")...)
		value := header.Get(h)
		if required == true && value == "" {
			t.Errorf("%s %d has no %s", name, status, h)
		}
		if value == "" {
			continue
		}
		if err := d.schema(t, append(place, "headers", h, "schema")...).Validate(value); err != nil {
			t.Errorf("%s %d: %s: %v", name, status, h, err)
		}
	}
	if kind == "" {
		if body != "" {
			t.Errorf("%s %d has the body %q", name, status, body)
		}
		return
	}
	var v any = body
	if strings.HasSuffix(kind, "json") {
		var err error
		if v, err = jsonschema.UnmarshalJSON(bytes.NewReader([]byte(body))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.schema(t, append(place, "content", kind, "schema")...).Validate(v); err != nil {
		t.Errorf("%s %d: %v\n%s", name, status, err, body)
	}
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

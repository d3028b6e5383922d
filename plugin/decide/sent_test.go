package decide_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// reading is the snapshot of a catalog whose expressions read what is in tests.
func reading(t *testing.T) *snapshot.View {
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(`
environments:
  visitors:
    kind: anonymous
    filter: ['"a" in request.query', '"é b" in request.query', '"%zz" in request.query', '"x-a" in request.header']
    spaces: {hero: {channel: web}}
    categories: {all: {offers: {one: {content: {hero: {}}}}}}
`)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return open(t, c)
}

func TestSent(t *testing.T) {
	const none = "(missing)"
	view := reading(t)
	header := func(name, value string) abi.Header { return abi.Header{Name: []byte(name), Value: []byte(value)} }
	for _, test := range []struct {
		name, query string
		headers     []abi.Header
		want        string
	}{
		{"nothing", "", nil, "(missing)|(missing)|(missing)|(missing)"},
		{"plain", "b=0&a=1", []abi.Header{header("x-b", "2"), header("x-a", "3")}, "1|(missing)|(missing)|3"},
		{"the first", "a=1&a=2", []abi.Header{header("x-a", "3"), header("x-a", "4")}, "1|(missing)|(missing)|3"},
		{"no text and no sign", "a", []abi.Header{header("x-a", "")}, "|(missing)|(missing)|"},
		{"no text", "a=", nil, "|(missing)|(missing)|(missing)"},
		{"escapes", "%61=%2b+%E2%82%ac&%C3%A9+b=%3D=&&", nil, "+ €|==|(missing)|(missing)"},
		{"escapes that are none", "%zz=%&a=1%2", nil, "1%2|(missing)|%|(missing)"},
		{"half a digit", "a=%2g%g2%", nil, "%2g%g2%|(missing)|(missing)|(missing)"},
		{"capitals", "A=1", nil, "(missing)|(missing)|(missing)|(missing)"},
		{"other separators", "a=1;b=2", nil, "1;b=2|(missing)|(missing)|(missing)"},
		{"no UTF-8", "a=%ff&a=1", []abi.Header{header("x-a", "\xe9"), header("x-a", "e")}, "(missing)|(missing)|(missing)|(missing)"},
		{"long", "a=" + strings.Repeat("%31", 2000), []abi.Header{header("x-a", strings.Repeat("1", 4096))}, strings.Repeat("1", 2000) + "|(missing)|(missing)|" + strings.Repeat("1", 4096)},
		{"too long", "a=" + strings.Repeat("1", 4097) + "&a=1", []abi.Header{header("x-a", strings.Repeat("1", 4097)), header("x-a", "1")}, "(missing)|(missing)|(missing)|(missing)"},
		{"as long as a query may be", "a=1&" + strings.Repeat("b", 8188), nil, "1|(missing)|(missing)|(missing)"},
		{"longer", "a=1&" + strings.Repeat("b", 8189), []abi.Header{header("x-a", "1")}, "(missing)|(missing)|(missing)|1"},
		{"as many pairs as are read", strings.Repeat("&", 127) + "a=1", nil, "1|(missing)|(missing)|(missing)"},
		{"one more", strings.Repeat("&", 128) + "a=1", nil, "(missing)|(missing)|(missing)|(missing)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			values, scratch := make([]expr.Value, 4), make([]byte, 0, 8<<10)
			query := []byte(test.query)
			var got []string
			find := func() { decide.Sent(view, query, test.headers, values, scratch) }
			if n := testing.AllocsPerRun(1, find); n != 0 {
				t.Errorf("%v allocations", n)
			}
			for _, v := range values {
				if v.Kind == expr.Missing {
					got = append(got, none)
				} else {
					got = append(got, string(v.Bytes))
				}
			}
			if s := strings.Join(got, "|"); s != test.want {
				t.Errorf("got %.200s, want %.200s", s, test.want)
			}
			if !bytes.Equal(query, []byte(test.query)) {
				t.Error("the query was changed")
			}
		})
	}
}

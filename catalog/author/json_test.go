package author_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

func TestWriteJSON(t *testing.T) {
	files := []catalog.File{{Name: "a.yaml", Text: []byte("a: 😀 \"x y\" é\n\tb\n")}}
	at := func(line, column int) catalog.Pos { return catalog.Pos{File: "a.yaml", Line: line, Column: column} }
	d := catalog.Diagnostics{
		{Pos: at(1, 6), Code: "one", Message: "says <b>", Hint: "do \"so\"", Related: &catalog.Related{Pos: at(2, 2), Message: "here"}},
		{Pos: at(1, 4), Length: 3, Code: "two", Severity: catalog.Warning},
		{Pos: at(1, 12), Length: 99, Code: "end"},
		{Pos: at(1, 13), Code: "behind"},
		{Pos: catalog.Pos{File: "a.yaml"}, Code: "file"},
		{Code: "none"},
	}
	var b bytes.Buffer
	if err := author.WriteJSON(&b, files, d); err != nil {
		t.Fatal(err)
	}
	const first = `{"file":"a.yaml","line":1,"column":6,"end_column":11,"severity":"error","code":"one","message":"says <b>","hint":"do \"so\"",` +
		`"related":[{"file":"a.yaml","line":2,"column":2,"end_column":3,"message":"here"}]},` + "\n"
	if got := b.String(); got[:2] != "[\n" || got[2:2+len(first)] != first || got[len(got)-2:] != "]\n" {
		t.Errorf("got %s", got)
	}
	var list []struct {
		File, Severity, Code string
		Line, Column         int
		EndColumn            int `json:"end_column"`
		Related              []any
	}
	if err := json.Unmarshal(b.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	var ends []int
	for _, p := range list {
		ends = append(ends, p.EndColumn)
		if p.Related == nil {
			t.Errorf("%s has no list of related places", p.Code)
		}
	}
	if want := []int{11, 7, 13, 13, 0, 0}; !reflect.DeepEqual(ends, want) {
		t.Errorf("got ends %v, want %v", ends, want)
	}
	if list[1].Severity != "warning" || list[4].File != "a.yaml" || list[4].Line != 0 {
		t.Errorf("got %+v", list)
	}
}

func TestWriteJSONOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := author.WriteJSON(&b, nil, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestSummary(t *testing.T) {
	list := func(errors, warnings int) (d catalog.Diagnostics) {
		for range errors {
			d = append(d, catalog.Diagnostic{})
		}
		for range warnings {
			d = append(d, catalog.Diagnostic{Severity: catalog.Warning})
		}
		return d
	}
	for want, d := range map[string]catalog.Diagnostics{
		"": nil, "1 error": list(1, 0), "2 warnings": list(0, 2), "2 errors, 1 warning": list(2, 1),
		"2 errors, and more that are not listed": append(list(1, 0), catalog.Diagnostic{Code: "more-problems"}),
	} {
		if got := author.Summary(d); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package author_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/internal/golden"
)

// In an archive, "diagnostics" is what Write prints and "model", where it
// stands, is what was read; every other file belongs to the catalog.
func TestGolden(t *testing.T) {
	golden.Run(t, func(t *testing.T, a *txtar.Archive) map[string]string {
		c, d := author.Parse(golden.Sources(a, "diagnostics", "model"))
		var printed bytes.Buffer
		if err := author.Write(&printed, c.Files, d); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"diagnostics": printed.String(), "model": dump(c)}
	})
}

// dump prints what is set in a model, one value a line, with its place.
func dump(c *catalog.Catalog) string {
	var b strings.Builder
	v := *c
	v.Files, v.Gaps, v.Incomplete = nil, nil, false
	dumpValue(&b, "", reflect.ValueOf(v))
	return b.String()
}

func dumpValue(b *strings.Builder, path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case catalog.Pos:
		if x.IsValid() {
			fmt.Fprintf(b, "%s @%d:%d\n", path, x.Line, x.Column)
		}
		return
	case catalog.Text:
		dumpText(b, path, x)
		return
	case catalog.Instant:
		if x.Set {
			fmt.Fprintf(b, "%s %d @%d:%d\n", path, x.MS, x.Pos.Line, x.Pos.Column)
		}
		return
	case fmt.Stringer:
		fmt.Fprintf(b, "%s %s\n", path, x)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dumpValue(b, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			dumpValue(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			dumpValue(b, strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), v.Field(i))
		}
	default:
		if !v.IsZero() {
			fmt.Fprintf(b, "%s %v\n", path, v.Interface())
		}
	}
}

func dumpText(b *strings.Builder, path string, t catalog.Text) {
	if t.S == "" && !t.Pos.IsValid() {
		return
	}
	fmt.Fprintf(b, "%s %q", path, t.S)
	if t.Pos.IsValid() {
		fmt.Fprintf(b, " @%d:%d", t.Pos.Line, t.Pos.Column)
	}
	b.WriteString("\n")
}

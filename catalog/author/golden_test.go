package author_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txtar and testdata/format/*.txtar")

// In an archive, "diagnostics" is what Write prints and "model", where it
// stands, is what was read; every other file belongs to the catalog.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, d := author.Parse(sources(archive))
	var printed bytes.Buffer
	if err := author.Write(&printed, c.Files, d); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"diagnostics": printed.String(), "model": dump(c)}
	changed := false
	for i := range archive.Files {
		f := &archive.Files[i]
		want, ok := got[f.Name]
		if !ok || want == string(f.Data) {
			continue
		}
		if *update {
			f.Data, changed = []byte(want), true
			continue
		}
		t.Errorf("%s\n got:\n%s\nwant:\n%s", f.Name, want, f.Data)
	}
	if changed {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func sources(a *txtar.Archive) []catalog.File {
	var files []catalog.File
	for _, f := range a.Files {
		if f.Name != "diagnostics" && f.Name != "model" {
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		}
	}
	return files
}

// dump prints what is set in a model, one value a line, with its place.
func dump(c *catalog.Catalog) string {
	var b strings.Builder
	v := *c
	v.Files = nil
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

// generated are the codes that limits_test.go has cases for: their sources
// are too large for testdata, or no text.
var generated = []string{"too-large", "too-many-values", "too-many-files", "not-text", "more-problems"}

// Every code that the source can report has a case.
func TestEveryCodeHasACase(t *testing.T) {
	have := map[string]bool{}
	for _, code := range generated {
		have[code] = true
	}
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, d := author.Parse(sources(archive))
		for i := range d {
			have[d[i].Code] = true
		}
	}
	codes := sourceCodes(t)
	for code := range codes {
		if !have[code] {
			t.Errorf("no case gives %q", code)
		}
	}
	for code := range have {
		if !codes[code] {
			t.Errorf("%q is given but not found in the source", code)
		}
	}
}

var codeForm = regexp.MustCompile(`^"[a-z]+(-[a-z]+)*"$`)

// sourceCodes finds the codes of the package: the strings of their form that
// are arguments of report functions, or stand in a table or a diagnostic.
func sourceCodes(t *testing.T) map[string]bool {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := codeOf(n).(*ast.BasicLit); ok && codeForm.MatchString(s.Value) {
				codes[strings.Trim(s.Value, `"`)] = true
			}
			return true
		})
	}
	return codes
}

// codeOf is the expression in n that stands where a code stands, or nil.
func codeOf(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if ok && (f.Sel.Name == "error" || f.Sel.Name == "warn" || f.Sel.Name == "related") && len(n.Args) > 1 {
			return n.Args[1]
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			return n.Value
		}
		if key, ok := n.Key.(*ast.SelectorExpr); ok && fmt.Sprint(key.X) == "yaml" {
			return n.Value
		}
	}
	return nil
}

package compile_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/internal/golden"
)

// reporting are the functions that report a problem, with the number of the
// argument that is its code.
var reporting = map[string]int{
	"error": 1, "warn": 1, "related": 1, "remark": 1, "unknown": 1, "unique": 1,
	"fail": 1, "refuse": 1, "placeholders": 1, "diagnostic": 2, // of markup
}

// sourceCodes are the codes in the sources of the packages that report, with a
// place of each: arguments of the functions above, and whatever is the Code of
// a diagnostic or of the reader of YAML.
func sourceCodes(t *testing.T) map[string]string {
	codes := map[string]string{}
	set := token.NewFileSet()
	for _, pattern := range []string{"../*.go", "../author/*.go", "*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := codeIn(n).(*ast.BasicLit); ok && codeForm.MatchString(s.Value) {
					codes[strings.Trim(s.Value, `"`)] = set.Position(s.Pos()).String()
				}
				return true
			})
		}
	}
	return codes
}

var codeForm = regexp.MustCompile(`^"[a-z]+(-[a-z]+)*"$`)

// codeIn is the expression in n that stands where a code stands, or nil.
func codeIn(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		if at, ok := reporting[f.Sel.Name]; ok && at < len(n.Args) {
			return n.Args[at]
		}
	case *ast.AssignStmt:
		if to, ok := n.Lhs[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Code" {
			return n.Rhs[0]
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

// TestCodesAreDeclared holds the sources to the list of codes, in both
// directions.
func TestCodesAreDeclared(t *testing.T) {
	if !slices.IsSortedFunc(catalog.Codes, func(a, b catalog.Code) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the codes are not in the order of their names")
	}
	used := sourceCodes(t)
	for name, at := range used {
		if _, ok := catalog.CodeNamed(name); !ok {
			t.Errorf("%s: code %q is not in catalog/code.go", at, name)
		}
	}
	for _, c := range catalog.Codes {
		if _, ok := used[c.Name]; !ok {
			t.Errorf("nothing reports %q", c.Name)
		}
	}
}

// elsewhere are the codes whose cases are too large for testdata or no text,
// with the test that has them.
var elsewhere = map[string]string{
	"more-problems": "../author/limits_test.go", "not-text": "../author/limits_test.go", "too-large": "../author/limits_test.go",
	"too-many-files": "../author/limits_test.go", "too-many-values": "../author/limits_test.go",
}

var reported = regexp.MustCompile(`(?m)(error|warning):? .*?\[([a-z]+(?:-[a-z]+)*)\]`)

// TestEveryCodeHasACase looks for each code in what the golden cases report,
// and holds the list to their severities.
func TestEveryCodeHasACase(t *testing.T) {
	have := map[string]bool{}
	for _, pattern := range []string{"../author/testdata/*.*", "testdata/*.*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range reported.FindAllSubmatch(b, -1) {
				c, ok := catalog.CodeNamed(string(m[2]))
				if ok && c.Severity.String() != string(m[1]) {
					t.Errorf("%s: %s is a %s, in catalog/code.go a %s", path, c.Name, m[1], c.Severity)
				}
				have[c.Name] = true
			}
		}
	}
	for code, path := range elsewhere {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		have[code] = have[code] || strings.Contains(string(b), code)
	}
	for _, c := range catalog.Codes {
		if !have[c.Name] {
			t.Errorf("no golden case reports %q", c.Name)
		}
	}
}

const formatPage = "../FORMAT.md"

// TestFormatListsEveryCode holds the table of FORMAT.md to the list.
func TestFormatListsEveryCode(t *testing.T) {
	b, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	title := strings.Index(page, "\n### All kinds of problems\n")
	if title < 0 {
		t.Fatalf("%s has no section for the codes", formatPage)
	}
	start := title + strings.Index(page[title:], "\n| ") + 1
	end := start + strings.Index(page[start:], "\n\n") + 1
	want := codeTable()
	if page[start:end] == want {
		return
	}
	if !golden.Update() {
		t.Fatalf("the table of %s differs from catalog/code.go; run this test with -update", formatPage)
	}
	if err := os.WriteFile(formatPage, []byte(page[:start]+want+page[end:]), 0o644); err != nil {
		t.Fatal(err)
	}
}

func codeTable() string {
	var b strings.Builder
	b.WriteString("| code | kind | means |\n|---|---|---|\n")
	for _, c := range catalog.Codes {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Severity, strings.ReplaceAll(c.Meaning, "<", "&lt;"))
	}
	return b.String()
}

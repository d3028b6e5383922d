package matrix_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/internal/matrix"
)

var update = flag.Bool("update", false, "write the table into examples/README.md")

// figures are where command measure puts them.
var figures = filepath.Join("testdata", "measured.json")

// TestTable holds that the table of examples/README.md is that of the declaration
// and the figures, and that what it names is there.
func TestTable(t *testing.T) {
	measured, err := matrix.ReadMeasured(figures)
	if err != nil {
		t.Fatal(err)
	}
	want, err := matrix.Table(matrix.Edges, measured, open(t).place)
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(root, "examples", "README.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), matrix.Begin+"\n")
	got, after, ends := strings.Cut(rest, matrix.End)
	if !ok || !ends {
		t.Fatalf("examples/README.md has no %q or no %q behind it", matrix.Begin, matrix.End)
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+matrix.Begin+"\n"+want+matrix.End+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("examples/README.md has another table than examples/internal/matrix gives: run go test ./examples/internal/matrix -update\nit lacks\n%s", missing(want, got))
	}
}

// missing are the lines of a text that another one has not.
func missing(text, other string) string {
	has := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return slices.Contains(has, line) }), "\n")
}

// TestDeclaration holds that every directory of examples is an edge or said to be
// something else, and that of an edge everything is said: of each capability either a
// proof or a reason, what measures it, its page and its limit.
func TestDeclaration(t *testing.T) {
	dirs, err := os.ReadDir(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"internal"}
	for _, o := range matrix.Others {
		known = append(known, o.Dir)
	}
	seen := map[string]bool{}
	for i := range matrix.Edges {
		e := &matrix.Edges[i]
		if seen[e.Name] {
			t.Errorf("two edges are called %s", e.Name)
		}
		seen[e.Name] = true
		known = append(known, e.Dirs...)
		declared(t, e)
	}
	for _, d := range dirs {
		if d.IsDir() && !slices.Contains(known, d.Name()) {
			t.Errorf("examples/%s is no edge in Edges, and not in Others", d.Name())
		}
	}
	for _, dir := range known {
		if !slices.ContainsFunc(dirs, func(d os.DirEntry) bool { return d.IsDir() && d.Name() == dir }) {
			t.Errorf("there is no examples/%s", dir)
		}
	}
	measured, err := matrix.ReadMeasured(figures)
	if err != nil {
		t.Fatal(err)
	}
	for name := range measured {
		if !seen[name] {
			t.Errorf("%s has figures of %q, which is no edge", figures, name)
		}
	}
}

// TestTargetsRunInCI holds that what runs before a change lands runs both targets.
func TestTargetsRunInCI(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"make test", "make edges"} {
		if !slices.Contains(strings.Split(string(text), "\n"), want) {
			t.Errorf(".ci/run has no line %q", want)
		}
	}
}

// declared holds that everything is said of an edge.
func declared(t *testing.T, e *matrix.Edge) {
	t.Helper()
	for i, c := range e.Works {
		if (len(c.Tests) == 0) == (c.Not == "") {
			t.Errorf("%s, %s: %d tests prove it, and the reason against it is %q: one of both is needed", e.Name, matrix.Capability(i), len(c.Tests), c.Not)
		}
		if strings.ContainsAny(c.Not, "|\"\n") || strings.HasSuffix(c.Not, ".") {
			t.Errorf("%s, %s: the reason %q does not fit into a cell", e.Name, matrix.Capability(i), c.Not)
		}
	}
	if len(e.Works[matrix.Decide].Tests) == 0 {
		t.Errorf("%s decides nothing: then it is no edge", e.Name)
	}
	if e.Title == "" || e.Variant == "" || e.Limit == "" || len(e.Limit) > 32 {
		t.Errorf("%s: title %q, variant %q and a limit of %d characters (have 1..32)", e.Name, e.Title, e.Variant, len(e.Limit))
	}
	if _, err := os.Stat(filepath.Join(root, "examples", e.Page)); err != nil {
		t.Errorf("%s has no page: %v", e.Name, err)
	}
	if _, err := open(t).find(e.Bench); err != nil || !strings.HasPrefix(e.Bench.Func(), "Benchmark") {
		t.Errorf("%s is measured by nothing: %v", e.Name, err)
	}
}

// TestPageNamesOthers holds that the page has a line for each directory that is no
// edge.
func TestPageNamesOthers(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "examples", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range matrix.Others {
		if want := "- [`" + o.Dir + "`](" + o.Dir + "/README.md): " + o.What + ".\n"; !strings.Contains(string(text), want) {
			t.Errorf("examples/README.md has no line %q", want)
		}
	}
}

package matrix_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/build/testsource"
	"github.com/profferhq/proffer/examples/internal/matrix"
)

// root is the project's, from here.
var root = filepath.Join("..", "..", "..")

const module = "github.com/profferhq/proffer"

// project is what of the project the table is held to.
type project struct {
	edges []string                     // the lines of the Makefile's target edges
	tests map[string][]testsource.Test // by directory
}

func open(t *testing.T) *project {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	p := &project{edges: recipe(string(text), "edges"), tests: map[string][]testsource.Test{}}
	if !slices.Contains(recipe(string(text), "test"), "go test ./...") {
		t.Error("the Makefile's target test does not run all packages of the project's module")
	}
	if len(p.edges) == 0 {
		t.Fatal("the Makefile has no target edges")
	}
	return p
}

// recipe are the lines of a target, those that go on in the next one joined.
func recipe(makefile, target string) []string {
	_, rest, _ := strings.Cut(strings.ReplaceAll(makefile, "\\\n", " "), "\n"+target+":")
	_, rest, _ = strings.Cut(rest, "\n")
	var out []string
	for line := range strings.Lines(rest) {
		line, ok := strings.CutPrefix(line, "\t")
		if !ok {
			break
		}
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

// place says where a test stands and what runs it; an error if it is not there, or
// nothing does.
func (p *project) place(test matrix.Test) (matrix.Place, error) {
	found, err := p.find(test)
	if err == nil && test.Sub() != "" {
		err = p.sub(test)
	}
	if err != nil {
		return matrix.Place{}, err
	}
	rel, err := filepath.Rel(filepath.Join(root, "examples"), found.File)
	if err != nil {
		return matrix.Place{}, err
	}
	target, err := p.target(test, found)
	return matrix.Place{File: filepath.ToSlash(rel), Target: target}, err
}

// find looks for the function.
func (p *project) find(test matrix.Test) (testsource.Test, error) {
	dir := test.Dir()
	if _, ok := p.tests[dir]; !ok {
		tests, err := testsource.In(filepath.Join(root, dir))
		if err != nil {
			return testsource.Test{}, err
		}
		p.tests[dir] = tests
	}
	for _, t := range p.tests[dir] {
		if t.Name == test.Func() {
			return t, nil
		}
	}
	return testsource.Test{}, fmt.Errorf("%s: there is no %s in %s", test, test.Func(), dir)
}

// sub looks for the name of a sub-test, in the package or in one that it imports.
func (p *project) sub(test matrix.Test) error {
	dirs, err := testsource.Imports(root, test.Dir(), module)
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(test.Sub(), "/") {
		found := false
		for _, dir := range append(dirs, test.Dir()) {
			all, err := testsource.Strings(filepath.Join(root, dir))
			if err != nil {
				return err
			}
			found = found || all[part]
		}
		if !found {
			return fmt.Errorf("%s: no sub-test %q in %s or what it imports", test, part, test.Dir())
		}
	}
	return nil
}

// target is that of the Makefile which runs a test.
func (p *project) target(test matrix.Test, found testsource.Test) (string, error) {
	own := testsource.Module(root, test.Dir())
	switch {
	case own != "" && p.runs(regexp.MustCompile(`^cd `+regexp.QuoteMeta(own)+` && .*\bgo test\b[^&]*\s\./\.\.\.`)):
		return "edges", nil
	case own == "" && found.Tags == "":
		return "test", nil
	case own == "" && found.Tags == "edges" && p.runs(regexp.MustCompile(`\bgo test\b.* -tags edges\b.*\s\./`+regexp.QuoteMeta(test.Dir())+`( |$)`)):
		return "edges", nil
	}
	return "", fmt.Errorf("%s: neither make test nor make edges runs it (module %q, build constraint %q)", test, own, found.Tags)
}

func (p *project) runs(line *regexp.Regexp) bool {
	return slices.ContainsFunc(p.edges, line.MatchString)
}

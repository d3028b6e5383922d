package testsource

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Test is a test, a fuzz target or a benchmark.
type Test struct {
	Name string
	File string // with the directory that was asked for
	Tags string // what has to be set for it to be built, as in //go:build; empty: nothing
}

// In are the tests of a directory's files, in no deeper one.
func In(dir string) ([]Test, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	var out []Test
	for _, name := range names {
		tests, err := of(name)
		if err != nil {
			return nil, err
		}
		out = append(out, tests...)
	}
	return out, nil
}

// Below are the tests of a directory and all below it, but for what is built and
// installed there.
func Below(root string) ([]Test, error) {
	var out []Test
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case d.Name() == "out" || d.Name() == "node_modules" || d.Name() == "testdata":
			return filepath.SkipDir
		}
		tests, err := In(path)
		out = append(out, tests...)
		return err
	})
	return out, err
}

// of are the tests of a file.
func of(name string) ([]Test, error) {
	f, err := parse(name)
	if err != nil {
		return nil, err
	}
	var out []Test
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Recv == nil && isTest(fn.Name.Name) {
			out = append(out, Test{fn.Name.Name, name, tags(f)})
		}
	}
	return out, nil
}

func parse(name string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
}

// isTest reports whether go test runs a function of this name.
func isTest(name string) bool {
	return name != "TestMain" && slices.ContainsFunc([]string{"Test", "Fuzz", "Benchmark"}, func(prefix string) bool {
		rest, ok := strings.CutPrefix(name, prefix)
		return ok && (rest == "" || rest[0] < 'a' || rest[0] > 'z')
	})
}

// tags is the build constraint of a file.
func tags(f *ast.File) string {
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			break
		}
		for _, c := range group.List {
			if rest, ok := strings.CutPrefix(c.Text, "//go:build "); ok && constraint.IsGoBuild(c.Text) {
				return strings.TrimSpace(rest)
			}
		}
	}
	return ""
}

// Strings are the strings that stand in a directory's Go files, as sub-tests are
// called by them: with "_" for a space.
func Strings(dir string) (map[string]bool, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, name := range names {
		f, err := parse(name)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					out[strings.ReplaceAll(s, " ", "_")] = true
				}
			}
			return true
		})
	}
	return out, nil
}

// Imports are the directories, from root, of the packages of one module that a
// directory's Go files import.
func Imports(root, dir, module string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		f, err := parse(name)
		if err != nil {
			return nil, err
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return nil, err
			}
			if rest, ok := strings.CutPrefix(path, module+"/"); ok {
				out = append(out, rest)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Module is the directory, from root, of the Go module that a directory belongs to:
// "" for the project's own.
func Module(root, dir string) string {
	for ; dir != "." && dir != ""; dir = filepath.ToSlash(filepath.Dir(dir)) {
		if _, err := os.Stat(filepath.Join(root, dir, "go.mod")); err == nil {
			return dir
		}
	}
	return ""
}

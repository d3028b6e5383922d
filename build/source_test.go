package build_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// source is a Go file of the module, for whatever platform it is.
type source struct {
	path string // from the module's root, with slashes
	file *ast.File
}

func (s *source) dir() string {
	i := strings.LastIndexByte(s.path, '/')
	return s.path[:max(i, 0)]
}

func (s *source) name() string { return s.path[strings.LastIndexByte(s.path, '/')+1:] }

func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// imports are the paths that a file imports.
func (s *source) imports() (paths []string) {
	for _, i := range s.file.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// sources are all Go files of the module but those in testdata and below
// build/out.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || name == "testdata" || path == filepath.Join("..", "build", "out")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", path)
		all = append(all, source{filepath.ToSlash(rel), f})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("%d Go files found: this is not the module", len(all))
	}
	return all
}

// under reports whether a package is one of dirs or below it.
func under(pkg string, dirs ...string) bool {
	for _, d := range dirs {
		if pkg == d || strings.HasPrefix(pkg, d+"/") {
			return true
		}
	}
	return false
}

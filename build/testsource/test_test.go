package testsource_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/profferhq/proffer/build/testsource"
)

// lay writes files into a directory of the test's.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestBelow finds what go test would run, and nothing else.
func TestBelow(t *testing.T) {
	root := lay(t, map[string]string{
		"a_test.go": "//go:build edges && !windows\n\npackage a\n\n// func TestComment() {}\nfunc TestA() {}\nfunc Testing() {}\n" +
			"func TestMain() {}\nfunc (x) TestMethod() {}\nconst text = `\nfunc TestText() {}`\n",
		"b/b_test.go":                "package b\n\nfunc BenchmarkB() {}\nfunc FuzzB() {}\nfunc Test() {}\n",
		"b/b.go":                     "package b\n\nfunc TestNoTest() {}\n",
		"b/testdata/c_test.go":       "package c\n\nfunc TestData() {}\n",
		"out/d_test.go":              "package d\n\nfunc TestBuilt() {}\n",
		"e/node_modules/x/x_test.go": "package x\n\nfunc TestInstalled() {}\n",
	})
	tests, err := testsource.Below(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, test := range tests {
		rel, err := filepath.Rel(root, test.File)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.ToSlash(rel)+" "+test.Name+" "+test.Tags)
	}
	want := []string{"a_test.go TestA edges && !windows", "b/b_test.go BenchmarkB ", "b/b_test.go FuzzB ", "b/b_test.go Test "}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestStrings finds the names of sub-tests, whichever way they are quoted.
func TestStrings(t *testing.T) {
	root := lay(t, map[string]string{"a_test.go": "package a\n\nvar x = []string{\"one name\", `other`}\n", "b.go": "package a\n\nimport \"m/c\"\n"})
	got, err := testsource.Strings(root)
	if err != nil || !got["one_name"] || !got["other"] || got["name"] {
		t.Errorf("%v, %v", got, err)
	}
	dirs, err := testsource.Imports(root, ".", "m")
	if err != nil || !slices.Equal(dirs, []string{"c"}) {
		t.Errorf("%v, %v", dirs, err)
	}
}

// TestModule tells modules within the project from the project's own.
func TestModule(t *testing.T) {
	root := lay(t, map[string]string{"go.mod": "module m\n", "a/go.mod": "module m/a\n", "a/b/c.go": "package b\n", "d/e.go": "package d\n"})
	for dir, want := range map[string]string{"a/b": "a", "a": "a", "d": "", ".": ""} {
		if got := testsource.Module(root, dir); got != want {
			t.Errorf("%s belongs to %q, want %q", dir, got, want)
		}
	}
}

// TestBroken says which file cannot be read.
func TestBroken(t *testing.T) {
	root := lay(t, map[string]string{"a_test.go": "no Go"})
	if tests, err := testsource.Below(root); err == nil {
		t.Errorf("found %v in a file that is no Go", tests)
	}
}

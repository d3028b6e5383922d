package hosttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Artefact reads a module that "make wasm" left in build/out. One that is
// missing is a failure.
func Artefact(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out(t), name))
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	return b
}

// CacheDir is the directory in build/out where wazero keeps compiled modules.
func CacheDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(out(t), "wazero")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// root is how the go.mod begins beside which build/out is.
const root = "module github.com/profferhq/proffer\n"

// out is build/out of the project: go test starts tests in their package's
// directory, which may be in a module of its own within it.
func out(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(b), root) {
			return filepath.Join(dir, "build", "out")
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod of Proffer's above the test")
		}
		dir = up
	}
}

// OutDir is build/out.
func OutDir(t testing.TB) string {
	t.Helper()
	return out(t)
}

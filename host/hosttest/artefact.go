package hosttest

import (
	"os"
	"path/filepath"
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

// out is build/out of the module whose tests run: go test starts them in their
// package's directory.
func out(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "build", "out")
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

// OutDir is build/out.
func OutDir(t testing.TB) string {
	t.Helper()
	return out(t)
}

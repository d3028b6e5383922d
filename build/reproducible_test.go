package build_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReproducible builds the reactor here, and once more from a copy of its
// sources in another directory with nothing in the cache, as on another
// machine: whoever has a commit can check that a module was made of it. The
// time is that of compiling Go's runtime.
func TestReproducible(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"catalog", "plugin"} {
		if err := os.CopyFS(filepath.Join(dir, "src", name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "src", name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	here := buildReactor(t, "..", filepath.Join(dir, "here.wasm"))
	there := buildReactor(t, filepath.Join(dir, "src"), filepath.Join(dir, "there.wasm"), "GOCACHE="+filepath.Join(dir, "cache"))
	if !bytes.Equal(here, there) {
		t.Errorf("two builds have %d and %d bytes, or other ones", len(here), len(there))
	}
}

// buildReactor builds it with the Makefile's flags. The state of a repository
// is left out: a copy has none.
func buildReactor(t *testing.T, dir, out string, env ...string) []byte {
	t.Helper()
	args := append([]string{"build"}, makeFlags(t)...)
	cmd := exec.Command("go", append(args, "-buildmode=c-shared", "-o", out, "./plugin/cmd/reactor")...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=-buildvcs=false"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, text)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var stripLine = regexp.MustCompile(`(?m)^STRIP\s*:=\s*(.*)$`)

// makeFlags are the flags with which the Makefile builds the modules.
func makeFlags(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := stripLine.FindSubmatch(b)
	if m == nil {
		t.Fatal("the Makefile has no line STRIP := …")
	}
	var flags []string
	for rest := string(m[1]); rest != ""; {
		flag, tail, _ := strings.Cut(rest, " ")
		if name, value, quoted := strings.Cut(flag, `="`); quoted {
			// -ldflags="-s -w": one argument up to the closing quote
			value, tail, _ = strings.Cut(value+" "+tail, `"`)
			flag = name + "=" + value
		}
		flags, rest = append(flags, flag), strings.TrimSpace(tail)
	}
	return flags
}

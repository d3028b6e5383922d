//go:build unix

package author_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

// Reading takes at most perByte bytes for each of the input and atAll besides,
// garbage included, of which it is the most: for every second byte a node of 72
// bytes, and 88 in a list of the model, which is copied while it grows.
const (
	perByte = 400
	atAll   = 4 << 20
)

// hostile are texts of about n bytes that stand for more than they hold, or are
// no catalog at all.
var hostile = map[string]func(n int) string{
	"values in brackets": func(n int) string { return "people: [" + strings.Repeat("a,", n/2) + "]\noops: 1" },
	"empty maps":         func(n int) string { return "environments: {" + strings.Repeat("a: {},", n/6) + "}" },
	"one key again":      func(n int) string { return strings.Repeat("people: a\n", n/10) },
	"unknown keys":       func(n int) string { return strings.Repeat("k: 1\n", n/5) },
	"lines":              func(n int) string { return strings.Repeat("\n", n) },
	"one line":           func(n int) string { return "catalog: " + strings.Repeat("x", n) },
	"text of lines":      func(n int) string { return "catalog: |\n" + strings.Repeat("  x\n", n/4) },
	"escapes":            func(n int) string { return "catalog: \"" + strings.Repeat(`\\`, n/2) + "\"" },
	"brackets":           func(n int) string { return "people: " + strings.Repeat("[", n) },
	"braces":             func(n int) string { return strings.Repeat("{a: ", n/4) },
	"dashes":             func(n int) string { return strings.Repeat("- ", n/2) },
	"aliases":            func(n int) string { return "a: &a [x, x]\n" + strings.Repeat("b: [*a, *a]\n", n/12) },
	"merge keys":         func(n int) string { return strings.Repeat("<<: *a\n", n/7) },
	"tags":               func(n int) string { return strings.Repeat("a: !!binary x\n", n/14) },
	"JSON":               func(n int) string { return `{"people": [` + strings.Repeat(`"a",`, n/4) + `], "oops": 1}` },
	"offers": func(n int) string {
		return "environments: {e: {kind: anonymous, categories: {c: {offers: {" + strings.Repeat("o: {},", n/6) + "}}}}}"
	},
	"wrong offers": func(n int) string {
		return "environments: {e: {kind: anonymous, categories: {c: {offers: {" + strings.Repeat("o: [],", n/6) + "}}}}}"
	},
	"unknown zones": func(n int) string {
		return "environments: {e: {kind: anonymous, categories: {c: {offers: {" + strings.Repeat("o: {from: 2026-01-01 Europe/Pariss},", n/36) + "}}}}}"
	},
	"binary":         func(n int) string { return "\x00" + strings.Repeat("\xff", n) },
	"no UTF-8":       func(n int) string { return "catalog: a" + strings.Repeat("\xc3", n) },
	"UTF-16":         func(n int) string { return "\xfe\xff" + strings.Repeat("\x00a", n/2) },
	"old line ends":  func(n int) string { return strings.Repeat("a: b\r", n/5) },
	"marks of order": func(n int) string { return strings.Repeat("\uFEFF", n/3) },
}

// TestMemoryFollowsTheInput reads a megabyte of each.
func TestMemoryFollowsTheInput(t *testing.T) {
	for name, source := range hostile {
		t.Run(name, func(t *testing.T) {
			text := []byte(source(1 << 20))
			before := allocated()
			_, d := author.Parse([]catalog.File{{Name: "a", Text: text}})
			took := allocated() - before
			if took > uint64(len(text))*perByte+atAll {
				t.Errorf("%d bytes allocated for %d", took, len(text))
			}
			if !d.HasErrors() || d[0].Message == "" || len(d) > 1001 {
				t.Errorf("%d problems", len(d))
			}
			var out bytes.Buffer
			before = allocated()
			if err := author.Write(&out, []catalog.File{{Name: "a", Text: text}}, d); err != nil {
				t.Fatal(err)
			}
			if took := allocated() - before; took > uint64(len(text))*10+atAll {
				t.Errorf("%d bytes allocated to print %d problems", took, len(d))
			}
		})
	}
}

// allocated counts the bytes that were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// TestLoadReadsNoMoreThanItMay loads a file of 100 MB, of which most is a hole.
func TestLoadReadsNoMoreThanItMay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(path, []byte("catalog: a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 100<<20); err != nil {
		t.Fatal(err)
	}
	before := allocated()
	_, d, err := author.Load(path)
	if err != nil || codes(d) != "too-large" || d[0].Pos.File != "a.yaml" {
		t.Fatalf("%v, %v", d, err)
	}
	// A buffer that grows copies what it has: five times the limit.
	if took := allocated() - before; took > 6*16<<20 {
		t.Errorf("%d bytes allocated", took)
	}
}

// TestLoadRefusesWhatIsNoFile holds that nothing is opened that could hold the
// reader for ever, and that the refusal says what it is about.
func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	for name, c := range map[string]struct {
		make func(path string) error
		want string
	}{
		"a pipe":            {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "x.yaml: not a regular file"},
		"a device":          {func(path string) error { return os.Symlink("/dev/zero", path) }, "x.yaml: not a regular file"},
		"a link to itself":  {func(path string) error { return os.Symlink("x.yaml", path) }, "x.yaml: too many"},
		"a link to nothing": {func(path string) error { return os.Symlink("y.yaml", path) }, "x.yaml: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.yaml")
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			for _, of := range []string{dir, path} {
				if _, _, err := author.Load(of); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v, want %q", of, err, c.want)
				}
			}
		})
	}
}

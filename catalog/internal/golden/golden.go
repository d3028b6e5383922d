package golden

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
)

var update = flag.Bool("update", false, "rewrite what testdata holds")

// Update reports whether files are to be written anew, and not compared.
func Update() bool { return *update }

// Run takes each archive in testdata to what is printed of it, by the names of the
// files that hold that. Those that an archive does not have are not compared.
func Run(t *testing.T, printed func(t *testing.T, a *txtar.Archive) map[string]string) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if compare(t, a, printed(t, a)) {
				write(t, path, a)
			}
		})
	}
}

// compare reports whether the archive was changed, which it is to be on -update
// alone.
func compare(t *testing.T, a *txtar.Archive, got map[string]string) (changed bool) {
	t.Helper()
	compared := 0
	for i := range a.Files {
		f := &a.Files[i]
		is, known := got[f.Name]
		if !known {
			continue
		}
		compared++
		switch {
		case is == string(f.Data):
		case *update:
			f.Data, changed = []byte(is), true
		default:
			t.Errorf("%s\n got:\n%s\nwant:\n%s", f.Name, is, f.Data)
		}
	}
	if compared == 0 {
		t.Error("the archive has nothing to compare with")
	}
	return changed
}

func write(t *testing.T, path string, a *txtar.Archive) {
	t.Helper()
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Sources are the files of a catalog in an archive: all but those that hold what is
// printed.
func Sources(a *txtar.Archive, but ...string) (files []catalog.File) {
	for _, f := range a.Files {
		if !slices.Contains(but, f.Name) {
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		}
	}
	return files
}

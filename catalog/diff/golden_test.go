package diff_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/diff"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txtar")

// both are the two ways to look at a catalog; false if it does not compile.
func both(c *catalog.Catalog) (source, built *inspect.Catalog, ok bool) {
	b, d := compile.Compile(c)
	if d.HasErrors() {
		return nil, nil, false
	}
	v, err := snapshot.Open(b)
	if err != nil {
		return nil, nil, false
	}
	source, built = inspect.Source(c), inspect.Read(&v)
	source.Snapshot = hex.EncodeToString(v.Hash())
	return source, built, true
}

func parsed(t testing.TB, text []byte) *catalog.Catalog {
	t.Helper()
	c, d := author.Parse([]catalog.File{{Name: "a.yaml", Text: text}})
	if d.HasErrors() {
		t.Fatal(d)
	}
	return c
}

// In an archive, "sources" is what differs between the first two files, and
// "snapshots" what differs between what they compile to.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sourceA, builtA, okA := both(parsed(t, archive.Files[0].Data))
		sourceB, builtB, okB := both(parsed(t, archive.Files[1].Data))
		if !okA || !okB {
			t.Fatalf("%s does not compile", path)
		}
		got := map[string]string{
			"sources":   printed(t, diff.Compare(sourceA, sourceB)),
			"snapshots": printed(t, diff.Compare(builtA, builtB)),
		}
		changed := false
		for i := range archive.Files[2:] {
			f := &archive.Files[i+2]
			if got[f.Name] == string(f.Data) {
				continue
			}
			if *update {
				f.Data, changed = []byte(got[f.Name]), true
				continue
			}
			t.Errorf("%s: %s\n got:\n%s\nwant:\n%s", path, f.Name, got[f.Name], f.Data)
		}
		if changed {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func printed(t testing.TB, list []diff.Change) string {
	t.Helper()
	var b bytes.Buffer
	if err := diff.Print(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

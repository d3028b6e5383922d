package diff_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/diff"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/internal/golden"
	"github.com/profferhq/proffer/catalog/snapshot"
)

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
	golden.Run(t, func(t *testing.T, a *txtar.Archive) map[string]string {
		sourceA, builtA, okA := both(parsed(t, a.Files[0].Data))
		sourceB, builtB, okB := both(parsed(t, a.Files[1].Data))
		if !okA || !okB {
			t.Fatal("it does not compile")
		}
		return map[string]string{
			"sources":   printed(t, diff.Compare(sourceA, sourceB)),
			"snapshots": printed(t, diff.Compare(builtA, builtB)),
		}
	})
}

func printed(t testing.TB, list []diff.Change) string {
	t.Helper()
	var b bytes.Buffer
	if err := diff.Print(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

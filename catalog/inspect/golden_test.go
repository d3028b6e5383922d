package inspect_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txtar")

// compiled is the snapshot of a catalog's text.
func compiled(t testing.TB, text string) *snapshot.View {
	t.Helper()
	c, d := author.Parse([]catalog.File{{Name: "a.yaml", Text: []byte(text)}})
	b, more := compile.Compile(c)
	if d = append(d, more...); d.HasErrors() {
		t.Fatalf("%v\n%s", d, text)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// In an archive, "text" and "json" are what is printed of the other file.
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
		read := inspect.Read(compiled(t, string(archive.Files[0].Data)))
		var text bytes.Buffer
		if err := inspect.Print(&text, read); err != nil {
			t.Fatal(err)
		}
		object, err := json.MarshalIndent(read, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{"text": text.Bytes(), "json": append(object, '\n')}
		changed := false
		for i := range archive.Files[1:] {
			f := &archive.Files[i+1]
			if bytes.Equal(got[f.Name], f.Data) {
				continue
			}
			if *update {
				f.Data, changed = got[f.Name], true
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

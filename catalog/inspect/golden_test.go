package inspect_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/internal/golden"
	"github.com/profferhq/proffer/catalog/snapshot"
)

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
	golden.Run(t, func(t *testing.T, a *txtar.Archive) map[string]string {
		read := inspect.Read(compiled(t, string(a.Files[0].Data)))
		var text bytes.Buffer
		if err := inspect.Print(&text, read); err != nil {
			t.Fatal(err)
		}
		object, err := json.MarshalIndent(read, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{"text": text.String(), "json": string(object) + "\n"}
	})
}

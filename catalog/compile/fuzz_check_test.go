package compile_test

import (
	"bytes"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// FuzzCheck reads and compiles whatever text there is: there are bytes or
// errors, every problem has a declared code and a place in its file, and a
// second run says the same.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txtar", "../author/testdata/*.txtar"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			f.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(archive.Files[0].Data)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		files := []catalog.File{{Name: "a.yaml", Text: text}}
		c, read := author.Parse(files)
		b, more := compile.Compile(c)
		if (b == nil) != (read.HasErrors() || more.HasErrors()) {
			t.Fatalf("%d bytes, %v %v", len(b), read, more)
		}
		again, same := compile.Compile(c)
		if !bytes.Equal(again, b) || !reflect.DeepEqual(same, more) {
			t.Fatal("a second run differs")
		}
		lines := 1 + bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r"))
		for _, d := range append(read, more...) {
			_, known := catalog.CodeNamed(d.Code)
			if !known || d.Message == "" || d.Pos.Line < 0 || d.Pos.Line > lines || d.Length < 0 {
				t.Fatalf("%+v", d)
			}
			if d.Related != nil && (d.Related.Pos.Line < 1 || d.Related.Pos.Line > lines) {
				t.Fatalf("%+v, %+v", d, d.Related)
			}
		}
		if err := author.WriteJSON(&bytes.Buffer{}, files, more); err != nil {
			t.Fatal(err)
		}
	})
}

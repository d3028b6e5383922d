package author_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/internal/golden"
)

func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		files := golden.Sources(archive, "diagnostics", "model")
		second := []byte(nil)
		if len(files) > 1 {
			second = files[1].Text
		}
		f.Add(files[0].Text, second)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		files := []catalog.File{{Name: "a", Text: a}, {Name: "b", Text: b}}
		c, d := author.Parse(files)
		if c == nil || len(d) > 1001 {
			t.Fatalf("%d problems", len(d))
		}
		lines := map[string]int{"a": 1 + bytes.Count(a, []byte("\n")), "b": 1 + bytes.Count(b, []byte("\n"))}
		for i := range d {
			if p := d[i].Pos; d[i].Code == "" || d[i].Message == "" || len(d[i].Message) > 1000 || p.Line < 0 || p.Line > lines[p.File] {
				t.Fatalf("%+v", d[i])
			}
		}
		var printed bytes.Buffer
		if err := author.Write(&printed, c.Files, d); err != nil {
			t.Fatal(err)
		}
		again, e := author.Parse(files)
		if dump(again) != dump(c) || len(e) != len(d) {
			t.Fatal("a second run differs")
		}
		checkTexts(t, c)
	})
}

// checkTexts asks for the place of every byte of the texts that expressions
// and markup are read from.
func checkTexts(t *testing.T, c *catalog.Catalog) {
	check := func(text catalog.Text) {
		for off := range len(text.S) + 1 {
			if p := text.At(off); text.Pos.IsValid() && (p.Line < text.Pos.Line || p.Column < 1) {
				t.Fatalf("%q at %d: %s, starts at %s", text.S, off, p, text.Pos)
			}
		}
	}
	filter := func(f catalog.Filter) {
		for _, c := range f {
			check(c.When)
			check(c.Expr)
		}
	}
	for _, r := range c.Rules {
		check(r.AppliesTo)
		filter(r.Target)
		filter(r.Propositions)
	}
	for _, e := range c.Environments {
		filter(e.Filter)
		for _, f := range e.Filters {
			check(f.Expr)
		}
		for _, s := range e.Spaces {
			check(s.HTML)
			check(s.JSON)
			check(s.Text)
		}
	}
}

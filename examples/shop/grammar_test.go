package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// catalogs are the shop's own and the one of what the shop has no need of.
var catalogs = []string{"catalog", "next"}

// TestCatalogsAreCorrect holds that both catalogs compile without a word.
func TestCatalogsAreCorrect(t *testing.T) {
	for _, dir := range catalogs {
		c, found, err := author.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !found.HasErrors() {
			_, more := compile.Compile(c)
			found = append(found, more...)
		}
		for i := range found {
			d := &found[i]
			t.Errorf("%s/%s:%d: %s [%s]", dir, d.Pos.File, d.Pos.Line, d.Message, d.Code)
		}
	}
}

func TestCatalogsAreFormatted(t *testing.T) {
	for _, dir := range catalogs {
		files, err := author.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if text, _ := author.Format(f); !bytes.Equal(text, f.Text) {
				t.Errorf("%s/%s is not as proffer catalog fmt writes it", dir, f.Name)
			}
		}
	}
}

// TestCatalogsUseTheGrammar holds that there is an example of all that the
// format has: of each key of each map, each word where words are listed, and
// each form where there are several, such as weights as a number or a list. A
// new one fails this until a catalog uses it.
func TestCatalogsUseTheGrammar(t *testing.T) {
	g := readGrammar(t)
	used, known := tally{}, g.all()
	for _, dir := range catalogs {
		files, err := filepath.Glob(dir + "/*.yaml")
		if err != nil || len(files) < 2 {
			t.Fatalf("files %v, error %v, want several", files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := yaml.Unmarshal(text, &v); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			g.walk(g.root, v, used)
		}
	}
	if len(known) < 150 {
		t.Errorf("the schema has only %d keys, words and forms", len(known))
	}
	for _, mark := range slices.Sorted(maps.Keys(known)) {
		if !used[mark] {
			t.Errorf("no catalog of the shop uses %s", mark)
		}
	}
}

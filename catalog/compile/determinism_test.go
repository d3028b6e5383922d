package compile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/internal/golden"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// TestOrderDoesNotMatter shuffles drawn catalogs: every list of theirs but the
// fields of a space, the slots of a page and the conditions of a filter, whose
// order means something. The bytes stay the same.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := draw.Catalog(t)
		want, diags := compile.Compile(c)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		shuffle(rapid.Uint64().Draw(t, "order"), c)
		if got, _ := compile.Compile(c); !bytes.Equal(got, want) {
			t.Fatal("the bytes differ")
		}
	})
}

// shuffle changes the order of what has none, in place.
func shuffle(seed uint64, c *catalog.Catalog) {
	r := rand.New(rand.NewPCG(seed, 0))
	mix(r, c.Sites)
	mix(r, c.People)
	mix(r, c.JSON)
	mix(r, c.Environments)
	mix(r, c.Rules)
	mix(r, c.Experiments)
	for i := range c.Experiments {
		mix(r, c.Experiments[i].Arms)
	}
	for _, e := range c.Environments {
		mix(r, e.Filters)
		mix(r, e.Typology)
		mix(r, e.Target)
		mix(r, e.Attributes)
		mix(r, e.OfferAttributes)
		mix(r, e.Pages)
		mix(r, e.Spaces)
		for _, s := range e.Spaces {
			mix(r, s.Categories)
			mix(r, s.Themes)
			mix(r, s.Store.Visitor)
			mix(r, s.Store.OnAcceptance)
		}
		shuffleTree(r, e.Categories)
	}
}

func shuffleTree(r *rand.Rand, tree []*catalog.Category) {
	mix(r, tree)
	for _, c := range tree {
		mix(r, c.Themes)
		mix(r, c.Offers)
		for _, o := range c.Offers {
			mix(r, o.Weights)
			mix(r, o.Attributes)
			mix(r, o.Translations)
			shuffleContent(r, o.Content)
			for _, t := range o.Translations {
				shuffleContent(r, t.Content)
			}
		}
		shuffleTree(r, c.Categories)
	}
}

func shuffleContent(r *rand.Rand, list []catalog.Content) {
	mix(r, list)
	for _, content := range list {
		mix(r, content.Fields)
	}
}

func mix[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// TestProcessorsDoNotMatter compiles with one processor and with several, many
// times: neither they nor the order of maps, which differs each time, may show.
func TestProcessorsDoNotMatter(t *testing.T) {
	want := mustCompile(t, string(fixed(t)))
	for _, n := range []int{1, 2, 4} {
		before := runtime.GOMAXPROCS(n)
		for range 5 {
			if got := mustCompile(t, string(fixed(t))); !bytes.Equal(got, want) {
				t.Errorf("%d processors: the bytes differ", n)
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

// fixed is the catalog of testdata/fixed.yaml, which says everything that the
// authoring format can say.
func fixed(t testing.TB) []byte {
	b, err := os.ReadFile("testdata/fixed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFilesDoNotMatter cuts the fixed catalog into files in several ways.
func TestFilesDoNotMatter(t *testing.T) {
	whole := string(fixed(t))
	head, environments, ok := strings.Cut(whole, "\nenvironments:\n")
	customers, visitors, ok2 := strings.Cut(environments, "\n  visitors:\n")
	visitors, categories, ok3 := strings.Cut(visitors, "\n    categories:\n")
	if !ok || !ok2 || !ok3 {
		t.Fatal("testdata/fixed.yaml is not built as it was")
	}
	customers = "environments:\n" + customers
	visitors = "environments:\n  visitors:\n" + visitors
	categories = "environments:\n  visitors:\n    categories:\n" + categories
	want := mustCompile(t, whole)
	for _, files := range [][]string{
		{head, customers, visitors, categories},
		{categories, visitors, customers, head},
		{visitors, head + "\n" + customers, categories},
		{categories, customers, head, visitors},
	} {
		if got := mustCompile(t, files...); !bytes.Equal(got, want) {
			t.Errorf("%d files: the bytes differ", len(files))
		}
	}
}

// TestPlacesDoNotMatter moves every line of the fixed catalog down.
func TestPlacesDoNotMatter(t *testing.T) {
	want := mustCompile(t, string(fixed(t)))
	if got := mustCompile(t, "# A comment.\n\n"+string(fixed(t))); !bytes.Equal(got, want) {
		t.Error("the bytes differ")
	}
}

func mustCompile(t *testing.T, texts ...string) []byte {
	t.Helper()
	var files []catalog.File
	for i, text := range texts {
		files = append(files, catalog.File{Name: string(rune('a' + i)), Text: []byte(text)})
	}
	c, diags := author.Parse(files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// TestFormatIsFixed holds the bytes of one catalog to what they were when the
// hash in testdata/fixed.hash was written, so that nobody changes the format
// without knowing. A change that a reader of before understands (programs that
// say the same in fewer bytes, a new section) takes over the new hash with
// -update. One that it would read wrongly needs a new snapshot.Format as well,
// so that it refuses what it cannot read.
func TestFormatIsFixed(t *testing.T) {
	const path = "testdata/fixed.hash"
	b := mustCompile(t, string(fixed(t)))
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(sha256.Sum256); err != nil {
		t.Fatal(err)
	}
	got := hex.EncodeToString(v.Hash()) + "\n"
	if golden.Update() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the snapshot's hash is %s, and was %s", got, want)
	}
}

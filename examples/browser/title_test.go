//go:build edges

package browser_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

// titles are those that an environment's offers have for a space, in a language.
// Which offer is shown depends on the date; of which environment, and in which
// language, does not.
func titles(t *testing.T, environment, space, language string) (list []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "shop", "catalog", "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalog: %v", err)
	}
	var files []catalog.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, catalog.File{Name: filepath.Base(name), Text: text})
	}
	c, diags := author.Parse(files)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, e := range c.Environments {
		if e.Name.S == environment {
			list = append(list, titlesBelow(e.Categories, space, language)...)
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s has no titles for %s in %q", environment, space, language)
	}
	return list
}

func titlesBelow(categories []*catalog.Category, space, language string) (list []string) {
	for _, c := range categories {
		for _, o := range c.Offers {
			content := o.Content
			if language != "en" {
				content = nil
				for _, tr := range o.Translations {
					if tr.Language.S == language {
						content = tr.Content
					}
				}
			}
			for _, of := range content {
				for _, f := range of.Fields {
					if of.Space.S == space && f.Name.S == "title" {
						list = append(list, strings.TrimSpace(f.Value.S))
					}
				}
			}
		}
		list = append(list, titlesBelow(c.Categories, space, language)...)
	}
	return list
}

// shows holds that a place has one of an environment's offers.
func (p *tab) shows(what, place, environment, space, language string) {
	p.Helper()
	title := p.text(place + " h2")
	if !slices.Contains(titles(p.T, environment, space, language), title) {
		p.Errorf("%s: %s has %q, which is no offer of %s in %q", what, place, title, environment, language)
	}
}

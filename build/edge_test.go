package build_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sites are the directories of examples that hold no edge: what stands there is a
// site's own, or runs tests, and may speak of offers as it likes.
var sites = []string{"examples/shop", "examples/single-page", "examples/browser", "examples/internal"}

// told are the packages of the decision's side that an edge's code may import, with
// the reason. There are no others: what is decided is decided behind them.
var told = map[string]string{
	"plugin/abi":      "the messages that the module reads and writes",
	"catalog":         "the names of files and diagnostics, for operators",
	"catalog/author":  "reads the catalog that an operator has written",
	"catalog/compile": "makes the snapshot of it, which the module reads",
}

// deciding are words of catalogs, by which offers are chosen. Edges have no use for
// them: an if about one of them belongs into plugin/. Words that proxies use for
// something else, such as filter and rule, are not among them.
var deciding = regexp.MustCompile(`(?i)\b(weights?|typolog(y|ies)|quantit(y|ies)|eligib(le|ility)|multipliers?|` +
	`categor(y|ies)|themes?|propositions?|applies_?to|holdouts?|experiments?|fallbacks?|rank(s|ing|ed)?|periods?)\b`)

// TestEdgesDecideNothing holds that what runs at an edge moves bytes: it imports
// nothing that decides, reads no snapshot, and speaks of nothing by which offers are
// chosen.
func TestEdgesDecideNothing(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || !under(s.dir(), "examples") || under(s.dir(), sites...) {
			continue
		}
		for _, path := range s.imports() {
			if reached := beyond(path); reached != "" {
				t.Errorf("%s imports %s: of what decides an edge may import %v only", s.path, reached, names(told))
			}
		}
	}
	seen := map[string]int{}
	for path, text := range programs(t) {
		seen[filepath.Ext(path)]++
		for _, word := range deciding.FindAllString(text, -1) {
			t.Errorf("%s speaks of %q: what is decided by it is decided in plugin/", path, word)
		}
	}
	for _, kind := range []string{".go", ".mjs", ".conf", ".cfg", ".lua", ".vcl", ".capnp"} {
		if seen[kind] == 0 {
			t.Errorf("no %s file of an edge was read: the gate is blind", kind)
		}
	}
}

// beyond is the package of the decision's side that an import reaches without
// leave; empty if it does not.
func beyond(path string) string {
	pkg, ours := strings.CutPrefix(path, modulePath+"/")
	if !ours || !under(pkg, "plugin", "catalog") || told[pkg] != "" {
		return ""
	}
	return pkg
}

func names(m map[string]string) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// programs are the files that an edge runs, or is configured by: all but tests, what
// they read, pages for people, catalogs, and what installs other programs.
func programs(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(filepath.Join("..", "examples"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../")
		switch {
		case d.IsDir() && (under(rel, sites...) || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".md") || strings.HasPrefix(d.Name(), "go.") || d.Name() == "catalog.yaml":
			return nil
		}
		text, err := os.ReadFile(path)
		out[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDecidingIsFound holds the gate itself to what it must find and must leave alone.
func TestDecidingIsFound(t *testing.T) {
	for text, want := range map[string]bool{
		"offers.sort((a, b) => b.weight - a.weight)":           true,
		"if shown >= rule.Quantity { continue }":               true,
		"for category in catalog.Categories":                   true,
		"const { settings, snapshot } = await ready(env);":     false,
		"sub_filter '<!-- offer:hero -->' $proffer_hero_mark;": false,
		"lightweight; reweighted":                              false,
	} {
		if got := deciding.MatchString(text); got != want {
			t.Errorf("%q is found: %v, want %v", text, got, want)
		}
	}
	for path, want := range map[string]string{
		modulePath + "/plugin/decide":     "plugin/decide",
		modulePath + "/plugin/expr":       "plugin/expr",
		modulePath + "/catalog/snapshot":  "catalog/snapshot",
		modulePath + "/plugin/abi":        "",
		modulePath + "/host/proxy":        "",
		"example.org/plugin/decide":       "",
		modulePath + "/plugin/abi/hidden": "plugin/abi/hidden",
	} {
		if got := beyond(path); got != want {
			t.Errorf("%s reaches %q, want %q", path, got, want)
		}
	}
}

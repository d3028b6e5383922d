package compile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// otherTopics are the cases of the corpus that are about requests, cookies,
// tokens, randomness and operators: catalogs say nothing of them.
var otherTopics = []string{
	"another-person-mints-a-new-visitor",
	"cookie-that-does-not-verify-is-absent",
	"cookie-written-when-it-changes",
	"entropy-makes-ids-and-the-seed-does-not",
	"explicit-by-token-in-a-header",
	"limits-of-a-document",
	"limits-of-a-slot",
	"limits-of-an-event",
	"one-person-by-target-and-by-token",
	"paused-offers-and-spaces",
	"request-for-a-listed-page",
	"token-expired-is-absent",
	"token-forged-is-absent",
	"visitor-id-from-the-caller",
}

const corpus = "../../host/hosttest/testdata/"

// archives are the directories of the cases that are files, by what stands
// before their names.
var archives = map[string]string{"corpus": corpus, "author": "../author/testdata/", "compile": "testdata/"}

type requirement struct {
	number, text string
	cases        []string
}

var (
	requirementForm = regexp.MustCompile("^- \\*\\*F([1-9][0-9]*)\\.\\*\\* (.+\\.) \\((`[^`]+`(?:, `[^`]+`)*)\\)$")
	must            = regexp.MustCompile(`\bMUST\b`)
)

// requirements are those of FORMAT.md, in its order. Every entry of the section
// has to be one.
func requirements(t *testing.T) []requirement {
	page, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(page), "\n## Requirements\n")
	if !ok {
		t.Fatalf("%s has no section for the requirements", formatPage)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var out []requirement
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "-") {
			continue
		}
		m := requirementForm.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Errorf("not a number, a sentence and its cases: %s", line)
			continue
		}
		out = append(out, requirement{m[1], m[2], strings.Split(strings.Trim(m[3], "`"), "`, `")})
	}
	return out
}

// TestRequirementsHaveCases holds every requirement to cases that exist.
func TestRequirementsHaveCases(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	all := requirements(t)
	if len(all) == 0 {
		t.Fatal("no requirements")
	}
	for _, r := range all {
		if seen[r.number] {
			t.Errorf("two requirements are F%s", r.number)
		}
		seen[r.number] = true
		if !must.MatchString(r.text) {
			t.Errorf("F%s has no MUST: %s", r.number, r.text)
		}
		for _, name := range r.cases {
			if why := lacking(name); why != "" {
				t.Errorf("F%s: %s: %s", r.number, name, why)
			}
		}
	}
}

// TestRequirementsNameTheCorpus: what the corpus holds of catalogs is required
// by the page.
func TestRequirementsNameTheCorpus(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, r := range requirements(t) {
		for _, name := range r.cases {
			named[name] = true
		}
	}
	for kind, dir := range archives {
		paths, err := filepath.Glob(dir + "*.txtar")
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar")
			other := kind == "corpus" && slices.Contains(otherTopics, name)
			if got := named[kind+"/"+name]; got == other {
				t.Errorf("%s/%s is named: %v, of another topic: %v", kind, name, got, other)
			}
		}
	}
	for _, name := range otherTopics {
		if _, err := os.Stat(corpus + name + ".txtar"); err != nil {
			t.Error(err)
		}
	}
}

// lacking says why there is no case of a name, or "".
func lacking(name string) string {
	if code, ok := strings.CutPrefix(name, "markup.golden: "); ok {
		return absent("["+code+"]", "testdata/markup.golden")
	}
	if dir, test, ok := strings.Cut(name, ".Test"); ok {
		paths, err := filepath.Glob("../../" + dir + "/*_test.go")
		if err != nil || len(paths) == 0 {
			return "no tests are there"
		}
		return absent("\nfunc Test"+test+"(", paths...)
	}
	kind, file, _ := strings.Cut(name, "/")
	dir, ok := archives[kind]
	if !ok {
		return "no case begins like this"
	}
	if _, err := os.Stat(dir + file + ".txtar"); err != nil {
		return err.Error()
	}
	return ""
}

// absent says that a text is in none of the files, or "".
func absent(text string, paths ...string) string {
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return err.Error()
		}
		if strings.Contains(string(b), text) {
			return ""
		}
	}
	return "nothing is there"
}

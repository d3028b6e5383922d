package compile_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// problemsOf are the errors of one file.
func problemsOf(text string) (errors catalog.Diagnostics) {
	c, found := author.Parse([]catalog.File{{Name: "a.yaml", Text: []byte(text)}})
	_, more := compile.Compile(c)
	for _, d := range append(found, more...) {
		if d.Severity == catalog.Error {
			errors = append(errors, d)
		}
	}
	return errors
}

var keyInLine = regexp.MustCompile(`[a-z_]{4,}:( |$)`)

// TestOneMistakeIsToldOnce makes one mistake after the other in a catalog that
// has none: whatever is lost with it, nothing else is reported.
func TestOneMistakeIsToldOnce(t *testing.T) {
	b, err := os.ReadFile("testdata/fixed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if errors := problemsOf(text); len(errors) > 0 {
		t.Fatal(errors)
	}
	keys := 0
	for _, at := range keyInLine.FindAllStringIndex(text, -1) {
		if strings.HasPrefix(around(text, at[0]), "#") {
			continue
		}
		colon := at[0] + strings.IndexByte(text[at[0]:], ':')
		if errors := problemsOf(text[:colon] + "x" + text[colon:]); len(errors) > 0 && has(errors, "unknown-key") {
			keys++
			if len(errors) > 1 {
				t.Errorf("%q misspelt: %v", around(text, at[0]), errors)
			}
		}
		for _, value := range []string{" &", " ["} {
			broken := text[:colon+1] + value + text[colon+1:]
			if errors := problemsOf(broken); len(errors) == 0 || !onlySyntax(errors) {
				t.Errorf("%q with the value %q: %v", around(text, at[0]), value, errors)
			}
		}
	}
	if keys < 50 {
		t.Errorf("only %d keys were misspelt", keys)
	}
}

func has(list catalog.Diagnostics, code string) bool {
	for i := range list {
		if list[i].Code == code {
			return true
		}
	}
	return false
}

// onlySyntax reports whether all errors are about YAML.
func onlySyntax(list catalog.Diagnostics) bool {
	for i := range list {
		if list[i].Code != "syntax" && list[i].Code != "yaml-feature" {
			return false
		}
	}
	return true
}

func around(text string, at int) string {
	line, _, _ := strings.Cut(text[strings.LastIndexByte(text[:at], '\n')+1:], "\n")
	return strings.TrimSpace(line)
}

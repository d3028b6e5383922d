package proxy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pitfallTest is a test as the table names it: of this package, or of another one.
var pitfallTest = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`(?: in ([\\w/]+))?")

// TestPitfallsHaveTests holds that every row of the table of pitfalls names tests,
// and that there are such tests.
func TestPitfallsHaveTests(t *testing.T) {
	text, err := os.ReadFile("RATIONALE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "| pitfall | rule | tests |\n|---|---|---|\n")
	if !ok {
		t.Fatal("no table")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	if len(rows) < 20 {
		t.Errorf("%d rows", len(rows))
	}
	sources := map[string]string{}
	for _, row := range rows {
		tests := pitfallTest.FindAllStringSubmatch(row, -1)
		if len(tests) == 0 {
			t.Errorf("no test: %s", row)
		}
		for _, test := range tests {
			folder := filepath.Join("..", "..", filepath.FromSlash(test[2]))
			if test[2] == "" {
				folder = "."
			}
			if _, ok := sources[folder]; !ok {
				sources[folder] = packageTests(t, folder)
			}
			if !strings.Contains(sources[folder], "func "+test[1]+"(") {
				t.Errorf("%s has no %s: %s", folder, test[1], row)
			}
		}
	}
}

// packageTests is the text of a package's tests.
func packageTests(t *testing.T, folder string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no tests, %v", folder, err)
	}
	var b strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

package proxy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/build/testsource"
)

var testName = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)

// TestTablesNameTests holds the promise of RATIONALE.md's tables: what stands in
// the last column of one whose head says "test" there is a test of this project,
// and no row is without one.
func TestTablesNameTests(t *testing.T) {
	text, err := os.ReadFile("RATIONALE.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, rows, column := testsOf(t), 0, false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			column = false
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		last := strings.TrimSpace(cells[len(cells)-1])
		switch {
		case last == "test" || last == "tests":
			column = true
			continue
		case !column, strings.Trim(last, "-: ") == "":
			continue
		}
		rows++
		names := testName.FindAllString(last, -1)
		if len(names) == 0 {
			t.Errorf("a row without a test: %s", line)
		}
		for _, name := range names {
			if !tests[name] {
				t.Errorf("there is no %s: %s", name, line)
			}
		}
	}
	if rows < 14 {
		t.Errorf("%d rows of tests are left", rows)
	}
}

// testsOf are the names of all tests in the project.
func testsOf(t *testing.T) map[string]bool {
	t.Helper()
	tests, err := testsource.Below(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, test := range tests {
		out[test.Name] = true
	}
	return out
}

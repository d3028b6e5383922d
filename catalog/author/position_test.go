package author_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

// parseOne parses one file and fails on any diagnostic.
func parseOne(t *testing.T, text string) *catalog.Catalog {
	t.Helper()
	c, d := author.Parse([]catalog.File{{Name: "a.yaml", Text: []byte(text)}})
	for i := range d {
		t.Errorf("%s: %s", d[i].Pos, d[i].Message)
	}
	return c
}

// Every § of a text is where the source has it, in every way to write a text.
func TestTextKeepsThePlaceOfEachCharacter(t *testing.T) {
	for name, source := range map[string]string{
		"plain":                   "filter: §a § == §",
		"plain after umlauts":     "{ähm: über, filter: é§}",
		"plain over lines":        "filter: §a\n   §b\n\n   世§ # comment §",
		"single quoted":           "filter: '§ ''§'' §'",
		"single over lines":       "filter: '§ a\n    §\n\n  ''§'''",
		"double quoted":           `filter: "§ \"§\" \u00e9§ \ud83d\ude00§ \\§"`,
		"double over lines":       "filter: \"§ a  \n    § \\\n   \\  §\\n§\"",
		"literal":                 "filter: |\n\n    §\n  \n      é§\n     §\n",
		"literal with indicators": "filter: |2+ # note\n   §\n  §\n\n",
		"folded":                  "filter: >-\n    § a\n    b §\n\n      §\n    §\n",
		"tab before":              "filter:\t§",
		"json":                    "{\"x\":1,\"filter\":\"a\\/§\\t§\"}",
		"windows":                 "a: b\r\nfilter: |\r\n  §\r\n  §\r\nc: d\r\n",
		"byte order mark":         "\uFEFFfilter: §",
		"long line":               "{x: '" + strings.Repeat("é", 1000) + "', filter: §}",
	} {
		t.Run(name, func(t *testing.T) {
			// The source is what stands in an environment.
			indented := strings.ReplaceAll(strings.TrimPrefix(source, "\uFEFF"), "\n", "\n    ")
			text := "environments:\n  e:\n    " + strings.TrimSuffix(indented, "    ")
			if strings.HasPrefix(source, "{") {
				text = "environments: {e: " + source + "}\n"
			}
			if strings.HasPrefix(source, "\uFEFF") {
				text = "\uFEFF" + text
			}
			c, _ := author.Parse([]catalog.File{{Name: "a.yaml", Text: []byte(text)}})
			var want, got []string
			for i, line := range strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n") {
				line, _, _ = strings.Cut(line, "#")
				for j, r := range line {
					if r == '§' {
						want = append(want, fmt.Sprintf("%d:%d", i+1, utf8.RuneCountInString(line[:j])+1))
					}
				}
			}
			for _, condition := range c.Environments[0].Filter {
				for i, r := range condition.Expr.S {
					if r == '§' {
						p := condition.Expr.At(i)
						got = append(got, fmt.Sprintf("%d:%d", p.Line, p.Column))
					}
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(got) == 0 {
				t.Errorf("%s\n got %v\nwant %v", text, got, want)
			}
		})
	}
}

func TestWriteMarksTheWord(t *testing.T) {
	for _, c := range []struct{ name, text, at, want string }{
		{"word", "wieghts: 3", "1:1", "    1 | wieghts: 3\n      | ^~~~~~~\n"},
		{"quoted", "a: \"b c\" # d", "1:4", "    1 | a: \"b c\" # d\n      |    ^~~~~\n"},
		{"one character", "a: {{", "1:4", "    1 | a: {{\n      |    ^\n"},
		{"end of line", "a:", "1:3", "    1 | a:\n      |   ^\n"},
		{"behind the line", "a:", "1:9", "    1 | a:\n      |   ^\n"},
		{"tabs", "\ta:\tb", "1:5", "    1 | \ta:\tb\n      | \t  \t^\n"},
		{"wide", "é世: ü", "1:5", "    1 | é世: ü\n      |     ^\n"},
		{"control character", "a: \x1b[31m", "1:4", "    1 | a: \uFFFD[31m\n      |    ^\n"},
		{"windows", "a: b\r\nc: d\r\n", "2:4", "    2 | c: d\n      |    ^\n"},
		{"byte order mark", "\uFEFFa: b", "1:1", "    1 | a: b\n      | ^\n"},
		{"broken text", "a: \xff", "1:4", "    1 | a: \uFFFD\n      |    ^\n"},
		{"time", "a: 2026-06-01T00:00, b", "1:4", "    1 | a: 2026-06-01T00:00, b\n      |    ^~~~~~~~~~~~~~~~\n"},
		{"no such line", "a: b", "7:1", ""},
		{"no place", "a: b", "0:0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := catalog.Pos{File: "a.yaml"}
			if _, err := fmt.Sscanf(c.at, "%d:%d", &p.Line, &p.Column); err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			files := []catalog.File{{Name: "a.yaml", Text: []byte(c.text)}}
			d := catalog.Diagnostics{{Pos: p, Code: "code", Message: "message"}}
			if err := author.Write(&b, files, d); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(b.String(), "\n")
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWriteReportsAnError(t *testing.T) {
	d := catalog.Diagnostics{{Code: "code", Message: strings.Repeat("m", 10_000)}}
	if err := author.Write(failing{}, nil, d); err == nil {
		t.Error("no error from a writer that fails")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

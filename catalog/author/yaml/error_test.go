package yaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author/yaml"
)

// Each source gives all of its errors, and the rest of the tree.
func TestParseReportsAllErrors(t *testing.T) {
	for _, c := range []struct{ name, source, tree, errors string }{
		{"colon in plain text", "a: b: c\nd: e", `{"a": bad, "d": "e"}`,
			"1:5 a colon and a space cannot stand in a text without quotes"},
		{"text after quotes", "a: \"FR\" == x\nb: 1", `{"a": bad, "b": "1"}`,
			"1:9 unexpected text after the closing quote"},
		{"comment without space", "a: 'b'#c", `{"a": bad}`, "1:7 unexpected text after the closing quote"},
		{"open quote", "a: 'b\nc: d\ne: 'f\n  g", `{"a": bad, "c": "d", "e": bad}`,
			"1:4 the text that starts here has no closing quote\n3:4 the text that starts here has no closing quote"},
		{"open quote at the end", "a: \"b", `{"a": bad}`, "1:4 the text that starts here has no closing quote"},
		{"backslash at the end", "a: \"b\\", `{"a": bad}`, "1:4 the text that starts here has no closing quote"},
		{"open bracket", "a: [1,\n  2\nb: 3", `{"a": bad, "b": "3"}`, "1:4 the bracket that opens here is not closed"},
		{"missing comma", "a: {b: 1 c: 2}\nd: 3", `{"a": bad, "d": "3"}`,
			"1:11 a comma or } is expected here"},
		{"plain text over two lines in brackets", "a: [b\n  c]", `{"a": bad}`, "2:3 a comma or ] is expected here"},
		{"placeholder without quotes", "a: {{ b }}\nc: d", `{"a": bad, "c": "d"}`,
			"1:5 a catalog cannot use maps or lists as keys"},
		{"brackets closed at the key", "a: [\n  1,\n]\nb: {\n}", `{"a": ["1"], "b": {}}`, ""},
		{"no colon in braces", "a: {b c}\nd: {e:1}", `{"a": bad, "d": bad}`,
			"1:5 a colon and a value are missing after this key\n2:5 a colon and a value are missing after this key"},
		{"wrong bracket", "a: [1}\nb: 2", `{"a": bad, "b": "2"}`, "1:6 a comma or ] is expected here"},
		{"lonely bracket", "a: ]", `{"a": bad}`, "1:4 there is nothing that this ] could belong to"},
		{"deeper than its siblings", "a: 1\n   b: 2\nc: 3", `{"a": "1", "c": "3"}`,
			"2:4 this line is indented deeper than the key above it, which has its value"},
		{"deeper after a quoted text", "a: '1'\n   b: 2\nc: 3", `{"a": "1", "c": "3"}`,
			"2:4 this line is indented deeper than the ones it follows"},
		{"between two levels", "a:\n    b: 1\n  c: 2\nd: 3", `{"a": {"b": "1"}, "d": "3"}`,
			"3:3 this line is indented deeper than the ones it follows"},
		{"list entry in a map", "a: 1\n- b\nc: 2", `{"a": "1", "c": "2"}`, "2:1 a list entry stands where a key is expected"},
		{"key in a list", "- a\nb: 1", `["a"]`, "2:1 this line belongs to no map or list"},
		{"no colon", "a: 1\nb\nc: 2", `{"a": "1", "c": "2"}`, "2:1 a key and a colon are expected here"},
		{"no space after the colon", "a: 1\nb:2\n\"c\":3\nd: 4", `{"a": "1", "d": "4"}`,
			"2:1 a key and a colon are expected here\n3:4 a space is missing after the colon"},
		{"no key", "a: 1\n: 2", `{"a": "1"}`, "2:1 a key is missing before the colon"},
		{"list on the line of its key", "a: - b", `{"a": bad}`, "1:4 a list entry cannot stand here"},
		{"tab", "a:\n\tb: 1\nc: 2", `{"a": bad, "c": "2"}`, "2:1 a tab cannot be used for indentation"},
		{"tab further down", "a:\n  b: 1\n\tc: 2\nd: 3", `{"a": {"b": "1"}, "d": "3"}`,
			"3:1 a tab cannot be used for indentation"},
		{"anchor and alias", "a: &x 1\nb: *x\nc: 2", `{"a": bad, "b": bad, "c": "2"}`,
			"1:4 a catalog cannot use YAML anchors\n2:4 a catalog cannot use YAML aliases"},
		{"star as a key", "a: 1\n*: 2", `{"a": "1"}`, "2:1 a catalog cannot use YAML aliases"},
		{"merge key", "a:\n  <<: {b: 1}\n  c: 2\nd: {<<: 1}", `{"a": {"c": "2"}, "d": bad}`,
			"2:3 a catalog cannot use YAML merge keys\n4:5 a catalog cannot use YAML merge keys"},
		{"tag", "a: !!str 1", `{"a": bad}`, "1:4 a catalog cannot use YAML tags"},
		{"complex key", "? a\n: b", "bad", "1:1 a catalog cannot use maps or lists as keys"},
		{"list as a key", "[a]: b", "bad", "1:1 a catalog cannot use maps or lists as keys"},
		{"directive", "%YAML 1.2\n---\na: 1", `{"a": "1"}`, "1:1 a catalog cannot use YAML directives"},
		{"second document", "a: 1\n---\nb: 2", `{"a": "1"}`, "2:1 a second document starts here, but a file holds one"},
		{"reserved characters", "a: @b\nc: `d`\ne: %f", `{"a": bad, "c": bad, "e": bad}`,
			"1:4 a text without quotes cannot start with @\n2:4 a text without quotes cannot start with `\n" +
				"3:4 a text without quotes cannot start with %"},
		{"block text header", "a: |x\n  b\nc: >12\n  d", `{"a": bad, "c": bad}`,
			"1:5 after | or > only a digit from 1 to 9, + or - may stand on the line\n" +
				"3:6 after | or > only a digit from 1 to 9, + or - may stand on the line"},
		{"block text in brackets", "a: [|\n  b]", `{"a": bad}`, "1:5 a block text cannot stand inside brackets"},
		{"empty line too deep", "a: |\n    \n  b\nc: 1", `{"a": bad, "c": "1"}`,
			"2:5 this empty line is indented deeper than the text below it"},
		{"escapes", `a: "\q"` + "\n" + `b: "\ud800"` + "\n" + `c: "\u00zz"` + "\n" + `d: "\u0000"` + "\n" + `e: "\U00110000"`,
			`{"a": bad, "b": bad, "c": bad, "d": bad, "e": bad}`,
			"1:5 there is no such escape\n2:5 there is no such escape\n3:5 there is no such escape\n" +
				"4:5 a control character stands here\n5:5 there is no such escape"},
		{"dash in brackets", "[-, a]", "bad", "1:2 a dash cannot start a list entry inside brackets"},
		{"hash in brackets", "[#a]", "bad", "1:2 a text without quotes cannot start with #"},
		{"pair over two lines", "[a\n: b]", "bad", "2:1 a comma or ] is expected here"},
		{"not UTF-8", "a: \xff", "nothing", "1:4 this is not UTF-8 text"},
		{"control character", "a: b\x00", "nothing", "1:5 a control character stands here"},
		{"carriage return", "a: b\rc: d", "nothing", "1:5 a carriage return stands here without a newline"},
		{"too deep", strings.Repeat("[", 65) + strings.Repeat("]", 65), "bad", "1:65 maps and lists are nested too deep"},
		{"too deep in dashes", strings.Repeat("- ", 65) + "a", "", "1:129 maps and lists are nested too deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(c.source)
			var lines []string
			for _, e := range d.Errors {
				line, column := d.Source.Position(e.Off)
				lines = append(lines, fmt.Sprintf("%d:%d %s", line, column, e.Message))
			}
			if got := strings.Join(lines, "\n"); got != c.errors {
				t.Errorf("errors\n%s\nwant\n%s", got, c.errors)
			}
			if got := show(d.Root); c.tree != "" && got != c.tree {
				t.Errorf("tree %s, want %s", got, c.tree)
			}
		})
	}
}

func TestParseStopsAtTheBudget(t *testing.T) {
	for _, source := range []string{
		strings.Repeat("- a\n", 1000),
		"[" + strings.Repeat("a,", 1000) + "]",
		"a: \"" + strings.Repeat(`\n`, 1000) + `"`,
		strings.Repeat("\n", 1000),
	} {
		d := yaml.Parse(source, &yaml.Budget{Left: 900})
		if n := len(d.Errors); n != 1 || d.Errors[0].Code != yaml.TooMany {
			t.Errorf("%.20q: %d errors %+v", source, n, d.Errors)
		}
	}
}

// hostile are sources on which a reader that is not linear, or not bounded in
// depth, takes minutes or dies.
var hostile = map[string]func(n int) string{
	"brackets":      func(n int) string { return strings.Repeat("[", n) },
	"braces":        func(n int) string { return strings.Repeat("a: {", n/4) },
	"dashes":        func(n int) string { return strings.Repeat("- ", n/2) },
	"keys":          func(n int) string { return strings.Repeat("a:\n", n/3) },
	"staircase":     func(n int) string { return staircase(n) },
	"tabs":          func(n int) string { return "a: \"" + strings.Repeat("\t", n) + "x\"" },
	"angles":        func(n int) string { return strings.Repeat("<", n) },
	"quotes":        func(n int) string { return strings.Repeat("a: '\n", n/5) },
	"open brackets": func(n int) string { return strings.Repeat("a: [\n", n/5) },
	"one line": func(n int) string {
		return "[" + strings.Repeat("\"a\",", n/4) + "]"
	},
	"plain lines":    func(n int) string { return "a: b\n" + strings.Repeat("  c\n", n/4) },
	"folded lines":   func(n int) string { return "a: >\n" + strings.Repeat("  c\n", n/4) },
	"quoted lines":   func(n int) string { return "a: 'b\n" + strings.Repeat("  c\n", n/4) + "  '" },
	"empty lines":    func(n int) string { return "a: |\n" + strings.Repeat("\n", n) + "  b" },
	"colons":         func(n int) string { return strings.Repeat(": ", n/2) },
	"question marks": func(n int) string { return strings.Repeat("? ", n/2) },
	"comments":       func(n int) string { return strings.Repeat(" #", n/2) },
	"comment lines":  func(n int) string { return "a: b\n" + strings.Repeat(" # c\n", n/5) },
	"escapes":        func(n int) string { return "\"" + strings.Repeat(`\\`, n/2) + "\"" },
	"anchors":        func(n int) string { return strings.Repeat("a: &a [*a,*a]\n", n/14) },
}

func staircase(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestParseSurvivesHostileSources(t *testing.T) {
	for name, source := range hostile {
		t.Run(name, func(t *testing.T) {
			d := yaml.Parse(source(1<<18), &yaml.Budget{Left: 1 << 20})
			for _, e := range d.Errors {
				d.Source.Position(e.Off)
			}
			if len(d.Errors) > 200 {
				t.Errorf("%d errors", len(d.Errors))
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range hostile {
		f.Add(source(64))
	}
	for _, s := range []string{
		"", "\uFEFFa: 1\r\nb:\r\n- c\r\n", "--- |\n a\n...\n", "a: |2-\n    b\n\n c: >+\n\n  d\n\n   e\n\n",
		"{\"a\":[1,{\"b\":null}]}", "a: 'b\n\n  c''d'\ne: \"f\\\n  g\\u00e9\\ud83d\\ude00\"", "- - a: 1\n    b: 2\n  - c\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		b := &yaml.Budget{Left: 10_000}
		d := yaml.Parse(source, b)
		for _, e := range d.Errors {
			if int(e.Off) > len(source) || e.Message == "" {
				t.Fatalf("%+v", e)
			}
			if line, column := d.Source.Position(e.Off); line < 1 || column < 1 {
				t.Fatalf("%d:%d", line, column)
			}
		}
		if d.Root != nil {
			checkNode(t, d, d.Root, 0)
		}
	})
}

// checkNode checks that a tree is well formed and that its places are in the
// source.
func checkNode(t *testing.T, d *yaml.Document, n *yaml.Node, depth int) {
	text := d.Source.Text
	if depth > yaml.MaxDepth+2 || int(n.Off) > len(text) || int(n.Start) > len(text) {
		t.Fatalf("%+v at depth %d", n, depth)
	}
	marks := d.Marks(n)
	if n.Kind == yaml.Scalar && len(marks) == 0 && n.Style < yaml.Literal && text[n.Start:int(n.Start)+len(n.Text)] != n.Text {
		t.Fatalf("%q does not stand at %d", n.Text, n.Start)
	}
	for i, m := range marks {
		if int(m.Source) > len(text) || i > 0 && (m.Text < marks[i-1].Text || m.Source <= marks[i-1].Source) {
			t.Fatalf("marks %v", marks)
		}
	}
	count := 0
	for c := n.Child; c != nil; c = c.Next {
		checkNode(t, d, c, depth+1)
		count++
	}
	if n.Kind == yaml.Map && count%2 != 0 || n.Kind == yaml.Scalar && count != 0 {
		t.Fatalf("kind %d with %d children", n.Kind, count)
	}
}

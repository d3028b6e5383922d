package author

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// formatted holds a text to what formatting promises: it reads as before, its
// comments are there, and formatting again changes nothing. It is false for
// texts that are not YAML.
func formatted(t tester, text string) bool {
	t.Helper()
	out, d := Format(catalog.File{Name: "a.yaml", Text: []byte(text)})
	if len(d) > 0 {
		if out != nil {
			t.Errorf("a text with errors was formatted:\n%s", text)
		}
		return false
	}
	again, d := Format(catalog.File{Name: "a.yaml", Text: out})
	if len(d) > 0 {
		t.Fatalf("%v\n--- from\n%s\n--- to\n%s", d, text, out)
	}
	if string(again) != string(out) {
		t.Errorf("not the same again\n--- from\n%s\n--- first\n%s\n--- second\n%s", text, out, again)
	}
	want, got := reads(text), reads(string(out))
	if want != got {
		t.Errorf("reads otherwise\n--- from\n%s\n--- to\n%s\n--- read before\n%s\n--- read after\n%s", text, out, want, got)
	}
	if want, got := commentsOf(text), commentsOf(string(out)); !slices.Equal(want, got) {
		t.Errorf("comments %q became %q\n--- from\n%s\n--- to\n%s", want, got, text, out)
	}
	return true
}

// reads is what a text means, problems included, without places and words: a
// message may name the one of two keys that comes first.
func reads(text string) string {
	c, d := Parse([]catalog.File{{Name: "a.yaml", Text: []byte(text)}})
	var b strings.Builder
	c.Files, c.Gaps, c.Incomplete = nil, nil, false
	plain(&b, "", reflect.ValueOf(*c))
	problems := []string{}
	for i := range d {
		problems = append(problems, fmt.Sprintln(d[i].Severity, d[i].Code))
	}
	slices.Sort(problems)
	return b.String() + strings.Join(problems, "")
}

func plain(b *strings.Builder, path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case catalog.Pos:
		return
	case catalog.Text:
		if x.S != "" {
			fmt.Fprintf(b, "%s %q\n", path, x.S)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			plain(b, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			plain(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			plain(b, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	default:
		fmt.Fprintf(b, "%s %v\n", path, v.Interface())
	}
}

func commentsOf(text string) []string {
	out := yaml.Parse(text, &yaml.Budget{Left: maxNodes}).Comments()
	slices.Sort(out)
	return out
}

// TestFormatKeepsTheMeaning formats texts in every layout that the forms of the
// format can have.
func TestFormatKeepsTheMeaning(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		s := scribble{T: t}
		whole := shaped("catalog")
		s.entries(&whole, 0, 0)
		if formatted(t, s.String()) {
			taken++
		}
	})
	if taken < 50 {
		t.Errorf("only %d texts were YAML", taken)
	}
}

// tester is a test, a fuzz target or a property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func TestFormatKeepsWhatIsThere(t *testing.T) {
	var texts []string
	for _, pattern := range []string{"../../examples/shop/*/*.yaml", "../*/testdata/*.yaml", "testdata/*.txtar", "../compile/testdata/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, ".txtar") {
				texts = append(texts, string(b))
			}
			for _, f := range txtar.Parse(b).Files {
				texts = append(texts, string(f.Data))
			}
		}
	}
	taken := 0
	for _, text := range texts {
		if formatted(t, text) {
			taken++
		}
	}
	if taken < 40 {
		t.Errorf("only %d of %d texts were YAML", taken, len(texts))
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range []string{
		"a: 1 # b\n", "# a\n\nb: {c: [d, # e\n f]}\n", "a: |2+\n   b\n\n# c\n", "a: >-\n b\n  c\n", "- - a # b\n  - c\n",
		"a: \"b\\\n  c\"\n", "a: b\n  c\n\n  d\ne:\n    # f\n", "{a: [], # b\n c: {\n # d\n }}", "a: |\n b", "---\na: 1\n...\n",
		"a:\n    # b\n  - [] # c\nd:\n", "a:\n  - b: |-\n      c\n  # d\ne:\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { formatted(t, text) })
}

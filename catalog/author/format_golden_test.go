package author_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/internal/golden"
)

// In an archive, each "in" is a file and the "out" behind it what formatting
// makes of it, or its problems.
func TestFormatGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/format/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := false
		for i := 0; i+1 < len(archive.Files); i += 2 {
			f := catalog.File{Name: "shop.yaml", Text: archive.Files[i].Data}
			got, d := author.Format(f)
			if len(d) > 0 {
				var b bytes.Buffer
				if err := author.Write(&b, []catalog.File{f}, d); err != nil || got != nil {
					t.Fatal(err, got)
				}
				got = b.Bytes()
			}
			out := &archive.Files[i+1]
			if bytes.Equal(got, out.Data) {
				continue
			}
			if golden.Update() {
				out.Data, changed = got, true
				continue
			}
			t.Errorf("%s\n got:\n%s\nwant:\n%s", path, got, out.Data)
		}
		if changed {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFormatLeavesAlone(t *testing.T) {
	for name, text := range map[string]string{
		"a.json": `{"environments":{},"catalog":"a"}`, "empty.yaml": "", "comment.yaml": "# nothing\n\n\n# yet\n", "list.yaml": "-   a\n",
	} {
		got, d := author.Format(catalog.File{Name: name, Text: []byte(text)})
		if string(got) != text || len(d) > 0 {
			t.Errorf("%s: got %q, %v", name, got, d)
		}
	}
}

// TestFormatTakesLongLines holds that time is linear in the length of a line:
// were it not, this would take hours.
func TestFormatTakesLongLines(t *testing.T) {
	text := "people: [" + strings.Repeat("a, ", 500_000) + "a]\n"
	got, d := author.Format(catalog.File{Name: "a.yaml", Text: []byte(text)})
	if want := "people:\n" + strings.Repeat("  - a\n", 500_001); string(got) != want || len(d) > 0 {
		t.Errorf("got %d bytes, want %d; %v", len(got), len(want), d)
	}
}

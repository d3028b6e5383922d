package author_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

func codes(d catalog.Diagnostics) string {
	var out []string
	for i := range d {
		out = append(out, d[i].Code)
	}
	return strings.Join(out, " ")
}

func file(text string) catalog.File { return catalog.File{Name: "a.yaml", Text: []byte(text)} }

func TestLimits(t *testing.T) {
	page := func(n int) []byte { return bytes.Repeat([]byte("#"), n) }
	big := catalog.File{Name: "b", Text: page(16 << 20)}
	for _, c := range []struct {
		name  string
		files []catalog.File
		want  string
		place string
	}{
		{"no files", nil, "empty-catalog", ""},
		{"empty file", []catalog.File{file("")}, "empty-catalog", "a.yaml"},
		{"only a byte order mark", []catalog.File{file("\uFEFF")}, "empty-catalog", "a.yaml"},
		{"file of 16 MiB", []catalog.File{file("catalog: a"), big}, "", ""},
		{"file too large", []catalog.File{{Name: "c", Text: page(16<<20 + 1)}}, "too-large", "c"},
		{"files too large", []catalog.File{big, big, big, big, file("a")}, "too-large", ""},
		{"too many files", make([]catalog.File, 1001), "too-many-files", ""},
		{"text too long", []catalog.File{file("catalog: '" + strings.Repeat("a", 64<<10+1) + "'")}, "too-large", "a.yaml:1:10"},
		{"too many values", []catalog.File{file("a: [" + strings.Repeat("a,", 4_000_000) + "]")}, "unknown-key too-many-values", "a.yaml:1:7999997"},
		{"binary", []catalog.File{file("catalog: a\n\x00\x01")}, "not-text", "a.yaml:2:1"},
		{"UTF-16", []catalog.File{file("\xff\xfec\x00a\x00")}, "not-text", "a.yaml:1:1"},
		{"escaped control character", []catalog.File{file(`catalog: "\u0000"`)}, "not-text", "a.yaml:1:11"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, d := author.Parse(c.files)
			if got := codes(d); got != c.want {
				t.Fatalf("got %s, want %s", got, c.want)
			}
			if n := len(d) - 1; n >= 0 && d[n].Pos.String() != c.place {
				t.Errorf("at %s, want %s", d[n].Pos, c.place)
			}
		})
	}
}

func TestMoreProblemsAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("environments: {e: {kind: anonymous, categories: {c: {offers: {\n")
	for i := range 1500 {
		fmt.Fprintf(&b, " o%d: {wieghts: 1},\n", i)
	}
	b.WriteString(" }}}}}")
	_, d := author.Parse([]catalog.File{file(b.String())})
	last := d[len(d)-1]
	if len(d) != 1001 || last.Code != "more-problems" || last.Severity != catalog.Error ||
		!strings.HasPrefix(last.Message, "500 more problems") || last.Pos.Line != 1002 {
		t.Errorf("%d problems, last %+v", len(d), last)
	}
}

// Warnings that are left out do not refuse a catalog, errors do.
func TestMoreProblemsKeepTheWorst(t *testing.T) {
	offers := ""
	for i := range 1002 {
		offers += fmt.Sprintf(" o%d: {to: 2026-01-01},\n", i)
	}
	text := "environments: {e: {kind: anonymous, categories: {c: {offers: {\n" + offers + " %s}}}}}"
	for _, c := range []struct {
		tail string
		want catalog.Severity
	}{{"", catalog.Warning}, {"z: {wieghts: 1}", catalog.Error}} {
		_, d := author.Parse([]catalog.File{file(fmt.Sprintf(text, c.tail))})
		if last := d[len(d)-1]; last.Code != "more-problems" || last.Severity != c.want {
			t.Errorf("%q: %+v", c.tail, last)
		}
	}
}

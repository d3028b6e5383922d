package compile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
)

// skeletons are catalogs around the fragments of FORMAT.md: a fragment stands
// where its line has the mark, at the mark's indentation. The one without a
// kind is a whole catalog.
var skeletons = map[string]string{
	"yaml": "<fragment>",
	"yaml catalog": `
environments:
  visitors: {kind: anonymous, spaces: {hero: {channel: api}}}
  customers: {kind: identified}
<fragment>`,
	"yaml environment": `
environments:
  visitors:
    kind: anonymous
    <fragment>`,
	"yaml space": `
environments:
  visitors:
    kind: anonymous
    spaces:
      <fragment>`,
	"yaml category": shop + `
      <fragment>`,
	"yaml offer": shop + `
      travel:
        offers:
          <fragment>`,
}

const shop = `
environments:
  visitors:
    kind: anonymous
    target: {country: string, visits: int, segments: list(string)}
    offer_attributes: {margin: double}
    spaces:
      hero: {channel: web, fields: {title: {type: text, required: true}, url: {type: url, required: true}, image: image}}
      side: {channel: web, fields: {title: text}}
    categories:`

// TestFormatExamples compiles every catalog and every fragment of FORMAT.md.
func TestFormatExamples(t *testing.T) {
	page, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for i, block := range strings.Split(string(page), "```") {
		kind, fragment, _ := strings.Cut(block, "\n")
		if i%2 == 0 || !strings.HasPrefix(kind, "yaml") {
			continue
		}
		count[kind]++
		skeleton, ok := skeletons[kind]
		if !ok {
			t.Fatalf("a block is %q", kind)
		}
		printed := report(t, []catalog.File{{Name: "FORMAT.md", Text: []byte(within(skeleton, fragment))}})
		if strings.Contains(printed, "error:") {
			t.Errorf("%s\n%s", fragment, printed)
		}
	}
	for kind := range skeletons {
		if count[kind] == 0 {
			t.Errorf("no block is %q", kind)
		}
	}
}

// within puts a fragment into a skeleton.
func within(skeleton, fragment string) string {
	before, _, _ := strings.Cut(skeleton, "<fragment>")
	indent := before[strings.LastIndexByte(before, '\n')+1:]
	return before + strings.ReplaceAll(strings.TrimRight(fragment, "\n"), "\n", "\n"+indent) + "\n"
}

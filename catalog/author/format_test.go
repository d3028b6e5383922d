package author

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// sections of FORMAT.md, by the maps that their tables are of.
var sections = map[*shape]string{
	catalogShape: "The top level", siteShape: "Sites", environmentShape: "Environments", attributeShape: "Attributes",
	pageShape: "Pages and slots", spaceShape: "Spaces", fieldShape: "Fields", renderShape: "Renderings",
	identificationShape: "Identification", storeShape: "What a space stores", categoryShape: "Categories",
	consentShape: "Consent", jsonSlotShape: "Slots in JSON answers",
	multiplierShape: "Multipliers", offerShape: "Offers", weightShape: "Weights", conditionShape: "Filters",
	ruleShape: "Presentation rules", experimentShape: "Experiments", holdoutShape: "Holdout", retentionShape: "Retention",
}

var (
	keyRow  = regexp.MustCompile("(?m)^\\| ((?:`[a-z_]+`(?:, )?)+) \\|.*$")
	keyWord = regexp.MustCompile("`[a-z_]+`")
	link    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// TestFormatHasEveryKey holds the tables of FORMAT.md to the keys that are
// read.
func TestFormatHasEveryKey(t *testing.T) {
	b, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, s := range shapes {
		title, ok := sections[s]
		if !ok {
			t.Errorf("%s has no section", s.what)
			continue
		}
		text := section(t, page, title)
		text = text[strings.Index(text, "| key |"):]
		text, _, _ = strings.Cut(text, "\n\n")
		described := rows(text)
		for _, k := range s.keys {
			means, ok := described[k.name]
			if !ok {
				t.Errorf("%s: %q is not described", title, k.name)
			} else if k.says != means {
				t.Errorf("%s: editors say of %q\n\t%s\nand FORMAT.md says\n\t%s", title, k.name, k.says, means)
			}
		}
		for name := range described {
			if !s.has(name) {
				t.Errorf("%s: %q is described and not read", title, name)
			}
		}
	}
}

// rows are the keys of a table with what stands in its last column, without
// links and marks.
func rows(table string) map[string]string {
	out := map[string]string{}
	for _, m := range keyRow.FindAllStringSubmatch(table, -1) {
		cells := strings.Split(strings.Trim(m[0], "| "), " | ")
		means := strings.Trim(cells[len(cells)-1], "|")
		if len(cells) < 4 {
			means = ""
		}
		means = strings.ReplaceAll(link.ReplaceAllString(means, "$1"), "`", "")
		for _, w := range keyWord.FindAllString(m[1], -1) {
			out[strings.Trim(w, "`")] = strings.TrimSpace(means)
		}
	}
	return out
}

// section is the text below a title, up to the next title.
func section(t *testing.T, page, title string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "# "+title+"\n")
	if !ok {
		t.Fatalf("no section %q", title)
	}
	text, _, _ := strings.Cut(rest, "\n#")
	return text
}

//go:build edges

package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/hosttest/payload"
)

// taken is a text that the compiler takes in one place of a catalog.
type taken struct{ text, place string }

// allTaken reads them from the golden file of package payload, whose test holds
// that it is true.
func allTaken(t *testing.T) (list []taken) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "host", "hosttest", "payload", "testdata", "refusals.golden"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		at := strings.IndexByte(line, '"')
		quoted, err := strconv.QuotedPrefix(line[at:])
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, outcome := range strings.Fields(line[at+len(quoted):]) {
			if place, ok := strings.CutSuffix(outcome, ":taken"); ok {
				list = append(list, taken{text, place})
			}
		}
	}
	if len(list) < 500 {
		t.Fatalf("%d texts are taken", len(list))
	}
	return list
}

// onPage is how many slots a page has.
const onPage = 60

// space is the name of the space of a text.
func space(i int) string { return fmt.Sprintf("s%d-", i) }

// takenCatalog has a space and an offer for each text.
func takenCatalog(list []taken) string {
	var spaces, offers, pages strings.Builder
	for i, of := range list {
		render, typ, value := payload.Shown[of.place], of.place, payload.Quote(of.text)
		if of.place == "render" {
			render, typ, value = payload.Rendered(of.text), "text", "x"
		}
		fmt.Fprintf(&spaces, "      %s: {channel: web, store: false, allow_duplicates: true, fields: {f: {type: %s, required: true}}, render: {html: %s}}\n", space(i), typ, payload.Quote(render))
		fmt.Fprintf(&offers, "          %s: {content: {%[1]s: {f: %[2]s}}}\n", space(i), value)
		if i%onPage == 0 {
			fmt.Fprintf(&pages, "      - {match: /%d, slots: [%s", i/onPage, space(i))
		} else {
			fmt.Fprintf(&pages, ", %s", space(i))
		}
		if i%onPage == onPage-1 || i == len(list)-1 {
			pages.WriteString("]}\n")
		}
	}
	return "catalog: c\nconsent: assumed\ndefault_weight: 1\nenvironments:\n  visitors:\n    kind: anonymous\n    pages:\n" + pages.String() +
		"    spaces:\n" + spaces.String() + "    categories:\n      all:\n        offers:\n" + offers.String()
}

// TestWhatAuthorsWrite loads what the compiler takes of the payloads when authors
// write them into fields and renderings. Of a text field nothing but text may
// come; what is written as HTML is HTML, and runs nothing.
func TestWhatAuthorsWrite(t *testing.T) {
	c := startChromium(t)
	list := append([]taken{{"x", "text"}, {"/x", "url"}, {"/i/x", "image"}}, allTaken(t)...)
	s := serve(t, pictures(func(w http.ResponseWriter, r *http.Request) {
		var spaces []string
		if page, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
			for i := page * onPage; i < min((page+1)*onPage, len(list)); i++ {
				spaces = append(spaces, space(i))
			}
		}
		slotted(w, spaces)
	}), written(t, takenCatalog(list)), newKeys(t))
	p := c.open(t, "author", s.base, nil)
	harmless := map[string]string{}
	for page := range (len(list) + onPage - 1) / onPage {
		what := fmt.Sprintf("page %d", page)
		slots := p.authored(what, page)
		for i := page * onPage; i < min((page+1)*onPage, len(list)); i++ {
			shape := inner(slots[space(i)].Shape)
			switch of := list[i]; {
			case harmless[of.place] == "" && i < 3:
				harmless[of.place] = shape
			case harmless[of.place] != "" && shape != harmless[of.place]:
				t.Errorf("%q as %s is\n%s\nwant\n%s", of.text, of.place, shape, harmless[of.place])
			}
		}
	}
}

// authored is a page of which every slot has its offer.
func (p *tab) authored(what string, page int) map[string]became {
	p.Helper()
	for limit := time.Now().Add(patience); ; {
		p.do("goto", object{"url": fmt.Sprintf("%s/%d", p.base, page)}, nil)
		slots := p.looked(what, true)
		empty := 0
		for _, b := range slots {
			if inner(b.Shape) == "" {
				empty++
			}
		}
		if empty == 0 && len(slots) > 0 {
			return slots
		}
		// A machine that is too busy serves the page as it came.
		if time.Now().After(limit) {
			p.Fatalf("%s: %d of %d slots without offers for %v", what, empty, len(slots), patience)
		}
	}
}

// inner is the shape of an offer without the marker around it: from its outermost
// element, a div, on.
func inner(shape string) string {
	_, offer, found := strings.Cut(strings.TrimSuffix(shape, ".!\n"), "html:div")
	if !found {
		return ""
	}
	lines := strings.Split(offer, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], ".")
	}
	return strings.Join(lines, "\n")
}

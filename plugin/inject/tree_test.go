package inject_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const mark = "<i-mark></i-mark>"

// begun is the start of a page whose body has begun, which the first offer would
// do else, and has text in it, so that a frameset behind a slot does not take its
// place.
const begun = "<!doctype html><html><head></head><body>text"

// FuzzTree holds for any bytes, against golang.org/x/net/html: what is written
// into slots becomes elements of the page and nothing else, and nothing else of
// the page hangs on it.
func FuzzTree(f *testing.F) {
	for _, c := range pitfalls {
		f.Add([]byte(c.body))
	}
	for seed := range uint64(64) {
		f.Add(mangled(rand.New(rand.NewPCG(seed, 13))))
	}
	f.Fuzz(func(t *testing.T, body []byte) { differsInSlots(t, append([]byte(begun), body...)) })
}

// The same of pages made of shards.
func TestTreeOfMangledPages(t *testing.T) {
	filled, compared := 0, 0
	for seed := range uint64(8000) {
		body := append([]byte(begun), mangled(rand.New(rand.NewPCG(seed, 17)))...)
		if seed%2 == 0 {
			body = bytes.ReplaceAll(body, []byte("offer:"), nil)
		}
		n, whole := differsInSlots(t, body)
		if filled += n; whole && n > 0 {
			compared++
		}
	}
	if filled < 4000 || compared < 500 {
		t.Fatalf("only %d slots filled, and only %d trees compared", filled, compared)
	}
}

// Elements that are opened anew where they were left open, and tables, out of
// which what is no part of them is moved to where they are opened anew.
var (
	formatting = regexp.MustCompile(`(?i)<(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]`)
	tables     = regexp.MustCompile(`(?i)<table`)
)

// differsInSlots compares a page whose slots have a mark with one whose slots are
// empty. It gives how many marks there are, and whether the trees were compared
// whole: not where slots are between comments, or in pages with tables, and links
// or bold text may be opened anew before what is in a slot or behind it; and not
// where a mark was moved out of a table, which is no place for it.
func differsInSlots(t *testing.T, body []byte) (n int, compared bool) {
	t.Helper()
	all := strings.Fields("hero hero_2 side a b c d e f g h i j k l m n o p q")
	marked := whole(fill(mark, all...), body)
	if marked.filled == 0 || misread.Match(body) || bytes.Contains(body, []byte("i-mark")) {
		return 0, false
	}
	n = strings.Count(marked.body, mark)
	full, empty := parsed(t, marked.body), parsed(t, whole(fill("", all...), body).body)
	elements, elsewhere := marks(full, false)
	// A select drops elements that stand in it, and a table may in it.
	if elsewhere > 0 || elements != n && !bytes.Contains(bytes.ToLower(body), []byte("<select")) {
		t.Fatalf("%d of %d became elements, %d something else:\n%q\n%q", elements, n, elsewhere, body, marked.body)
	}
	if bytes.Contains(body, []byte("offer:")) || tables.Match(body) && formatting.Match(body) {
		return n, false
	}
	drainSlots(full)
	drainSlots(empty)
	if moved, _ := marks(full, false); moved > 0 {
		return n, false
	}
	var got, want bytes.Buffer
	if html.Render(&got, full) != nil || html.Render(&want, empty) != nil {
		return n, false // it puts elements into void ones, now and then
	}
	if got.String() != want.String() {
		t.Fatalf("%q\nfilled  %s\nemptied %s", body, &got, &want)
	}
	return n, true
}

func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// drainSlots empties every element that names a slot.
func drainSlots(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || slotOf(c) == "" {
			drainSlots(c)
			continue
		}
		for d := c.FirstChild; d != nil; d = c.FirstChild {
			c.RemoveChild(d)
		}
	}
}

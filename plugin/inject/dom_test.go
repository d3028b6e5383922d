package inject_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// writer writes a well-formed page that may hold each slot once.
type writer struct {
	r     *rand.Rand
	b     bytes.Buffer
	free  []string // slots not yet in the page
	shown []string // slots that Write must fill
	in    int      // how many things are open that hide slots
}

func (w *writer) one(of ...string) string { return of[w.r.IntN(len(of))] }

// attrs writes attributes in every form, then the slot's if there is one.
func (w *writer) attrs(slot string) {
	for range w.r.IntN(3) {
		w.b.WriteString(w.one(" ", "\n", "  ") + w.one(
			`class="a b"`, `CLASS = 'x>y'`, `title="</div><p id=i_hero>"`, `hidden`, `data-x='{"a":"<b>"}'`,
			`width=10`, `href=/a/b?c=d&e`, `alt=""`, `srcset="a 1x, b 2x"`, `idx="i_hero"`))
	}
	if slot != "" {
		w.b.WriteString(" " + fmt.Sprintf(w.one(`data-offer-space="%s"`, `data-offer-space='%s'`, `Data-Offer-Space=%s`,
			`id="i_%s"`, `ID = 'i_%s'`, `id=i_%s`), slot))
		w.b.WriteString(w.one("", ` lang="en"`, " "))
	}
}

// slot takes a free slot, now and then. It reports a hidden one too.
func (w *writer) slot() string {
	if len(w.free) == 0 || w.r.IntN(4) > 0 {
		return ""
	}
	name := w.free[0]
	w.free = w.free[1:]
	if w.in == 0 {
		w.shown = append(w.shown, name)
	}
	return name
}

// element writes an element, which is a slot if may is true and chance wills.
func (w *writer) element(name string, may, omitEnd bool, content func()) {
	slot := ""
	if may {
		slot = w.slot()
	}
	if slot != "" || slices.Contains([]string{"svg", "template", "select"}, name) {
		w.in++
		defer func() { w.in-- }()
	}
	w.b.WriteString("<" + w.one(name, name, strings.ToUpper(name)))
	w.attrs(slot)
	w.b.WriteString(">")
	content()
	if !omitEnd || slot != "" || w.r.IntN(2) > 0 {
		w.b.WriteString("</" + name + w.one("", "", " ", "\n") + ">")
	}
}

func (w *writer) text() {
	w.b.WriteString(w.one("word ", "a &lt; b", "1 < 2", `"quoted" 'text'`, "]]>", "x=y", "é\x00", "\n  "))
}

// phrases writes what may stand in a paragraph.
func (w *writer) phrases(depth int) {
	for range w.r.IntN(4) {
		if depth == 0 {
			w.text()
			continue
		}
		inside := func() { w.phrases(depth - 1) }
		switch w.r.IntN(9) {
		case 0:
			w.element("span", true, false, inside)
		case 1:
			w.element(w.one("b", "em", "code", "my-card", "label"), true, false, inside)
		case 2:
			w.b.WriteString(w.one("<br>", "<br/>", `<img src="x" alt='>'>`, "<input value=i_hero>"))
		case 3:
			w.b.WriteString(w.one(`<script>if (a<b) "<p id=i_hero></p>"</script>`, `<style>a > b {}</style>`,
				"<textarea><p id=i_hero></textarea>", "<script><!-- <p id=i_side></p> --></script>"))
		case 4:
			w.b.WriteString(w.one("<!-- note > -->", "<!---->", "<!-- <p id=i_hero> -->"))
		case 5:
			w.element("svg", false, false, func() {
				w.b.WriteString(w.one(`<path d="M0 0"/>`, "<title>Icon</title><g><path/></g>", `<use href="#a"></use>`, "<text id=i_hero>x</text>", "<style>a{}</style>"))
			})
		case 6:
			w.element("select", false, false, func() { w.b.WriteString(w.one("<option>a<option>b", "<option id=i_hero>a</option>")) })
		default:
			w.text()
		}
	}
}

// blocks writes what may stand in a div.
func (w *writer) blocks(depth int) {
	for range 1 + w.r.IntN(4) {
		if depth == 0 {
			w.text()
			continue
		}
		inside := func() { w.blocks(depth - 1) }
		phrases := func() { w.phrases(depth - 1) }
		switch w.r.IntN(8) {
		case 0:
			w.element("div", true, false, inside)
		case 1:
			w.element(w.one("section", "article", "main", "ASIDE", "my-block"), true, false, inside)
		case 2:
			w.element("p", true, true, phrases)
			w.b.WriteString("<hr>")
		case 3:
			w.element("ul", false, false, func() {
				for range w.r.IntN(3) {
					w.element("li", true, true, inside)
				}
			})
		case 4:
			w.table(inside)
		case 5:
			w.pair(inside)
		case 6:
			w.element("template", false, false, inside)
		default:
			w.element(w.one("h2", "h3", "a"), true, false, phrases)
		}
	}
}

func (w *writer) table(cell func()) {
	w.element("table", false, false, func() {
		w.element("tbody", false, false, func() {
			for range w.r.IntN(3) {
				w.element("tr", false, true, func() {
					for range 1 + w.r.IntN(2) {
						w.element("td", true, true, cell)
					}
				})
			}
		})
	})
}

// pair writes a pair of comments, which is a slot if chance wills.
func (w *writer) pair(content func()) {
	slot := w.slot()
	if slot == "" {
		content()
		return
	}
	w.in++
	fmt.Fprintf(&w.b, w.one("<!-- offer:%s -->", "<!--offer:%s-->", "<!--\noffer:%s  -->"), slot)
	content()
	w.b.WriteString("<!-- /offer -->")
	w.in--
}

// The page's tree after injection differs from that before in nothing but the
// content of the slots, and every slot of a well-formed page is filled.
func TestTreeDiffersInSlotsOnly(t *testing.T) {
	all := []string{"hero", "hero_2", "side", "a.b-c_3", "Footer"}
	fills := fill("<em>NEW</em>", all...)
	slots := 0
	for seed := range uint64(500) {
		w := writer{r: rand.New(rand.NewPCG(seed, 7)), free: slices.Clone(all)}
		w.b.WriteString("<!doctype html><html><head><title>t</title></head><body>")
		w.blocks(4)
		w.b.WriteString("</body></html>")
		body := w.b.Bytes()
		got := agree(t, fills, body, seed)
		var filled []string
		for i, name := range all {
			if got.filled>>i&1 != 0 {
				filled = append(filled, name)
			}
		}
		slots += len(filled)
		if want := slices.Sorted(slices.Values(w.shown)); !slices.Equal(slices.Sorted(slices.Values(filled)), want) {
			t.Fatalf("%s\nfilled %v, want %v", body, filled, want)
		}
		before, after := emptied(t, string(body), filled, ""), emptied(t, got.body, filled, "<em>NEW</em>")
		if before != after {
			t.Fatalf("%s\n%s\ntree before %s\ntree after  %s", body, got.body, before, after)
		}
	}
	if slots < 400 {
		t.Fatalf("only %d slots in all pages", slots)
	}
}

// emptied parses a page and returns its tree without the content of the named
// slots, which must be want unless that is empty.
func emptied(t *testing.T, page string, slots []string, want string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if name := slotOf(n); slices.Contains(slots, name) && !done[name] {
			done[name] = true
			if got := drain(n); want != "" && got != want {
				t.Fatalf("%s\n%s holds %s", page, name, got)
			}
			return
		}
		if n.Data == "template" || n.Data == "svg" || n.Data == "select" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(doc)
	if len(done) != len(slots) {
		t.Fatalf("%s\nthe tree has only the slots %v of %v", page, done, slots)
	}
	return render(t, doc)
}

// slotOf is the slot that an element or a comment names.
func slotOf(n *html.Node) string {
	name := ""
	switch n.Type {
	case html.CommentNode:
		name, _ = strings.CutPrefix(strings.TrimSpace(n.Data), "offer:")
	case html.ElementNode:
		for _, a := range n.Attr {
			if a.Key == "data-offer-space" {
				return a.Val
			}
			if id, ok := strings.CutPrefix(a.Val, "i_"); a.Key == "id" && ok {
				name = id
			}
		}
	}
	return name
}

// drain removes a slot's content and returns it as HTML. Between comments that
// is the nodes up to the matching end.
func drain(n *html.Node) string {
	var b bytes.Buffer
	if n.Type == html.ElementNode {
		for c := n.FirstChild; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
			_ = html.Render(&b, c)
		}
		return b.String()
	}
	for c, open := n.NextSibling, 0; c != nil; c = n.NextSibling {
		if c.Type == html.CommentNode && strings.Contains(c.Data, "offer:") {
			open++
		}
		if c.Type == html.CommentNode && strings.Contains(c.Data, "/offer") {
			if open--; open < 0 {
				break
			}
		}
		n.Parent.RemoveChild(c)
		_ = html.Render(&b, c)
	}
	return b.String()
}

func render(t *testing.T, n *html.Node) string {
	var b bytes.Buffer
	if err := html.Render(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

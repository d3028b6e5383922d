package compile

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// markupTree proves that a browser builds the tree that is written. HTML
// parsers close, move and drop elements that stand where they may not; whoever
// reads only tags is then wrong about where a placeholder ends up. So the
// source is parsed with a word in the place of each placeholder, and the tree
// has to have every element and every word where the tags say.
type markupTree struct {
	m      *markup
	tokens []markupToken
	word   string // starts the words, and occurs nowhere in the source
}

// markupNode is the start or end of an element, or text.
type markupNode struct {
	s   string
	off int // in the source; -1 = from the host
	// implied says that parsers may add the element by themselves; end is then
	// the place of its end.
	implied bool
	end     int
}

const markupNodeEnd = ">"

// fits reports whether the source fits into a div, or into the host inside it.
func (t *markupTree) fits(host markupHost) bool {
	t.word = "pf"
	for strings.Contains(t.m.src.S, t.word) {
		t.word += "x"
	}
	doc := markupDocument{tree: t}
	doc.write(host)
	off, ok := markupSame(doc.want, t.parsed(doc.source.String()))
	if ok {
		return true
	}
	off = max(off, 0)
	hint := "block elements do not stand in <p>, links and buttons do not nest, table rows belong into tables"
	if len(host.open) == 0 {
		t.m.fail(off, "misplaced-element", hint, "is not what browsers would build a tree from: they move, close or drop an element here")
		return false
	}
	t.m.errors++
	d := t.m.diagnostic(catalog.Error, off, "misplaced-element", hint,
		"does not fit where the rendering puts it: inside <%s> browsers move, close or drop an element here", strings.Join(host.open, "><"))
	d.Related = &catalog.Related{Pos: host.pos, Message: "the rendering puts it here"}
	t.m.report(d)
	return false
}

// markupDocument is the page to parse and what its body should be.
type markupDocument struct {
	tree    *markupTree
	source  strings.Builder
	want    []markupNode
	text    strings.Builder // since the last tag
	textOff int
}

func (d *markupDocument) write(host markupHost) {
	open := append([]string{"div"}, host.open...)
	d.source.WriteString("<!doctype html><html><head></head><body>")
	for _, name := range open {
		d.source.WriteString("<" + name + ">")
		d.want = append(d.want, markupNode{s: markupStart(name, nil), off: -1})
	}
	for i := range d.tree.tokens {
		d.token(&d.tree.tokens[i])
	}
	d.flush()
	for i := len(open) - 1; i >= 0; i-- {
		d.source.WriteString("</" + open[i] + ">")
		d.want = append(d.want, markupNode{s: markupNodeEnd, off: -1})
	}
}

func (d *markupDocument) token(t *markupToken) {
	s := d.tree.replaced(t.off, t.end)
	d.source.WriteString(s)
	if t.kind == markupText || t.kind == markupInText {
		if d.text.Len() == 0 {
			d.textOff = t.off
		}
		d.text.WriteString(s)
		return
	}
	d.flush()
	if t.kind == markupStartTag {
		d.want = append(d.want, d.tree.element(t))
		if !t.closed && markupElements[t.name]&markupVoid == 0 {
			return
		}
	}
	d.want = append(d.want, markupNode{s: markupNodeEnd, off: t.off})
}

func (d *markupDocument) flush() {
	if s := markupSqueeze(html.UnescapeString(d.text.String())); s != "" {
		d.want = append(d.want, markupNode{s: s, off: d.textOff})
	}
	d.text.Reset()
}

// replaced is source with words for placeholders; conditions leave nothing.
func (t *markupTree) replaced(from, to int) string {
	var b strings.Builder
	for i := range t.m.parts {
		p := &t.m.parts[i]
		if p.off < from || p.end > to {
			continue
		}
		b.WriteString(t.m.src.S[from:p.off])
		if p.kind == markupHole {
			b.WriteString(t.word + strconv.Itoa(i) + "z")
		}
		from = p.end
	}
	b.WriteString(t.m.src.S[from:to])
	return b.String()
}

// element is the start of an element with its attributes' names, and the words
// in their values.
func (t *markupTree) element(token *markupToken) markupNode {
	attrs := make([]string, 0, len(token.attrs))
	for i := range token.attrs {
		a := &token.attrs[i]
		attrs = append(attrs, a.name+"="+t.words(t.replaced(a.value, a.end)))
	}
	return markupNode{s: markupStart(token.name, attrs), off: token.off}
}

// words gives the words for placeholders in s.
func (t *markupTree) words(s string) string {
	found := ""
	for {
		i := strings.Index(s, t.word)
		if i < 0 {
			return found
		}
		n := strings.IndexByte(s[i:], 'z')
		if n < 0 {
			return found
		}
		found += s[i : i+n+1]
		s = s[i+n+1:]
	}
}

// markupStart names the start of an element; a parser may give attributes in
// any order.
func markupStart(name string, attrs []string) string {
	slices.Sort(attrs)
	return "<" + name + " " + strings.Join(attrs, " ")
}

// markupSame compares what is written with what was parsed, and gives the place
// of the first difference.
func markupSame(want, got []markupNode) (int, bool) {
	skip := map[int]bool{}
	i := 0
	for j := range got {
		switch {
		case skip[j]:
		case i < len(want) && want[i].s == got[j].s:
			i++
		case got[j].implied:
			skip[got[j].end] = true
		case i < len(want):
			return markupMoved(want[i:], got[j:]), false
		default:
			return -1, false
		}
	}
	if i < len(want) {
		return want[i].off, false
	}
	return 0, true
}

// markupMoved is the place to report where want and got part: of what was moved
// to here, if what should be here comes later, else of what should be here.
func markupMoved(want, got []markupNode) int {
	named := func(s string) func(markupNode) bool {
		return func(n markupNode) bool { return n.s == s && s != markupNodeEnd }
	}
	if slices.ContainsFunc(got, named(want[0].s)) {
		if i := slices.IndexFunc(want, named(got[0].s)); i >= 0 {
			return want[i].off
		}
	}
	return want[0].off
}

// markupSqueeze drops white space, which parsers move and merge.
func markupSqueeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && markupIsSpace(byte(r)) || r == '\f' {
			return -1
		}
		return r
	}, s)
}

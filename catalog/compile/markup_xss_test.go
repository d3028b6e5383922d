package compile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/render"
)

// markupEverywhere has an expression or a field in every place that takes one.
const markupEverywhere = `<div class="a {{ target.name }}" title='{{ target.name }}' id="x-{{ target.name }}" aria-label="{{ title }}" data-x='{{ teaser }}' lang="{{ target.name }}">
{{ target.name }}<b>{{ title }}</b>{{? teaser }}<i title="{{ teaser }}">{{ teaser }}</i>{{/}}
<a href="{{ url }}" class='c{{? teaser }} {{ teaser }}{{/}}'>{{ url }}</a>{{? image }}<img src='{{ image }}' alt="{{ title }}" data-src="{{ image }}">{{/}}
<a href="/{{ target.name }}">1</a><a href='/go?q={{ target.name }}&amp;r={{ target.name }}#{{ target.name }}'>2</a><a href="https://shop.example/{{ target.name }}">3</a><a href="#{{ target.name }}">4</a>
{{ body }}<p>{{ price }}{{ sale }}</p><table><tr><td title="{{ target.name }}">{{ target.name }}</td></tr></table>
<svg viewBox="0 0 1 1" class="{{ target.name }}"><title>{{ target.name }}</title><text>{{ title }}</text><use href="#{{ target.name }}"></use></svg>
<form action="/s/{{ target.name }}"><input value="{{ target.name }}" placeholder='{{ title }}'><button formaction="{{ url }}">x</button><select><option value="{{ title }}">{{ title }}</option></select></form>
<my-card heading="{{ title }}" link="{{ url }}">{{ title }}</my-card><pre>{{ title }}</pre></div>`

// markupContent fills every field with a hostile value by an expression.
var markupContent = map[string]string{
	"title":  `{{ target.name }}`,
	"teaser": `a {{ target.name }} b`,
	"url":    `/x/{{ target.name }}?q={{ target.name }}`,
	"image":  `https://img.example/{{ target.name }}`,
	"body":   `<h2 title="{{ target.name }}">{{ target.name }}</h2><a href='/y/{{ target.name }}' class='{{ target.name }}'>z</a>`,
	"price":  `{{ target.visits }}`,
	"sale":   `true`,
}

// markupShape is what may not depend on data: elements and attributes in order.
// It gives what of it is dangerous, too.
func markupShape(t *testing.T, page string) (shape []string, danger []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader("<!doctype html><body><div id=slot>" + page + "</div><hr id=behind>"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.CommentNode:
			shape = append(shape, "comment")
		case html.ElementNode:
			names := []string{n.Data}
			for _, a := range n.Attr {
				names = append(names, a.Key)
				danger = append(danger, markupDanger(n, a)...)
			}
			slices.Sort(names[1:])
			shape = append(shape, strings.Join(names, " "))
			if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "base", "meta", "link", "math", "foreignObject", "animate", "set", "template"}, n.Data) {
				danger = append(danger, "<"+n.Data+">")
			}
			if last := n.Attr; n.Data == "hr" && len(last) > 0 && last[0].Val == "behind" && n.Parent.Data != "body" {
				danger = append(danger, "breaks out of its slot")
			}
		}
	}
	return shape, danger
}

// markupDanger says what is wrong with an attribute.
func markupDanger(n *html.Node, a html.Attribute) []string {
	key := strings.ToLower(a.Key)
	if strings.HasPrefix(key, "on") || key == "srcdoc" {
		return []string{fmt.Sprintf("<%s %s>", n.Data, key)}
	}
	if !slices.Contains([]string{"href", "src", "action", "formaction", "poster", "data", "ping", "background", "cite"}, key) {
		return nil
	}
	// As a browser's URL parser starts: white space and control characters
	// around go, tabs and newlines inside too, and \ is /.
	u := strings.Trim(a.Val, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ")
	u = strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(u)
	lower := strings.ToLower(u)
	switch {
	case strings.HasPrefix(u, "//"):
	case strings.HasPrefix(u, "/"), strings.HasPrefix(u, "#"), u == "":
		return nil
	case strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://"):
		host, _, _ := strings.Cut(u[strings.Index(u, "//")+2:], "/")
		if host != "" && !strings.Contains(host, "@") {
			return nil
		}
	}
	return []string{fmt.Sprintf("<%s %s=%q>", n.Data, key, a.Val)}
}

func TestMarkupPayloads(t *testing.T) {
	list := markupPayloads()
	distinct := map[string]bool{}
	for _, p := range list {
		distinct[p] = true
	}
	if len(distinct) < 300 {
		t.Fatalf("%d payloads, want 300 or more", len(distinct))
	}
	t.Logf("%d payloads", len(distinct))
}

// TestMarkupHostileValues renders every payload as a visitor's attribute in
// every place that takes one: the tree of the page must not change.
func TestMarkupHostileValues(t *testing.T) {
	l := newMarkupLab("x")
	harmless := l.show(t, markupEverywhere, markupLabFields(), markupContent)
	want, danger := markupShape(t, harmless)
	if len(danger) > 0 {
		t.Fatalf("without an attack: %q", danger)
	}
	values := append(markupPayloads(), "", " ", "/", "//", "&", "&amp", "\\", "%", "\xff\xfe", strings.Repeat("<", 100))
	for _, p := range values {
		l := newMarkupLab(p)
		page := l.show(t, markupEverywhere, markupLabFields(), markupContent)
		got, danger := markupShape(t, page)
		if len(danger) > 0 {
			t.Errorf("%q: %q", p, danger)
		}
		if p != "" && !slices.Equal(got, want) {
			t.Errorf("%q changes the tree:\n%s", p, page)
		}
	}
}

// TestMarkupHostileText puts every payload as text into fields and wants to
// read it back from the page unchanged.
func TestMarkupHostileText(t *testing.T) {
	for _, p := range markupPayloads() {
		if strings.ContainsAny(p, "\x00\x01") || strings.Contains(p, "{{") {
			continue
		}
		l := newMarkupLab(p)
		page := l.show(t, `<b title="{{ title }}">{{ title }}</b><i title='{{ target.name }}'>{{ target.name }}</i>`, markupLabFields(), map[string]string{"title": p})
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "b" || n.Data == "i") {
				found++
				if n.FirstChild == nil || n.FirstChild.Data != p || n.Attr[0].Val != p {
					t.Errorf("%q comes out changed: %s", p, page)
				}
			}
		}
		if found != 2 {
			t.Errorf("%q: %d elements of 2: %s", p, found, page)
		}
	}
}

// TestMarkupHostileSources writes every payload into the catalog itself. What
// is not refused must be harmless.
func TestMarkupHostileSources(t *testing.T) {
	fields := markupLabFields()
	accepted, refused := 0, 0
	for _, p := range markupPayloads() {
		for _, src := range markupAround(p) {
			l := newMarkupLab("x")
			var pages []string
			if strings.HasPrefix(src, "field:") {
				pages = l.fieldPages(src[len("field:"):])
			} else if tmpl := l.rendering(src, fields); tmpl != nil {
				page, result := l.append(tmpl, make([]render.Field, len(fields)))
				if result != render.Whole {
					t.Errorf("%q: result %d", src, result)
				}
				pages = append(pages, page)
			} else {
				refused++
			}
			for _, page := range pages {
				accepted++
				if _, danger := markupShape(t, page); len(danger) > 0 {
					t.Errorf("%q was accepted and gives %q:\n%s", src, danger, page)
				}
			}
		}
	}
	t.Logf("%d accepted, %d renderings refused", accepted, refused)
}

// markupAround gives sources that a payload may be a part of.
func markupAround(p string) []string {
	return []string{
		"field:" + p, p, `<div>` + p + `</div>`, `<b ` + p + `>x</b>`, `<b title="` + p + `">x</b>`, `<b title='` + p + `'>x</b>`, `<b title=` + p + `>x</b>`,
		`<a href="` + p + `">x</a>`, `<a href='` + p + `'>x</a>`, `<a href=` + p + `>x</a>`, `<a href="/` + p + `">x</a>`, `<img src="` + p + `" alt="">`,
		`<img srcset="` + p + ` 2x" alt="">`, `<b style="` + p + `">x</b>`, `<!-- ` + p + ` -->`, `<` + p, `<b` + p, `</` + p, `<svg>` + p + `</svg>`,
		`<svg><title>` + p + `</title></svg>`, `<table>` + p + `</table>`, `<select>` + p + `</select>`, `<p>` + p + `</p>`, `<a href="/x">` + p + `</a>`,
	}
}

// fieldPages compiles a payload as a field of each type, and gives what the
// accepted ones put into a page.
func (l *markupLab) fieldPages(p string) []string {
	var pages []string
	for _, typ := range []catalog.FieldType{catalog.FieldText, catalog.FieldURL, catalog.FieldImage, catalog.FieldHTML, catalog.FieldNumber, catalog.FieldBool} {
		_, tmpl := l.value(markupField{name: "f", typ: typ}, p)
		if tmpl == nil {
			continue
		}
		s, _ := l.append(tmpl, nil)
		switch typ {
		case catalog.FieldHTML:
			pages = append(pages, s)
		case catalog.FieldURL, catalog.FieldImage:
			pages = append(pages, `<a href="`+s+`">x</a><img src='`+s+`'>`+s)
		default:
			pages = append(pages, `<b title="`+s+`" lang='`+s+`'>`+s+`</b>`)
		}
	}
	return pages
}

// FuzzMarkupRendering wants of every rendering that is accepted that a hostile
// value does not change its tree.
func FuzzMarkupRendering(f *testing.F) {
	f.Add(markupEverywhere, `"><script>`)
	f.Add(markupOwnEverywhere, `"><script>`)
	for _, r := range markupRefusals {
		if r.kind == "render" || r.kind == "html" {
			f.Add(r.src, `"'><img src=x onerror=alert(1)>`)
		}
	}
	f.Fuzz(func(t *testing.T, src, value string) {
		fields := markupTracked()
		page := func(value string) (string, bool) {
			l := newMarkupLab(value)
			l.links = markupTickets{}
			tmpl := l.rendering(src, fields)
			if tmpl == nil {
				if !l.diagnostics.HasErrors() {
					t.Fatal("refused without an error")
				}
				return "", false
			}
			content := make([]render.Field, len(fields))
			for i, f := range fields {
				f.hosts = nil
				content[i].Raw, content[i].HTML = l.value(f, markupContent[f.name])
				if f.typ == catalog.FieldHTML {
					content[i].Raw, content[i].HTML = l.value(f, `<b title="{{ target.name }}">{{ target.name }}</b>`)
				}
			}
			out, result := l.append(tmpl, content)
			return out, result != render.Refused
		}
		harmless, ok := page("x")
		if !ok {
			return
		}
		hostile, ok := page(value)
		if !ok || len(value) == 0 {
			return
		}
		want, danger := markupShape(t, harmless)
		if len(danger) > 0 {
			t.Fatalf("accepted %q: %q", src, danger)
		}
		got, danger := markupShape(t, hostile)
		if len(danger) > 0 || !slices.Equal(got, want) {
			t.Fatalf("%q changes the tree of %q: %q\n%s", value, src, danger, hostile)
		}
	})
}

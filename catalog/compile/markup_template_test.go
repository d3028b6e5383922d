package compile

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// disassemble gives a template in words: programs by their source.
func (l *markupLab) disassemble(t []byte) string {
	var b strings.Builder
	for len(t) > 0 {
		switch t[0] {
		case snapshot.SegLiteral:
			n := binary.LittleEndian.Uint32(t[1:])
			fmt.Fprintf(&b, "%q ", t[5:5+n])
			t = t[5+n:]
		case snapshot.SegExpr:
			escape := [...]string{"none", "html", "url"}[t[1]]
			fmt.Fprintf(&b, "%s(%s) ", escape, l.compiled[binary.LittleEndian.Uint32(t[2:])].S)
			t = t[6:]
		case snapshot.SegField:
			fmt.Fprintf(&b, "field%d/%d ", binary.LittleEndian.Uint16(t[2:]), t[1])
			t = t[4:]
		case snapshot.SegIf:
			n := binary.LittleEndian.Uint32(t[3:])
			fmt.Fprintf(&b, "if%d{ %s} ", binary.LittleEndian.Uint16(t[1:]), l.disassemble(t[7:7+n]))
			t = t[7+n:]
		default:
			return b.String() + "?"
		}
	}
	return b.String()
}

func TestMarkupValueTemplates(t *testing.T) {
	tests := []struct {
		name, src string
		typ       catalog.FieldType
		raw, html string
	}{
		{"text", `a<b> & "c" 'd'`, catalog.FieldText, `"a<b> & \"c\" 'd'" `, `"a&lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;" `},
		{"empty text", ``, catalog.FieldText, ``, ``},
		{"text with placeholders", `Hi {{ target.name }}, <{{target.country}}>`, catalog.FieldText,
			`"Hi " none(target.name) ", <" none(target.country) ">" `, `"Hi " html(target.name) ", &lt;" html(target.country) "&gt;" `},
		{"literal braces", `{{ "{{" }}x}}`, catalog.FieldText, `none("{{") "x}}" `, `html("{{") "x}}" `},
		{"path", `/a?b=1&c=2`, catalog.FieldURL, `"/a?b=1&c=2" `, `"/a?b=1&amp;c=2" `},
		{"path with placeholders", `/a/{{ target.country }}?q={{ target.name }}&r='1'`, catalog.FieldURL,
			`"/a/" url(target.country) "?q=" url(target.name) "&r='1'" `, `"/a/" url(target.country) "?q=" url(target.name) "&amp;r=&#39;1&#39;" `},
		{"first segment", `/{{ target.country }}`, catalog.FieldURL, `"/" url(target.country) `, `"/" url(target.country) `},
		{"host", `https://a.example/{{ target.country }}`, catalog.FieldImage,
			`"https://a.example/" url(target.country) `, `"https://a.example/" url(target.country) `},
		{"number", ` -12.50 `, catalog.FieldNumber, `"-12.50" `, `"-12.50" `},
		{"number expression", `{{ target.visits }}`, catalog.FieldNumber, `none(target.visits) `, `html(target.visits) `},
		{"bool", `true`, catalog.FieldBool, `"true" `, `"true" `},
		{"bool expression", `{{ target.vip }}`, catalog.FieldBool, `none(target.vip) `, `html(target.vip) `},
		{"html", `<p class="{{ target.country }}">a &amp; b<!-- note --> {{ target.name }}<br></p>`, catalog.FieldHTML,
			`"<p class=\"" html(target.country) "\">a &amp; b " html(target.name) "<br></p>" `, "="},
		{"html url", `<a href='/x/{{ target.name }}'>x</a>`, catalog.FieldHTML, `"<a href='/x/" url(target.name) "'>x</a>" `, "="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newMarkupLab("x")
			raw, html := l.value(markupField{name: "f", typ: tt.typ}, tt.src)
			if len(l.diagnostics) > 0 {
				t.Fatal(markupLines(l.diagnostics))
			}
			if raw == nil || html == nil {
				t.Fatal("nil template of a value that was accepted")
			}
			want := tt.html
			if want == "=" {
				want = tt.raw
			}
			if got := l.disassemble(raw); got != tt.raw {
				t.Errorf("raw  %s\nwant %s", got, tt.raw)
			}
			if got := l.disassemble(html); got != want {
				t.Errorf("html %s\nwant %s", got, want)
			}
		})
	}
}

func TestMarkupRenderingTemplates(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"nothing", ``, ``},
		{"text", `<b>{{ title }}</b>`, `"<b>" field0/1 "</b>" `},
		{"every type in text", `{{ title }}{{url}}{{image}}{{body}}{{price}}{{sale}}`, `field0/1 field2/1 field3/1 field4/1 field5/1 field6/1 `},
		{"expression", `<i>{{ target.country }}</i>`, `"<i>" html(target.country) "</i>" `},
		{"attributes", `<i title="{{ title }}" class='a {{ target.country }} b' data-p="{{ price }}">x</i>`,
			`"<i title=\"" field0/1 "\" class='a " html(target.country) " b' data-p=\"" field5/1 "\">x</i>" `},
		{"url field", `<a href="{{ url }}">x</a>`, `"<a href=\"" field2/1 "\">x</a>" `},
		{"url expression", `<a href="/go/{{ target.country }}?a=1&amp;b={{ target.name }}#{{ target.name }}">x</a>`,
			`"<a href=\"/go/" url(target.country) "?a=1&amp;b=" url(target.name) "#" url(target.name) "\">x</a>" `},
		{"condition", `a{{? image }}<img src="{{ image }}" alt="">{{/}}b`, `"a" if3{ "<img src=\"" field3/1 "\" alt=\"\">" } "b" `},
		{"condition in a value", `<i class="a{{? teaser }} b{{/}}">x</i>`, `"<i class=\"a" if1{ " b" } "\">x</i>" `},
		{"conditions in conditions", `{{? teaser }}a{{? image }}b{{? body }}c{{? price }}d{{/}}{{/}}{{/}}e{{/}}`,
			`if1{ "a" if3{ "b" if4{ "c" if5{ "d" } } } "e" } `},
		{"conditions of nothing", `a{{? teaser }}{{? image }}{{/}}{{/}}b`, `"a" "b" `},
		{"comments go", `a<!-- x -->b<!---->c`, `"abc" `},
		{"table without tbody", `<table><tr><td>{{ title }}</td></tr></table>`, `"<table><tr><td>" field0/1 "</td></tr></table>" `},
		{"literal attributes", `<a href="#top" style="color:red" x-data=y hidden>x</a><img src='/a.jpg' srcset="/a.jpg 1x, https://h.example/b.jpg 2x" width=10>`, "="},
		{"void and closed", `a<br/>b<hr />c<input type="text" disabled/>`, "="},
		{"upper case", `<DIV Class="x">a</Div>`, "="},
		{"svg", `<svg viewBox="0 0 1 1"><title>t</title><linearGradient id="g"/><clipPath id="c"><path d="M0 0"/></clipPath><use xlink:href="#g" href="#c"></use></svg>`, "="},
		{"custom element", `<my-card heading="x">{{ title }}</my-card>`, `"<my-card heading=\"x\">" field0/1 "</my-card>" `},
		{"form", `<form action="/go" method="post"><label>a<input name="b"></label><select><option value="1">x</option></select><button>y</button></form>`, "="},
		{"list item at the top", `<li>x</li>`, "="},
		{"pre", "<pre>\n\n a</pre>", "="},
		{"references", `&lt;b&gt; &amp; &copy 1 > 2`, "="},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newMarkupLab("x")
			tmpl := l.rendering(tt.src, markupLabFields())
			if l.diagnostics.HasErrors() {
				t.Fatal(markupLines(l.diagnostics))
			}
			want := tt.want
			if want == "=" {
				want = fmt.Sprintf("%q ", tt.src)
			}
			if got := l.disassemble(tmpl); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestMarkupSplit(t *testing.T) {
	tests := []struct {
		name, src string
		bodies    []string
	}{
		{"none", `a { b } }} c`, nil},
		{"one", `a{{b}}c`, []string{"b"}},
		{"space", "{{\n b \t}}", []string{"b"}},
		{"double quotes", `{{ "}}" }}`, []string{`"}}"`}},
		{"single quotes", `{{ '}}' }}`, []string{`'}}'`}},
		{"escaped quote", `{{ "\"}}" }}`, []string{`"\"}}"`}},
		{"raw string", `{{ r"\" }}"}}`, []string{`r"\"`}},
		{"raw bytes", `{{ bR'\' }}'}}`, []string{`bR'\'`}},
		{"no raw string", `{{ bar"\"}}" }}`, []string{`bar"\"}}"`}},
		{"long string", `{{ """a"}}"b""" }}`, []string{`"""a"}}"b"""`}},
		{"long string of lines", "{{ '''a\n}}''' }}", []string{"'''a\n}}'''"}},
		{"map", `{{ {"a": {"b": 1}}["a"] }}`, []string{`{"a": {"b": 1}}["a"]`}},
		{"map at the end", `{{ {"a": {"b": 1}}}}`, []string{`{"a": {"b": 1}}`}},
		{"comment", "{{ a // don't }}", []string{"a // don't"}},
		{"comment and line", "{{ a // don't\n + b }}", []string{"a // don't\n + b"}},
		{"division", `{{ a / b }}`, []string{"a / b"}},
		{"condition", `{{? a }}b{{/}}{{ / }}`, []string{"a", "", ""}},
		{"neighbours", `{{a}}{{b}}`, []string{"a", "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newMarkupLab("")
			m := &markup{src: markupSource(tt.src), report: l.report}
			if !m.split() || len(l.diagnostics) > 0 {
				t.Fatal(markupLines(l.diagnostics))
			}
			var bodies []string
			for _, p := range m.parts {
				bodies = append(bodies, p.body.S)
				for off := range p.body.S {
					if got, want := p.body.At(off), m.src.At(p.at+off); got != want {
						t.Errorf("byte %d of %q at %s, want %s", off, p.body.S, got, want)
					}
				}
			}
			if !slices.Equal(bodies, tt.bodies) {
				t.Errorf("got  %q\nwant %q", bodies, tt.bodies)
			}
		})
	}
}

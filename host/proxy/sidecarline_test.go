package proxy

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"
)

// treeOf is what a browser makes of markup inside a div. What is in comments and
// what no reference can name is left out; a header's value has lost the spaces at
// its ends.
func treeOf(t interface{ Fatalf(string, ...any) }, markup string) string {
	nodes, err := nethtml.ParseFragment(strings.NewReader(markup), &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatalf("%q: %v", markup, err)
	}
	var b strings.Builder
	var walk func(n *nethtml.Node)
	walk = func(n *nethtml.Node) {
		if n.Type == nethtml.CommentNode {
			b.WriteString("<!>")
			return
		}
		fmt.Fprintf(&b, "(%d %s %q", n.Type, n.Namespace, nameable(n.Data))
		for _, a := range n.Attr {
			fmt.Fprintf(&b, " %s:%q=%q", a.Namespace, a.Key, nameable(a.Val))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		b.WriteString(")")
	}
	for _, n := range nodes {
		walk(n)
	}
	return b.String()
}

func nameable(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && r <= lastC1 {
			return utf8.RuneError
		}
		return r
	}, text)
}

// checkLine holds what a line has to hold of its markup.
func checkLine(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, markup string,
) {
	line, ok := inLine([]byte(markup))
	if !ok {
		return
	}
	if got := strings.TrimSpace(string(line)); got == "" || got != string(line) || !printable(line) {
		t.Errorf("%q: the line %q is no header's value", markup, line)
	}
	decoded := strings.Map(func(r rune) rune { return r }, markup)
	if got, want := treeOf(t, string(line)), treeOf(t, decoded); got != want {
		t.Errorf("%q as %q is another tree:\n got %s\nwant %s", markup, line, got, want)
	}
}

func TestLine(t *testing.T) {
	for markup, want := range map[string]string{
		"<b>offer</b>":               "<b>offer</b>",
		"<b>\n  caf\u00e9\r\n</b>\t": "<b>&#10;  caf&#233;&#10;</b>&#9;",
		" <b>a</b> ":                 "&#32;<b>a</b>&#32;",
		"\u00a0\U0001f600":           "&#160;&#128512;",
		"a\u0085b\xffc":              "a&#65533;b&#65533;c",
		"<a\n\thref='/\u00e9\n'\r\ntitle=\u00e9\n>": "<a  href='/&#233;&#10;'  title=&#233; >",
		`<a a=/ b="/>"/>`:                       `<a a=/ b="/>"/>`,
		"<a\f=\"\u00e9\">":                      "",
		"<a \u00e9=1>":                          "",
		"<a b=1\u00e9 c\n=\n'\u00e9'>":          "<a b=1&#233; c = '&#233;'>",
		"<pre>\n\nx</pre>":                      "<pre>&#10;&#10;x</pre>",
		"<textarea>\n\u00e9</textarea>":         "<textarea>&#10;&#233;</textarea>",
		"<title>\u00e9<b></title>":              "",
		"<svg><title>\u00e9</title></svg>":      "<svg><title>&#233;</title></svg>",
		"<svg><![CDATA[\u00e9]]></svg>":         "",
		"<svg><![CDATA[e]]></svg>\n":            "",
		"<svg><![CDATA[e]]></svg>":              "<svg><![CDATA[e]]></svg>",
		"<script>a\nb</script>":                 "",
		"<script>a</script>\n<script></script>": "<script>a</script>&#10;<script></script>",
		"<style>\u00e9</style>":                 "",
		"<noscript>\u00e9</noscript>":           "",
		"<plaintext>a ":                         "",
		"<!-- \u00e9\n --><b>":                  "<!-- ??  --><b>",
		"<?php\n?>":                             "",
		"<b>\x00\n</b>":                         "",
		"<b>\x00</b>":                           "",
		"<b":                                    "<b",
		"<b\n":                                  "",
		"":                                      "",
		"&amp\n&\u00e9&eacute\n&#1\n":           "&amp&#10;&&#233;&eacute&#10;&#1&#10;",
	} {
		line, ok := inLine([]byte(markup))
		if ok != (want != "") || ok && string(line) != want {
			t.Errorf("%q: %q, %t; want %q", markup, line, ok, want)
		}
		checkLine(t, markup)
	}
}

// pieces are what markup is made of, and what it is hard to tell.
var pieces = []string{
	"<", ">", "</", "/>", "<b>", "</b>", "<a ", "<img", "=", "'", `"`, " ", "\n", "\r", "\r\n", "\t", "\f", "\v", "\x01", "\x7f",
	"\u00e9", "\u0085", "\u2028", "\ufeff", "\U0001f600", "\xff", "\xc3", "&", "&amp", "&amp;", "&#1", "&#x", "&not", ";", "x", "7",
	"<!--", "-->", "--", "!", "<![CDATA[", "]]>", "<?", "<!doctype ", "<script>", "</script>", "<style>", "</style>", "<title>", "</title>",
	"<textarea>", "</textarea>", "<pre>", "</pre>", "<svg>", "</svg>", "<math>", "</math>", "<table>", "<tr>", "<select>", "<option>", "<noscript>",
	"</noscript>", "<template>", "</template>", "<plaintext>", "<iframe>", "</iframe>", "href", "title=", "<p\n", "</p\n>",
}

// TestLineKeepsTheTree: whatever a line is made of, a browser reads it alike.
func TestLineKeepsTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkLine(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 24).Draw(t, "pieces"), ""))
	})
}

// TestLineTellsRenderings: what authors write, outside of scripts and styles, has
// a line whatever its texts are.
func TestLineTellsRenderings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a \n\r\t\u00e9\u4e2d\U0001f600'\"<>&\u0001"))).Draw(t, "text")
		escaped := nethtml.EscapeString(text)
		markup := "<a\n href=\"/x?" + escaped + "\"\n  title='" + escaped + "'>" + escaped + "</a>\n"
		if _, ok := inLine([]byte(markup)); !ok {
			t.Fatalf("%q has no line", markup)
		}
		checkLine(t, markup)
	})
}

func FuzzLine(f *testing.F) {
	f.Add("<a\n\thref='/\u00e9\n'\r\ntitle=\u00e9\n>\u00e9<!-- \u00e9 --><script>x\n</script>")
	for _, p := range pieces {
		f.Add("a\n" + p + "\u00e9\n")
	}
	f.Fuzz(func(t *testing.T, markup string) { checkLine(t, markup) })
}

package inject_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// shards are what mangled pages are made of: whatever starts, ends or quotes
// something somewhere.
var shards = strings.Split(`<div>|</div>|<p>|</p>|<span>|</span>|<b>|</b>|<a href="x">|</a>|<ul>|</ul>|<li>|</li>|<table>|</table>|`+
	`<tr>|</tr>|<td>|</td>|<svg>|</svg>|<svg/>|<svg-icon a="b">|<path d="1"/>|<path>|</path>|<path-x />|<g>|</g>|<title>|</title>|`+
	`<title-x>|<desc>|</desc>|<foreignObject>|</foreignObject>|<math>|</math>|<mi>|</mi>|<mtext>|</mtext>|<mglyph>|<annotation-xml>|`+
	`</annotation-xml>|<style>|</style>|<script>|</script>|<!--|-->|--!>|<!-->|<!--->|<![CDATA[|]]>|<textarea>|</textarea>|<xmp>|</xmp>|`+
	`<noscript>|</noscript>|<iframe>|</iframe>|<template>|</template>|<select>|</select>|<option>|<col>|<br>|<br/>|<img src=x>|<input>|`+
	`</br>|<font>|<font color=x>|<h1>|</h1>|<form>|</form>|<button>|</button>|<dl>|<dt>|<dd>|</dl>|<p id="i_d">|<span id=i_e>|`+
	`<li data-offer-space="f">|<td data-offer-space="g">|<a data-offer-space="i">|<!-- offer:j -->|<!-- /offer -->|<!--offer:k-->|`+
	`<x-y data-offer-space="l">|</x-y>|<x-y>|<svg data-offer-space="m">|<img data-offer-space="n">|<div title="|<div title='|"|'|>|<|/|=| |`+
	`x|text| ]] |<?|<!|<!doctype html>|</|<a b=c"d>|<a ="x>|<a b = "c>d">|<div data-offer-space = "a">|<DIV DATA-OFFER-SPACE="b">|`+
	`<div id=x data-offer-space=a>|<div id="i_d" data-offer-space=a>|</SCRIPT >|<plaintext>|<object>|</object>|<body>|<caption>|<ruby>|`+
	`<rt>|<rtc>|</ruby>|<hr>|<optgroup>|</frameset>|<frame>|<noframes>|</noframes>|<noembed>|</noembed>|</caption>|<colgroup>|<tbody>|</tbody>|`+
	`</plaintext>|</xmp>|<listing>|<marquee>|</marquee>|<select multiple>|<datalist>|</optgroup>|<keygen>|<input type=hidden>|<svg><path/><title>x</title></svg>|<svg viewBox="0"><use href="#a"/></svg>|<style>a>b</style>|<script>if(a<b)"</div>"</script>`, "|")

// mangled makes a page out of few kinds of shards, so that they meet often, with
// slots among them.
func mangled(r *rand.Rand) []byte {
	var b bytes.Buffer
	few := make([]string, 4+r.IntN(24))
	for i := range few {
		few[i] = shards[r.IntN(len(shards))]
	}
	some := func(n int) {
		for range n {
			b.WriteString(few[r.IntN(len(few))])
		}
	}
	elements := strings.Fields("div div div span p li a td x-y ul h1 tr table option section b button ruby rt")
	for range 1 + r.IntN(24) {
		slot := 'a' + r.IntN(17)
		switch r.IntN(6) {
		case 0:
			name := elements[r.IntN(len(elements))]
			fmt.Fprintf(&b, `<%s id="i_%c">`, name, slot)
			some(r.IntN(4))
			fmt.Fprintf(&b, `</%s>`, name)
		case 1:
			fmt.Fprintf(&b, `<!-- offer:%c -->`, slot)
			some(r.IntN(4))
			b.WriteString("<!-- /offer -->")
		default:
			some(1)
		}
	}
	return b.Bytes()
}

// misread matches pages on which the reference is wrong: behind "<!--" in a
// script, golang.org/x/net/html v0.62 leaves the escaped state at a '<' that is
// followed by neither a letter nor a slash (HTML standard, 13.2.5.23: reconsume
// in the script data escaped state).
var misread = regexp.MustCompile(`(?is)<script.*<!--.*<[^a-z/]`)

// However broken a page is, what is inserted becomes elements: never text, part
// of a comment, of a script or of an attribute, nor content of a drawing or a
// template.
func TestMangledPages(t *testing.T) {
	var all []string
	for c := 'a'; c < 'a'+17; c++ {
		all = append(all, string(c))
	}
	fills := fill("<i-mark></i-mark>", all...)
	filled := 0
	for seed := range uint64(8000) {
		body := mangled(rand.New(rand.NewPCG(seed, 9)))
		got := agree(t, fills, body, seed)
		n := strings.Count(got.body, "<i-mark></i-mark>")
		filled += n
		if n == 0 || misread.Match(body) {
			continue
		}
		doc, err := html.Parse(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		elements, elsewhere := marks(doc, false)
		// A select drops elements that stand in it, and a table may in it.
		if elsewhere > 0 || elements != n && !bytes.Contains(body, []byte("<select")) {
			t.Fatalf("%d of %d became elements, %d something else:\n%s\n%s", elements, n, elsewhere, body, got.body)
		}
	}
	if filled < 5000 {
		t.Fatalf("only %d slots filled in all pages", filled)
	}
}

// marks counts the marks in a tree that are elements of the page, and all others.
func marks(n *html.Node, hidden bool) (elements, elsewhere int) {
	if strings.Contains(n.Data, "i-mark") {
		if n.Type == html.ElementNode && n.Data == "i-mark" && n.Namespace == "" && !hidden {
			elements++
		} else {
			elsewhere++
		}
	}
	for _, a := range n.Attr {
		if strings.Contains(a.Key+a.Val, "i-mark") {
			elsewhere++
		}
	}
	hidden = hidden || n.Namespace != "" || n.Data == "template"
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		e, o := marks(c, hidden)
		elements += e
		elsewhere += o
	}
	return elements, elsewhere
}

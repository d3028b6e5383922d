package inject_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/plugin/inject"
)

var vocab = strings.Split(`<div>|</div>|<p>|</p>|<span>|</span>|<b>|</b>|<a href="x">|</a>|<ul>|</ul>|<li>|</li>|<table>|</table>|<tr>|</tr>|<td>|</td>|<svg>|</svg>|<svg/>|<path d="1"/>|<path>|</path>|<g>|</g>|<title>|</title>|<desc>|</desc>|<foreignObject>|</foreignObject>|<math>|</math>|<mi>|</mi>|<mtext>|</mtext>|<mglyph>|<annotation-xml>|</annotation-xml>|<style>|</style>|<script>|</script>|<!--|-->|--!>|<!-->|<!--->|<![CDATA[|]]>|<textarea>|</textarea>|<xmp>|</xmp>|<noscript>|</noscript>|<iframe>|</iframe>|<template>|</template>|<select>|</select>|<option>|<col>|<br>|<br/>|<img src=x>|<input>|</br>|<font>|<font color=x>|<h1>|</h1>|<h2>|</h2>|<form>|</form>|<button>|</button>|<dl>|<dt>|<dd>|</dl>|<div data-offer-space="a">|<div data-offer-space='b'>|<div data-offer-space=c>|<p id="i_d">|<span id=i_e>|<li data-offer-space="f">|<td data-offer-space="g">|<table data-offer-space="h">|<a data-offer-space="i">|<!-- offer:j -->|<!-- /offer -->|<!--offer:k-->|<x-y data-offer-space="l">|</x-y>|<x-y>|<svg data-offer-space="m">|<img data-offer-space="n">|<b data-offer-space="o">|<ul data-offer-space="q">|<div title="|<div title='|"|'|>|<|/|=| |x|text| ]] |<?|<!|<!doctype html>|</|<a b=c"d>|<a ="x>|<a b = "c>d">|<div data-offer-space = "a">|<DIV DATA-OFFER-SPACE="b">|<div id=x data-offer-space=a>|<div id="i_d" data-offer-space=a>|<script><!--<script>|</SCRIPT >|<plaintext>|<object>|</object>|<body>|<section data-offer-space="a_2">|</section>|<h1 data-offer-space="r">|<tbody>|<caption>|<ruby>|<rt>|</ruby>|<svg><path/><title>x</title></svg>|<svg viewBox="0"><use href="#a"/></svg>|<style>a>b</style>|<script>if(a<b)"</div>"</script>`, "|")

const names = "a b c d e f g h i j k l m n o p q r a_2"

func mkBody(r *rand.Rand) []byte {
	var b bytes.Buffer
	n := 1 + r.IntN(24)
	vocab := vocab
	if r.IntN(4) > 0 {
		var v []string
		for range 4 + r.IntN(16) {
			v = append(v, vocab[r.IntN(len(vocab))])
		}
		vocab = v
	}
	for range n {
		switch r.IntN(6) {
		case 0:
			fmt.Fprintf(&b, `<div data-offer-space="%c">`, 'a'+r.IntN(17))
			for range r.IntN(4) {
				b.WriteString(vocab[r.IntN(len(vocab))])
			}
			b.WriteString("</div>")
		case 1:
			e := [...]string{"div", "span", "p", "li", "a", "td", "x-y", "ul", "h1", "tr", "table", "option", "section","b","button","ruby","rt"}[r.IntN(17)]
			fmt.Fprintf(&b, `<%s id="i_%c">`, e, 'a'+r.IntN(17))
			for range r.IntN(3) {
				b.WriteString(vocab[r.IntN(len(vocab))])
			}
			fmt.Fprintf(&b, `</%s>`, e)
		case 2:
			fmt.Fprintf(&b, `<!-- offer:%c -->`, 'a'+r.IntN(17))
			for range r.IntN(4) {
				b.WriteString(vocab[r.IntN(len(vocab))])
			}
			b.WriteString("<!-- /offer -->")
		default:
			b.WriteString(vocab[r.IntN(len(vocab))])
		}
	}
	return b.Bytes()
}

func TestZZFuzz(t *testing.T) {
	var fills []inject.Fill
	for _, n := range strings.Fields(names) {
		s, _ := inject.ParseSlot([]byte(n))
		fills = append(fills, inject.Fill{Slot: s, HTML: []byte(`<i-mark></i-mark>`)})
	}
	seed := uint64(time.Now().UnixNano())
	bad := 0
	filledN := 0
	for k := range 3000000 {
		r := rand.New(rand.NewPCG(seed, uint64(k)))
		body := mkBody(r)
		var in inject.Injector
		in.Reset(fills)
		want := in.Rewrite(nil, body)
		filled := ""
		nf := 0
		for i := range fills {
			if in.Filled(i) {
				filled += fmt.Sprint(i, " ")
				nf++
			}
		}
		filledN += nf
		in.Reset(fills)
		var got []byte
		for p := body; len(p) > 0; {
			n := 1 + r.IntN(min(len(p), 1+r.IntN(40)))
			got = in.Write(got, p[:n:n])
			p = p[n:]
		}
		got = in.Close(got)
		if !bytes.Equal(got, want) {
			t.Errorf("cuts: %q\n%q\n%q", body, got, want)
			bad++
		}
		var slots [64]inject.Slot
		found := inject.Scan(slots[:], body)
		if len(found) != nf {
			t.Errorf("scan %d filled %d: %q", len(found), nf, body)
			bad++
		}
		doc, err := html.Parse(bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		elems, wrong := 0, 0
		var walk func(n *html.Node, dead bool)
		walk = func(n *html.Node, dead bool) {
			if n.Type == html.ElementNode && n.Data == "i-mark" && n.Namespace == "" && !dead {
				elems++
			} else if strings.Contains(n.Data, "i-mark") {
				wrong++
			}
			for _, a := range n.Attr {
				if strings.Contains(a.Val, "i-mark") || strings.Contains(a.Key, "i-mark") {
					wrong++
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, dead || n.Namespace != "" && n.Data!="foreignObject" || n.Data == "template")
			}
		}
		walk(doc, false)
		if wrong > 0 || elems < nf && !bytes.Contains(body, []byte("<select")) {
			t.Errorf("oracle: elems %d wrong %d filled %d %s\n%q\n%q", elems, wrong, nf, filled, body, want)
			bad++
		}
		if bad > 5 {
			t.FailNow()
		}
	}
	t.Log("filled", filledN)
}

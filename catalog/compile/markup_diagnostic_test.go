package compile

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
)

var markupUpdate = flag.Bool("markup-update", false, "rewrite testdata/markup.golden")

// markupRefusals are sources with something to say about them: of a rendering,
// or of a field of a type.
var markupRefusals = []struct{ kind, src string }{
	// Placeholders.
	{"text", `Hello {{ target.name`},
	{"text", `Hello {{ "target.name }}`},
	{"text", "Hello\n{{ 'a\n' }}"},
	{"text", `a{{}}b{{ }}`},
	{"render", `a{{?}}b{{/}}`},
	{"text", strings.Repeat("{{a}}", markupMaxParts+1)},
	{"text", `{{? image }}x{{/}}`},
	{"html", `{{? image }}x{{/}}`},
	{"url", `/{{? image }}x{{/}}`},
	{"text", `a {{ nothing.known }} b {{ target.country }}`},
	{"render", "<p>\n  {{ titel }} {{ completely_else }}\n</p>"},
	{"render", `{{? titel }}x{{/}}{{? target.country }}y{{/}}`},
	{"render", `{{? title }}x{{/}}`},
	{"render", `<b>x{{? teaser }}y</b>`},
	{"render", `x{{/}}`},
	{"render", `{{? teaser }}{{? image }}{{? body }}{{? price }}{{? sale }}x{{/}}{{/}}{{/}}{{/}}{{/}}`},
	{"render", `{{? teaser }}<b>{{/}}x</b>`},
	{"render", `<b>{{? teaser }}</b>{{/}}`},
	{"render", `<i class="{{? teaser }}a">b{{/}}</i>`},
	{"render", `{{? teaser }}<i class="a{{/}}">b</i>{{/}}`},

	// Any source.
	{"text", strings.Repeat("x", markupMaxBytes+1)},
	{"text", "a\x00b"},
	{"text", "a\u0085b"},
	{"text", "a\xffb"},
	{"required", ``},

	// Numbers and booleans.
	{"number", `12,50`},
	{"number", ``},
	{"number", `1e999`},
	{"number", `{{ target.name }}`},
	{"number", `1{{ target.visits }}`},
	{"number", `{{ target.visits }}{{ target.visits }}`},
	{"bool", `yes`},
	{"bool", `{{ target.vip }}!`},
	{"bool", `{{ target.visits }}`},

	// URLs.
	{"url", ``},
	{"url", `javascript:alert(1)`},
	{"url", `JaVaScRiPt:alert(1)`},
	{"image", `data:image/svg+xml,x`},
	{"url", `mailto:a@b.example`},
	{"url", `//evil.example/`},
	{"url", `/\evil.example`},
	{"url", `\\evil.example`},
	{"url", `beach.html`},
	{"url", `?q=1`},
	{"url", `#top`},
	{"url", `https:/evil.example`},
	{"url", `https://`},
	{"url", `https://user@evil.example/`},
	{"url", `https://münchen.example/`},
	{"url", `https://a.example:99999/`},
	{"url", `https://[::1/`},
	{"url", `/a b`},
	{"url", "/a\tb"},
	{"url", "/a\u200bb"},
	{"url", `/100%`},
	{"url", `/a"b`},
	{"url", `{{ target.name }}`},
	{"url", `{{ target.name }}/x`},
	{"url", `ht{{ target.name }}://x/`},
	{"url", `https://{{ target.country }}.example/`},
	{"url", `https://a.example:{{ target.visits }}/`},
	{"url", `https://a.example{{ target.country }}`},
	{"url", `/{{ target.name }}/evil.example`},
	{"url", `/{{ target.name }}{{ target.country }}/evil.example`},

	// Tags.
	{"html", `1 < 2`},
	{"html", `a<b`},
	{"html", `<a href="/x>y</a>`},
	{"html", `<a href="/x" title="a<b">y</a>`},
	{"html", `<a href="/x"title="b">y</a>`},
	{"html", `<a/title="b">y</a>`},
	{"html", `<p =x>y</p>`},
	{"html", `<p (click)="x">y</p>`},
	{"html", "<p title=`x`>y</p>"},
	{"html", `<p title=>y</p>`},
	{"html", `<img width=10/>`},
	{"html", `<p title=`},
	{"html", `a</`},
	{"html", `a</1>`},
	{"html", `<!doctype html>a`},
	{"html", `<![CDATA[x]]>`},
	{"html", `<?php x ?>`},
	{"html", `<!-- x`},
	{"html", `<!--> x -->`},
	{"html", `<!-- <!-- x -->`},
	{"html", `<!-- a --!> x -->`},
	{"html", `<p title="a" title="b">x</p>`},

	// Elements.
	{"html", `<script>alert(1)</script>`},
	{"html", `<style>a{}</style><link rel="stylesheet" href="/x.css"><b>x</b>`},
	{"html", `<iframe src="/x"></iframe>`},
	{"html", `<blikn>x</blikn>`},
	{"html", `<unheardof>x</unheardof>`},
	{"html", `<form action="/x"><input></form>`},
	{"html", `<my-card>x</my-card>`},
	{"html", `<svg><foreignObject><p>x</p></foreignObject></svg>`},
	{"html", `<svg><animate attributeName="href" to="x"/><b>y</b></svg>`},
	{"html", `<p>a<p>b`},
	{"html", `<b><i>x</b></i>`},
	{"html", `x</div>y`},
	{"html", `<br></br>`},
	{"html", `<div/>x`},
	{"html", `<p><div>x</div></p>`},
	{"html", `<a href="/x"><b><a href="/y">z</a></b></a>`},
	{"html", `<tr><td>x</td></tr>`},
	{"html", `<table>x<tr><td>y</td></tr></table>`},
	{"html", `<image src="/x">`},
	{"html", strings.Repeat("<b>", markupMaxDepth+1) + strings.Repeat("</b>", markupMaxDepth+1)},

	// Attributes.
	{"html", `<b onclick="x()">y</b>`},
	{"html", `<img src="/x" OnError=x>`},
	{"render", `<svg onload="x"></svg>`},
	{"html", `<a href="javascript:alert(1)">x</a>`},
	{"html", `<a href="&#106;avascript:alert(1)">x</a>`},
	{"html", `<a href="/&sol;evil.example">x</a>`},
	{"html", `<a href="">x</a>`},
	{"html", `<a href>x</a>`},
	{"html", `<img src="x.jpg">`},
	{"html", `<img srcset="/a.jpg 1x, javascript:b 2x">`},
	{"html", `<img srcset="/a.jpg 1x, ">`},
	{"html", `<b xml:base="/x">y</b>`},
	{"render", `<div data-offer-space="hero">x</div>`},
	{"render", `<div id="i_hero">x</div>`},
	{"html", `<a ping="javascript:x" href="/x">y</a>`},
	{"html", `<blockquote cite="data:x">y</blockquote>`},
	{"html", `<video poster="//evil.example/x.jpg"></video>`},
	{"html", `<table background="javascript:x"><tr><td>y</td></tr></table>`},
	{"html", "<a href=\"java\nscript:x\">y</a>"},
	{"html", `<a href="java&Tab;script:x">y</a>`},
	{"html", `<a href=" javascript:x">y</a>`},
	{"html", `<a href="vbscript:x">y</a>`},
	{"html", `<svg><a xlink:href="javascript:x"><text>y</text></a></svg>`},
	{"html", `<svg><use href="data:image/svg+xml,x"></use></svg>`},
	{"html", `<svg><set attributeName="href" to="javascript:x"></set></svg>`},
	{"html", `<details ontoggle="x()" open>y</details>`},
	{"html", `<object data="/x"></object><embed src="/x">`},
	{"html", `<meta http-equiv="refresh" content="0"><base href="https://evil.example/">`},
	{"html", `<math><mtext>x</mtext></math>`},
	{"html", `<template><b>x</b></template>`},
	{"html", `<noscript><b>x</b></noscript>`},
	{"render", `<form action="javascript:x"><button formaction="data:x">y</button></form>`},

	// Where placeholders may not stand.
	{"render", `<{{ title }}>x</b>`},
	{"render", `<b{{ title }}>x</b>`},
	{"render", `<b>x</{{ title }}>`},
	{"render", `<b {{ title }}>x</b>`},
	{"render", `<b title="a"{{ title }}>x</b>`},
	{"render", `<b da{{ title }}ta="a">x</b>`},
	{"render", `<b {{? teaser }}title="a"{{/}}>x</b>`},
	{"render", `<b title={{ title }}>x</b>`},
	{"render", `<b title=a{{ title }}>x</b>`},
	{"render", `<!-- {{ title }} -->`},
	{"render", `<script>var x = "{{ title }}"</script>{{ title }}`},
	{"render", `<style>a { color: {{ title }} }</style>`},
	{"render", `<textarea>{{ title }}</textarea>`},
	{"render", `<title>{{ title }}</title>`},
	{"render", `<b onclick="x('{{ title }}')">y</b>`},
	{"render", `<b style="color: {{ title }}">y</b>`},
	{"render", `<b x-on="{{ title }}">y</b>`},
	{"render", `<b data-onclick="{{ title }}">y</b>`},
	{"render", `<img srcset="{{ image }} 2x" alt="">`},
	{"render", `<svg><style>{{ title }}</style></svg>`},
	{"render", `<svg><script>{{ title }}</script></svg>`},
	{"render", `<xmp>{{ title }}</xmp>`},
	{"render", `<iframe srcdoc="{{ title }}"></iframe>`},
	{"render", `<b onclick={{ title }}>y</b>`},
	{"render", `<b onclick="{{? teaser }}x(){{/}}">y</b>`},
	{"render", `<my-card on:click="{{ title }}" href="{{ title }}">y</my-card>`},
	{"render", `<a href="{{ target.name }}://evil.example">x</a>`},
	{"render", `<a href="https://{{ target.name }}/">x</a>`},
	{"render", `<a href="{{? teaser }}{{ url }}{{/}}">x</a>`},
	{"render", `<b id="{{ title }}">y</b>`},
	{"render", `<b title="{{ body }}">y</b>`},
	{"render", `<svg><text>{{ body }}</text></svg>`},
	{"render", `<a href="{{ title }}">x</a>`},
	{"render", `<a data-href="{{ title }}">x</a>`},
	{"render", `<a href="{{ url }}?x=1">x</a>`},
	{"render", `<a href="/x/{{ title }}">x</a>`},
	{"render", `<a href="{{ target.name }}">x</a>`},
	{"render", `<a href=" {{ url }}">x</a>`},
	{"render", `<a href="/x{{? teaser }}y{{/}}">x</a>`},
	{"render", `<a href="/x&{{ target.name }};evil.example">x</a>`},
	{"render", `a &{{ title }}; &#x{{ title }} &lt{{? teaser }}b{{/}} &amp;{{ title }}`},
	{"render", `<img src="{{ image }}" alt="">`},
	{"render", `<table>{{ title }}<tr><td>x</td></tr></table>`},
	{"hosted", `<p>x</p>`},
	{"hosted", `a <b>b</b> <a href="/x">y</a>`},
}

// markupRefuse compiles one of the sources above.
func markupRefuse(kind, src string) catalog.Diagnostics {
	l := newMarkupLab("x")
	switch kind {
	case "render":
		l.rendering(src, markupLabFields())
	case "hosted":
		fields := markupLabFields()
		l.rendering(`<div><a href="/"><h2 class="x">{{ body }}</h2></a></div><p>{{ body }}</p>`, fields)
		l.value(fields[4], src)
	case "required":
		l.value(markupField{name: "f", typ: catalog.FieldText, required: true}, src)
	default:
		typ, _ := catalog.ParseFieldType(kind)
		l.value(markupField{name: "f", typ: typ}, src)
	}
	return l.diagnostics
}

func TestMarkupDiagnostics(t *testing.T) {
	var got strings.Builder
	for _, r := range markupRefusals {
		list := markupRefuse(r.kind, r.src)
		if len(list) == 0 {
			t.Errorf("%s %q: nothing reported", r.kind, r.src)
		}
		fmt.Fprintf(&got, "%s %s\n", r.kind, markupShorten(strconv.Quote(r.src)))
		for _, d := range list {
			fmt.Fprintf(&got, "  %d:%d: %s [%s] %s\n", d.Pos.Line, d.Pos.Column, d.Severity, d.Code, d.Message)
			fmt.Fprintf(&got, "    %s\n", d.Hint)
			if d.Related != nil {
				fmt.Fprintf(&got, "    %d:%d: %s\n", d.Related.Pos.Line, d.Related.Pos.Column, d.Related.Message)
			}
			if d.Hint == "" {
				t.Errorf("%s %q: %s has no hint", r.kind, r.src, d.Code)
			}
		}
	}
	const golden = "testdata/markup.golden"
	if *markupUpdate {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("differs from %s; run with -markup-update and look at the difference:\n%s", golden, markupDiffer(string(want), got.String()))
	}
}

func markupShorten(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}

// markupDiffer gives the first lines that differ.
func markupDiffer(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

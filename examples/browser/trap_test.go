//go:build edges

package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/payload"
)

// traps are pages in which a marker of the slot "trap" stands where an offer would
// be something else than content of the page: what users of a site may have
// written into it. MARK stands for a marker.
var traps = []string{
	`<title>MARK</title>`,
	`<title>x</title><textarea>MARK</textarea>`,
	`<script>var x = 'MARK';</script>`,
	`<script>/* MARK */</script>`,
	`<script><!-- MARK
	//--></script>`,
	`<script><!--<script>MARK</script>--></script>`,
	`<script type="application/json">{"x": "MARK"}</script>`,
	`<script type="text/template">MARK</script>`,
	`<style>/* MARK */</style>`,
	`<style><!-- MARK --></style>`,
	`<template>MARK</template>`,
	`<template><div>MARK</div></template>`,
	`<div><template shadowrootmode="open">MARK</template></div>`,
	`<noscript>MARK</noscript>`,
	`<iframe>MARK</iframe>`,
	`<iframe srcdoc='MARK'></iframe>`,
	`<iframe srcdoc="<p>MARK"></iframe>`,
	`<noembed>MARK</noembed>`,
	`<noframes>MARK</noframes>`,
	`<xmp>MARK</xmp>`,
	`<listing title='MARK'></listing>`,
	`<p title='MARK'>x</p>`,
	`<p title="MARK">x</p>`,
	`<p title=MARK>x</p>`,
	`<a href='MARK'>x</a>`,
	`<a href="javascript:'MARK'">x</a>`,
	`<img alt='MARK' src="/i/x.gif">`,
	`<meta name="description" content='MARK'>`,
	`<input type="hidden" value='MARK'>`,
	`<b onclick='x("MARK")'>x</b>`,
	`<b style='MARK'>x</b>`,
	`<!-- MARK -->`,
	`<!--MARK-->`,
	`<!-- -- MARK --!> -->`,
	`<!--[if IE]>MARK<![endif]-->`,
	`<!doctype MARK>`,
	`<?php MARK ?>`,
	`<![CDATA[MARK]]>`,
	`</ MARK>`,
	`</p MARK>`,
	`<svg><title>MARK</title></svg>`,
	`<svg><desc>MARK</desc></svg>`,
	`<svg><style>MARK</style></svg>`,
	`<svg><script>MARK</script></svg>`,
	`<svg><![CDATA[MARK]]></svg>`,
	`<svg><text>MARK</text></svg>`,
	`<svg><foreignObject>MARK</foreignObject></svg>`,
	`<math><mtext>MARK</mtext></math>`,
	`<math><annotation-xml encoding="text/html">MARK</annotation-xml></math>`,
	`<select><option>MARK</option></select>`,
	`<select>MARK</select>`,
	`<object><param name="x" value='MARK'></object>`,
	`<p x="><i y='MARK'>x</p>`,
	`<script>x = "</scr" + "MARK"</script>`,
	`<textarea></textarea x><textarea>MARK</textarea>`,
	`<title></titlex>MARK</title>`,
	`<plaintext>MARK`,
	`<!-- MARK`,
	`<script>MARK`,
	`<textarea>MARK`,
	`<p title="MARK`,
	`<template>MARK`,
	`<svg><style>MARK`,
}

// planted are the markers, in each form and in quotes that may end an attribute.
var planted = []string{
	`<div data-offer-space="trap">x</div>`, `<div data-offer-space='trap'>x</div>`, `<DIV id=i_trap>x</DIV>`,
	`<!-- offer:trap -->x<!-- /offer -->`, ` data-offer-space=trap `,
}

// each is how many of the forms a trap is tried with, one more apart for the next.
const each = 3

// trap is a page with one, between two real slots.
func trap(i int) string {
	page := strings.ReplaceAll(traps[i/each], "MARK", planted[(i/each+i%each)%len(planted)])
	return `<!doctype html><html lang="en"><link rel="icon" href="data:,">` +
		`<div class="around"><div data-offer-space="real">own</div></div>` + page + `<p>after</p><div data-offer-space="late">own</div>`
}

// TestTraps plants markers of a slot where no offer may come, loads each page by
// the proxy and from its origin, and compares the trees that Chromium builds: they
// are the same but for the content of real slots, and the trap is never filled.
func TestTraps(t *testing.T) {
	c := startChromium(t)
	var catalog strings.Builder
	catalog.WriteString("catalog: traps\nconsent: assumed\ndefault_weight: 1\nenvironments:\n  visitors:\n    kind: anonymous\n" +
		"    pages: [{match: /*, slots: [trap, real, late]}]\n    spaces:\n")
	var offers strings.Builder
	for _, space := range []string{"trap", "real", "late"} {
		fmt.Fprintf(&catalog, "      %s: {channel: web, store: false, fields: {f: text}, render: {html: '<b class=\"offer\" title=\"{{ f }}\">offer {{ f }}</b>'}}\n", space)
		fmt.Fprintf(&offers, "          %s: {content: {%[1]s: {f: %s}}}\n", space, payload.Quote(`'"--></title></textarea></script></style></template><script>`+payload.Run+`</script>`))
	}
	catalog.WriteString("    categories:\n      all:\n        offers:\n" + offers.String())
	s := serve(t, pictures(func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, trap(i))
	}), written(t, catalog.String()), newKeys(t))
	p := c.open(t, "traps", s.base, nil)
	// A tab of its own for the origin: Chromium starts a process for each page of
	// another site than the one before.
	plain := p.another("traps without offers")
	filled := 0
	for i := range len(traps) * each {
		filled += p.trapped(plain, s.origin, i)
		if t.Failed() {
			return
		}
	}
	if filled < len(traps)*each {
		t.Errorf("of %d pages %d have a real slot with an offer", len(traps)*each, filled)
	}
}

// trapped compares one page of traps with itself as it comes from its origin, and
// gives how many offers it has in real slots.
func (p *tab) trapped(own *tab, origin string, i int) (offers int) {
	p.Helper()
	// A tree, with real slots emptied; and how many of them had an offer.
	const tree = `(() => {
		let offers = 0;
		for (const slot of document.querySelectorAll("[data-offer-space=real], [data-offer-space=late]")) {
			if (slot.closest("svg, math, template, select") || slot.namespaceURI !== document.documentElement.namespaceURI) continue;
			offers += slot.querySelectorAll("b.offer").length;
			slot.textContent = "";
		}
		return {offers, tree: new XMLSerializer().serializeToString(document), html: document.documentElement.outerHTML, ran: "__xss" in self};
	})()`
	type built struct {
		Offers     int
		Tree, HTML string
		Ran        bool
	}
	var plain, by built
	var before, n notes
	own.do("goto", object{"url": fmt.Sprintf("%s/%d", origin, i)}, nil)
	own.eval(tree, &plain)
	own.do("notes", nil, &before)
	p.do("goto", object{"url": fmt.Sprintf("%s/%d", p.base, i)}, nil)
	p.eval(tree, &by)
	p.do("notes", nil, &n)
	if by.HTML != plain.HTML || by.Tree != plain.Tree {
		p.Errorf("%s\nbecomes\n%s\nnot\n%s", trap(i), by.Tree, plain.Tree)
	}
	if by.Ran || plain.Offers > 0 || strings.Contains(by.HTML, "offer '") || len(n.Dialogs) > 0 || !slices.Equal(n.Errors, before.Errors) {
		p.Errorf("%s: ran %v, %d offers at the origin, dialogs %q, errors %q, without offers %q", trap(i), by.Ran, plain.Offers, n.Dialogs, n.Errors, before.Errors)
	}
	return by.Offers
}

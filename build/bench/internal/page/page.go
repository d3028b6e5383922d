package page

import (
	"bytes"
	"fmt"
)

// behind are the parts of a page behind which its slots stand.
var behind = [3]float64{0.25, 0.50, 0.78}

// Own is the page's own text in a slot.
func Own(slot string) string { return "our own words about " + slot }

const slotMarkup = `<section class="promo"><div data-offer-space="%s" class="offer-place"><a href="/sale"><img src="/i/sale.jpg" alt=""><p>%s</p></a></div></section>`

// assemble repeats block until the page has about size bytes.
func assemble(size int, head string, block func(*bytes.Buffer, int), slots []string) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	next := 0
	for i := 0; b.Len() < size; i++ {
		if next < len(slots) && float64(b.Len()) > behind[next]*float64(size) {
			fmt.Fprintf(&b, slotMarkup, slots[next], Own(slots[next]))
			next++
		}
		block(&b, i)
	}
	b.WriteString("</main></body></html>\n")
	return b.Bytes()
}

// Shop is a page as shops make it, of at least size bytes, with up to three
// slots: cards, JSON in attributes, icons, scripts and styles.
func Shop(size int, slots ...string) []byte { return assemble(size, shopHead, shopBlock, slots) }

// Docs is a page as documentation tools make it, of many small elements around
// few letters.
func Docs(size int, slots ...string) []byte { return assemble(size, docsHead, docsBlock, slots) }

const shopHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Lamps & chairs</title>
<link rel="stylesheet" href="/static/site.81c0.css"><meta name="viewport" content="width=device-width, initial-scale=1">
</head><body class="listing"><main id="list">
`

func shopBlock(b *bytes.Buffer, i int) {
	price := 20 + i*37%180
	fmt.Fprintf(b, `
<article class="tile tile--wide" id="tile-%d" data-item='{"id":%d,"name":"Lamp > chair","price":%d.5,"tags":["new","oak"]}'>
  <a class="tile__link" href="/item/%d-oak-lamp?shade=linen&amp;height=120" title="Oak lamp">
    <img loading="lazy" alt="Oak lamp with a linen shade" width="320" height="400" src="/i/%d_320.jpg" srcset="/i/%d_320.jpg 320w, /i/%d_640.jpg 640w, /i/%d_960.jpg 960w" sizes="(min-width: 60em) 25vw, 50vw">
    <h3 class="tile__name">Oak lamp %d</h3>
  </a>
  <p class="tile__text">A lamp for long evenings and for early mornings, whose light is warm and reaches the whole table. Made of <em>solid</em> oak, with a <b>linen</b> shade.</p>
  <ul class="tile__facts"><li>Oak</li><li>60 to 120 cm</li><li>2 <abbr title="kilograms">kg</abbr></li></ul>
  <span class="price"><s>%d,50 €</s> <strong>%d,50 €</strong></span>
  <button type="button" class="buy" aria-label="Into the basket" onclick="basket.add(%d, this.value > 0)">
    <svg class="icon" viewBox="0 0 24 24"><title>Basket</title><path d="M4 9h16l-2 11H6zM8 9l4-6 4 6"/><use href="#basket"/></svg><span>Buy</span></button>
</article>`, i, i, price, i, i, i, i, i, i, price+20, price, i)
	if i%2 == 0 {
		fmt.Fprintf(b, `
<script>
(function (shop, tiles) {
  for (var i = 0; i < tiles.length && i <= %d; i++) {
    var node = document.getElementById('tile-' + tiles[i].id), name = node && node.querySelector('.tile__name');
    if (!node || node.dataset.counted === '1') { continue; }
    shop.events.push({ kind: 'impression', list: 'lamps', position: i, tile: tiles[i], name: name ? name.textContent : '' });
    node.innerHTML += '<div class="counted"><\/div>';
  }
  var sum = tiles.reduce(function (total, tile) { return total + tile.price; }, 0);
  if (sum > 100 && tiles.length < 20) { shop.events.push({ kind: 'hint', value: sum, text: shop.money(sum, 'EUR') }); }
  shop.later(function () { shop.observe && shop.observe(tiles, { threshold: 0.5, margin: '10%%' }); });
})(window.shop, [{ id: %d, price: %d.5, stock: true }, { id: %d, price: 49.5, stock: false }]);
</script>
`, 3+i%40, i, price, i+1)
	}
	if i%3 == 0 {
		fmt.Fprintf(b, `
<style>
.tile--%d { display: grid; grid-template-columns: 1fr 2fr; background: #%06x; border-radius: 4px }
.tile--%d > .tile__name, .tile--%d > p { margin: 0 0 .5rem; font: 600 1rem/1.4 var(--face) }
@media (min-width: 60em) { .tile--%d { grid-template-columns: repeat(4, minmax(0, 1fr)) } }
</style>
<!-- row %d: drawn by list > grid -->
`, i, i*7919%(1<<24), i, i, i, i)
	}
}

const docsHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>module</title><link rel="stylesheet" href="_static/colours.css"></head>
<body><main class="body" role="main">
`

func docsBlock(b *bytes.Buffer, i int) {
	fmt.Fprintf(b, `
<dl class="py function">
<dt class="sig" id="files.f%d"><span class="module"><span class="pre">files.</span></span><span class="name"><span class="pre">lock%d</span></span><span class="paren">(</span><em class="param"><span class="n"><span class="pre">path</span></span></em>, <em class="param"><span class="n"><span class="pre">mode</span></span><span class="o"><span class="pre">=</span></span><span class="value"><span class="pre">%d</span></span></em><span class="paren">)</span><a class="link" href="#files.f%d" title="Link here">¶</a></dt>
<dd><p>Lock the file <em class="py obj">path</em> in a way that depends on <code class="literal"><span class="pre">mode</span></code>, and wait until nobody else holds it. The lock ends with the process; see <a class="internal" href="#files.f%d" title="files.lock"><code class="py func literal"><span class="pre">lock()</span></code></a>.</p>
<p>What modes there are depends on the system; their names are in the <a class="internal" href="#module-files"><span class="ref">files</span></a> module.</p>
<div class="source"><div class="lines"><pre><span></span><span class="kn">import</span> <span class="nn">files</span>
<span class="n">held</span> <span class="o">=</span> <span class="n">files</span><span class="o">.</span><span class="n">lock</span><span class="p">(</span><span class="s1">&#39;f%d&#39;</span><span class="p">,</span> <span class="mi">%d</span><span class="p">)</span>
</pre></div></div>
</dd></dl>`, i, i, i%8, i, max(i-1, 0), i, i%5)
}

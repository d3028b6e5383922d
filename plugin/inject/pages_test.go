package inject_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// slotAt are the parts of a page behind which its slots stand.
var slotAt = [3]float64{0.25, 0.50, 0.78}

const slotMarkup = `<section class="promo"><div data-offer-space="%s" class="offer"><a href="/sale"><img src="/i/fallback.jpg" alt=""><p>Our <b>summer</b> sale</p></a></div></section>`

// page repeats block until the page has about size bytes, with the named slots
// at slotAt.
func page(size int, head string, block func(*bytes.Buffer, *rand.Rand, int), slots ...string) []byte {
	r := rand.New(rand.NewPCG(1, uint64(size)))
	var b bytes.Buffer
	b.WriteString(head)
	for i := 0; b.Len() < size; i++ {
		for n, name := range slots {
			if name != "" && float64(b.Len()) > slotAt[n]*float64(size) {
				fmt.Fprintf(&b, slotMarkup, name)
				slots[n] = ""
			}
		}
		block(&b, r, i)
	}
	b.WriteString("</main></body></html>\n")
	return b.Bytes()
}

// shopPage is a page as shops make it: cards with images in many sizes, JSON in
// attributes, icons, inline scripts and styles. About 45 bytes for each '<'.
func shopPage(size int, slots ...string) []byte {
	return page(size, shopHead, shopBlock, slots...)
}

const shopHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Boots & shoes</title>
<link rel="stylesheet" href="/static/app.4f2e.css"><meta name="viewport" content="width=device-width, initial-scale=1">
</head><body class="page page--list"><main id="content">
`

func shopBlock(b *bytes.Buffer, r *rand.Rand, i int) {
	fmt.Fprintf(b, `
<article class="card card--product" id="item-%d" data-product='{"id":%d,"name":"Boot > shoe","price":{"amount":%d.95,"currency":"EUR"},"tags":["new","sale"]}'>
  <a class="card__link" href="/p/%d-leather-boot?color=brown&amp;size=42" title="Leather boot">
    <img loading="lazy" alt="Leather boot, brown" width="320" height="400" src="/i/%d_320.jpg" srcset="/i/%d_320.jpg 320w, /i/%d_640.jpg 640w, /i/%d_960.jpg 960w" sizes="(min-width: 60em) 25vw, 50vw">
    <h3 class="card__title">Leather boot %d</h3>
  </a>
  <p class="card__text">A boot for every day and for the weekend, in all weathers and on all grounds. Made of <em>full-grain</em> leather, with a <b>cork</b> sole.</p>
  <ul class="card__facts"><li>Brown</li><li>Sizes 38 to 46</li><li>2 <abbr title="kilograms">kg</abbr></li></ul>
  <span class="price"><span class="price__old">%d,95 €</span> <strong>%d,95 €</strong></span>
  <button type="button" class="btn btn--cart" aria-label="Add to cart" onclick="cart.add(%d, this.value > 0)">
    <svg class="icon" viewBox="0 0 24 24"><title>Cart</title><path d="M7 18a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm10 0a2 2 0 1 0 0 4"/><use href="#cart"/></svg><span>Add</span></button>
</article>`, i, i, r.IntN(200), i, i, i, i, i, i, r.IntN(200), r.IntN(100), i)
	if i%2 == 0 {
		fmt.Fprintf(b, `
<script>
window.dataLayer = window.dataLayer || [];
(function (w, items) {
  for (var i = 0; i < items.length && i <= %d; i++) {
    var el = document.getElementById('item-' + items[i].id), t = el && el.querySelector('.card__title');
    if (!el || el.dataset.done === '1') { continue; }
    w.dataLayer.push({ event: 'impression', list: 'category', position: i, item: items[i], title: t ? t.textContent : '' });
    el.innerHTML += '<div class="seen"><\/div>';
  }
  function format(amount, currency) { return new Intl.NumberFormat(w.lang || 'en', { style: 'currency', currency: currency }).format(amount); }
  var total = items.reduce(function (sum, item) { return sum + item.price; }, 0), label = format(total, 'EUR');
  if (total > 100 && label.length < 20) { w.dataLayer.push({ event: 'basket_hint', value: total, label: label }); }
  w.requestAnimationFrame(function () { w.shop && w.shop.observe(items, { threshold: 0.5, margin: '10%%' }); });
})(window, [{ id: %d, price: %d.95, stock: true }, { id: %d, price: 49.95, stock: false }]);
</script>
`, r.IntN(50), i, r.IntN(200), i+1)
	}
	if i%3 == 0 {
		fmt.Fprintf(b, `
<style>
.card--%d { display: grid; grid-template-columns: 1fr 2fr; background: #%06x; border-radius: 4px }
.card--%d > .card__title, .card--%d > p { margin: 0 0 .5rem; font: 600 1rem/1.4 var(--font) }
@media (min-width: 60em) { .card--%d { grid-template-columns: repeat(4, minmax(0, 1fr)) } }
</style>
<!-- row %d: rendered by list-tile > grid -->
`, i, r.IntN(1<<24), i, i, i, i)
	}
}

// docsPage is a page as documentation tools make it: many small elements around
// few letters. About 22 bytes for each '<'.
func docsPage(size int, slots ...string) []byte {
	return page(size, docsHead, docsBlock, slots...)
}

const docsHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>library</title><link rel="stylesheet" href="_static/pygments.css"></head>
<body><main class="body" role="main">
`

func docsBlock(b *bytes.Buffer, r *rand.Rand, i int) {
	fmt.Fprintf(b, `
<dl class="py function">
<dt class="sig sig-object py" id="os.f%d"><span class="sig-prename descclassname"><span class="pre">os.</span></span><span class="sig-name descname"><span class="pre">open%d</span></span><span class="sig-paren">(</span><em class="sig-param"><span class="n"><span class="pre">path</span></span></em>, <em class="sig-param"><span class="n"><span class="pre">flags</span></span><span class="o"><span class="pre">=</span></span><span class="default_value"><span class="pre">%d</span></span></em><span class="sig-paren">)</span><a class="headerlink" href="#os.f%d" title="Link to this definition">¶</a></dt>
<dd><p>Open the file <em class="xref py py-obj">path</em> and set various flags according to <code class="docutils literal notranslate"><span class="pre">flags</span></code> and possibly its mode according to mode. When computing it, the current umask value is first masked out. Return the file descriptor for the newly opened file. The new file descriptor is non-inheritable; see <a class="reference internal" href="#os.f%d" title="os.open"><code class="xref py py-func docutils literal notranslate"><span class="pre">open()</span></code></a>.</p>
<p>For a description of the flag and mode values, see the C run-time documentation; flag constants are defined in the <a class="reference internal" href="#module-os"><span class="std std-ref">os</span></a> module. In particular, on Windows adding a flag is needed to open files in binary mode.</p>
<div class="highlight-python3 notranslate"><div class="highlight"><pre><span></span><span class="kn">import</span> <span class="nn">os</span>
<span class="n">fd</span> <span class="o">=</span> <span class="n">os</span><span class="o">.</span><span class="n">open</span><span class="p">(</span><span class="s1">&#39;f%d&#39;</span><span class="p">,</span> <span class="mi">%d</span><span class="p">)</span>
</pre></div></div>
</dd></dl>`, i, i, r.IntN(8), i, max(i-1, 0), i, r.IntN(8))
}

package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// BenchmarkBuild builds a catalog of 10,000 offers: reading it, and compiling
// it. An offer has three conditions, two weights with dates, and content for
// two spaces of four fields.
func BenchmarkBuild(b *testing.B) {
	files := []catalog.File{{Name: "big.yaml", Text: manyOffers(10_000)}}
	c, diags := author.Parse(files)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(files[0].Text)))
		for b.Loop() {
			author.Parse(files)
		}
	})
	b.Run("compile", func(b *testing.B) {
		size := 0
		for b.Loop() {
			out, diags := compile.Compile(c)
			if diags.HasErrors() {
				b.Fatal(diags)
			}
			size = len(out)
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/catalog")
		b.ReportMetric(float64(size)/10_000, "B/offer")
	})
}

// BenchmarkRules compiles the same offers with ten rules that look at each.
func BenchmarkRules(b *testing.B) {
	c, diags := author.Parse([]catalog.File{{Name: "big.yaml", Text: manyOffers(10_000)}})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	e := c.Environments[0]
	e.Filters = []catalog.NamedFilter{{Name: word("low"), Expr: word(`offer.code < "offer-5"`)}}
	for i := range 10 {
		c.Rules = append(c.Rules, &catalog.Rule{
			Name: word("r%d", i), Active: true, Quantity: 1, Calendar: catalog.CalendarDay,
			AppliesTo: word(`offer.category == "category-%d" || "sale" in offer.themes || low`, i),
		})
		e.Typology = append(e.Typology, word("r%d", i))
	}
	for b.Loop() {
		if _, diags := compile.Compile(c); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/catalog")
}

func manyOffers(n int) []byte {
	var s strings.Builder
	s.WriteString(`catalog: big
zone: Europe/Paris
environments:
  visitors:
    kind: anonymous
    target: {country: string, visits: int, known: bool}
    spaces:
`)
	for _, space := range []string{"hero", "side"} {
		fmt.Fprintf(&s, `      %s:
        channel: web
        fields: {title: {type: text, required: true}, text: text, url: {type: url, required: true}, image: image}
        render: {html: '<a href="{{ url }}">{{? image }}<img src="{{ image }}" alt="">{{/}}{{ title }}</a>{{? text }}<p>{{ text }}</p>{{/}}'}
`, space)
	}
	s.WriteString("    categories:\n")
	for i := range n {
		if i%100 == 0 {
			fmt.Fprintf(&s, "      category-%d:\n        multiplier: {value: 1.%d, from: 2026-02-01, to: 2026-02-15T00:00}\n        offers:\n", i/100, i/100%9+1)
		}
		fmt.Fprintf(&s, `          offer-%d:
            label: Offer number %d
            from: 2026-01-%02dT00:00
            filter: 'target.country in ["FR", "DE", "C%d"] && target.visits >= %d && !target.known'
            weights: [{value: %d}, {value: %d, from: 2026-06-01T00:00, to: 2026-07-01T00:00}]
            content:
              hero: {title: 'Offer %d for {{ target.country }}', text: A text of about one line that says what there is to see., url: /offers/%d, image: /img/%d.jpg}
              side: {title: 'Offer %d', url: /offers/%d}
`, i, i, i%28+1, i%50, i%7, i%10+1, i%20+1, i, i, i, i, i)
	}
	return []byte(s.String())
}

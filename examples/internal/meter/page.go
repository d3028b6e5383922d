package meter

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// offers is how many there are to choose from.
const offers = 100

// Host is the site's.
const Host = "shop.example"

// Path is the page's.
const Path = "/"

// Slots are the names of what the page has to be filled.
var Slots = []string{"hero", "side"}

// Catalog is the catalog that lists the page.
func Catalog() string {
	var b strings.Builder
	b.WriteString(`catalog: meter
consent: assumed
sites: {"*": visitors}
rules:
  twice: {applies_to: 'offer.code == "o7"', period: 10d, quantity: 2, counted: self}
environments:
  visitors:
    kind: anonymous
    typology: [twice]
    target: {visits: {type: int, default: 0}}
    pages: [{match: /, slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a class="offer" href="{{ url }}">{{ title }}</a>'}
      side:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<p class="offer"><a href="{{ url }}">{{ title }}</a></p>'}
    categories:
      all:
        offers:
`)
	for n := range offers {
		filter := ""
		if n%3 == 0 {
			filter = fmt.Sprintf(", filter: 'target.visits %% %d == 0'", 2+n%7)
		}
		fmt.Fprintf(&b, `          o%d:
            weights: [{value: %d%s}]
            content:
              hero: {title: 'Offer %d', url: '/o/%d'}
              side: {title: 'Aside %d', url: '/o/%d'}
`, n, 1+n%9, filter, n, n, n, n)
	}
	return b.String()
}

// Snapshot is the catalog, compiled.
func Snapshot(t testing.TB) []byte {
	t.Helper()
	c, found := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(Catalog())}})
	if found.HasErrors() {
		t.Fatal(found)
	}
	b, found := compile.Compile(c)
	if found.HasErrors() {
		t.Fatal(found)
	}
	return b
}

// pageSize is about how long the page is.
const pageSize = 20 << 10

// Page is the page with its slots as an edge has them marked, or filled.
func Page(slot func(name string) string) string {
	const line = `<li class="item"><a href="/p/1">A thing to buy</a> for <b>12</b></li>` + "\n"
	list := strings.Repeat(line, pageSize/2/len(line))
	return "<!doctype html><title>Shop</title>\n" + slot(Slots[0]) + "\n<ul>" + list + "</ul>\n" + slot(Slots[1]) + "\n<ul>" + list + "</ul>\n"
}

// Element marks a slot as most edges have it.
func Element(name string) string { return `<div data-offer-space="` + name + `">own</div>` }

// Own is a slot where nothing is marked.
func Own(string) string { return "<div>own</div>" }

// Filled says what a page lacks of its offers.
func Filled(page string) error {
	for _, text := range []string{">Offer ", ">Aside "} {
		if !strings.Contains(page, text) {
			return fmt.Errorf("a page without %q", text)
		}
	}
	return nil
}

// Empty says that a page has offers.
func Empty(page string) error {
	if strings.Contains(page, ">Offer ") || strings.Contains(page, ">Aside ") || len(page) < pageSize/2 {
		return errors.New("not the page without offers")
	}
	return nil
}

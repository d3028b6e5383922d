//go:build edges

package cloudflare_test

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
)

const catalogue = `catalog: shop
zone: Europe/Paris
language: en
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    pages: [{match: "/", slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a href="{{ url }}">{{ title }}</a>'}
      side:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<p>{{ title }}</p>'}
    categories:
      all:
        offers:
          beach:
            weights: 5
            content: {hero: {title: Beach week, url: /beach}}
          lake:
            weights: 3
            content: {side: {title: Boats}}
`

// shop is a snapshot with a page of two slots.
func shop(t *testing.T) []byte {
	t.Helper()
	return compiled(t, catalogue)
}

func compiled(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

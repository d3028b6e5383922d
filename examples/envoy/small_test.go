package envoy_test

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// small is a catalog with one offer for one page.
const small = `catalog: small
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: an offer}}}}}}
`

// known is a catalog whose customers have an offer each that names them.
const known = `catalog: known
consent: assumed
people: [main]
environments:
  customers:
    kind: identified
    people: main
    target: {tier: {type: string, default: none}}
    pages: [{match: /, slots: [hero]}]
    spaces:
      hero:
        channel: web
        fields: {t: text}
        render: {html: '<b>{{ t }}</b>'}
        identification: {implicit: true}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: 'for {{ target.tier }}'}}}}}}
`

const (
	slotted = `<!doctype html><p data-offer-space="hero">own</p>`
	filled  = `<!doctype html><p data-offer-space="hero"><b>an offer</b></p>`
)

func compile(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keyed are settings with a cookie key and nothing pagecase.Time.
func keyed() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: seal.TestKeyID, Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	return abi.AppendConfig(nil, c)
}

func ask(path string, more ...[2]string) fields {
	return append(fields{{":authority", "shop.example"}, {":path", path}, {":method", "GET"}, {":scheme", "https"}}, more...)
}

func html() fields { return fields{{":status", "200"}, {"content-type", "text/html; charset=utf-8"}} }

// page gets the page of small, in parts.
func (h *host) page(parts ...string) *exchange {
	h.Helper()
	var body [][]byte
	for _, p := range parts {
		body = append(body, []byte(p))
	}
	return h.open(ask("/"), nil, html(), body...)
}

// served demands what a page's body has become.
func (h *host) served(e *exchange, want string) {
	h.Helper()
	if !e.done || string(e.out) != want {
		h.Errorf("the page comes as %.200q, %v, want %.200q; the log has %q", e.out, e.done, want, h.logs)
	}
}

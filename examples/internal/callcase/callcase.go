package callcase

import (
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// site is the host of the calls.
const site = "shop.example"

// offers has something of everything that an answer to a call can hold.
const offers = `catalog: calls
consent: assumed
language: en
rules: {once: {period: 1d, quantity: 2, counted: self}}
sites:
  shop.example: visitors
  asking.example: {environment: visitors, consent: {cookie: consent, value: "yes"}}
environments:
  visitors:
    kind: anonymous
    typology: [once]
    target: {visits: {type: int, default: 0}}
    attributes: {basket: double, tags: list(string), member: bool}
    pages: [{match: "/page", slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        track: true
        fields: {title: {type: text, required: true}, url: {type: url, required: true}, price: number, new: bool}
        render:
          html: '<a href="{{ url }}">{{ title }}</a>'
          json: '{"t": {{ title }}, "u": {{ url }}}'
          text: '{{ title }}'
        store: {visitor: {visits: 'target.visits + (interaction.new_visit ? 1 : 0)'}}
      side: {channel: web, fields: {title: {type: text, required: true}}, fallback_offer: house}
    categories:
      all:
        offers:
          gold: {filter: interaction.basket > 100.0, weights: 20, content: {hero: {title: gold, url: /gold, price: 1.5}}}
          tagged: {filter: '"a" in interaction.tags && interaction.member', weights: 18, content: {hero: {title: tagged, url: "/t?a=b&c=d"}}}
          sale: {filter: 'request.path == "/sale" && request.query.a == "b"', weights: 15, content: {hero: {title: sale, url: /sale, price: 0.0000001}}}
          beach:
            weights: 9
            content: {hero: {title: "Beach & \"sun\"\t<é>\u2028", url: /beach, price: 1e21, new: true}}
            translations: {fr: {hero: {title: Plage}}}
          hill: {weights: 8, content: {hero: {title: hill, url: "https://hill.example/", price: -3}}}
          house: {content: {side: {title: House}}}
`

// Edge is an edge that serves a catalog with settings.
type Edge struct {
	Send  func(request string) pagecase.Response
	Lines func() []string // event lines that it has told since it was asked; nil: it tells none
}

// Run sends calls of the decide API to an edge, and what follows from their
// answers: status, header, body and event lines must be those of host/proxy, byte
// for byte. start starts an edge.
func Run(t *testing.T, start func(t *testing.T, settings, snapshot []byte) Edge) {
	t.Helper()
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(offers)}})
	if err != nil {
		t.Fatal(err)
	}
	for name, cors := range map[string]*proxy.CORS{
		"one host": nil, "other origins": {Origins: []string{"https://app.example", "http://localhost:3000"}, MaxAge: time.Minute},
		"other origins with cookies": {Origins: []string{"https://app.example"}, Credentials: true},
	} {
		t.Run(name, func(t *testing.T) {
			settings, config := settingsFor(t, cors)
			c := &calling{T: t, host: reference(t, snapshot, config), edge: start(t, settings, snapshot), jar: map[string]string{}}
			if cors == nil {
				c.all()
				c.session()
			}
			c.origins()
		})
	}
}

// settingsFor are an edge's settings, and the host's.
func settingsFor(t *testing.T, cors *proxy.CORS) ([]byte, proxy.Config) {
	t.Helper()
	c, _, text := abi.DecodeConfig(pagecase.Settings())
	if c == nil {
		t.Fatalf("settings: %s", text)
	}
	if cors == nil {
		return abi.AppendConfig(nil, c), proxy.Config{}
	}
	c.CORS = abi.CORS{Origins: cors.Origins, Credentials: cors.Credentials, MaxAge: int(cors.MaxAge.Seconds())}
	return abi.AppendConfig(nil, c), proxy.Config{CORS: *cors}
}

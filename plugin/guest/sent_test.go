package guest_test

import (
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// TestSentHeaders: expressions read what a browser sends. Of what the
// configuration names they read nothing that says who somebody is, and a country
// from a peer alone.
func TestSentHeaders(t *testing.T) {
	c := testConfig()
	c.IdentityHeader = "x-token"
	g := ready(t, c, build(t, `
catalog: x
environments:
  visitors: {kind: anonymous, spaces: {v: {channel: web, fields: {t: text}}},
    categories: {all: {offers: {v: {weights: 1, content: {v: {t: '{{ request.query.q }}{{ request.header["x-own"] }}{{ request.header["x-country"] }}{{ request.header["x-token"] }}{{ request.header["x-person"] }}'}}}}}}}
`))
	ask := func(flags abi.Flags) *abi.Request {
		r := asks(request(g), "v")
		r.Flags |= flags
		r.Query = []byte("p=0&q=%31")
		for _, h := range [][2]string{{"x-own", "2"}, {"x-country", "FR"}, {"x-token", token(t, "main", "anna")}, {"x-person", "paul"}} {
			r = header(r, h[0], h[1])
		}
		return r
	}
	if got := text(&answer(t, g, ask(0)).Slots[0]); got != "12" {
		t.Errorf("of a stranger: %q", got)
	}
	if got := text(&answer(t, g, ask(abi.FlagPeer)).Slots[0]); got != "12FR" {
		t.Errorf("of a peer: %q", got)
	}
}

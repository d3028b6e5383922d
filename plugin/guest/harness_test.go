package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
)

// noon is the time of most requests, in milliseconds: 2026-07-10T12:00:00Z.
const noon = 1783684800000

// shop is the catalog of most tests: a site whose pages are listed, customers
// that fall back on visitors, and something of everything that an answer holds.
const shop = `
catalog: shop
zone: Europe/Paris
consent: assumed
people: [main]
sites: {"*": customers}
environments:
  customers:
    kind: identified
    people: main
    target: {tier: {type: string, default: none}, pages: {type: int, default: 0}}
    attributes: {basket: double}
    pages: [{match: "/", slots: [hero, hero_2, side]}, {match: "/travel/**", slots: [side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a href="{{ url }}">{{ title }}</a>'}
        identification: {implicit: true, fallback: visitors/hero}
        store: {visitor: {pages: target.pages + 1}}
      side: {channel: web, fields: {title: text}, identification: {implicit: true, fallback: visitors/side}}
    categories:
      all:
        offers:
          gold: {weights: [{value: 9, filter: target.tier == "gold"}], content: {hero: {title: 'Gold {{ target.tier }}', url: /gold}}}
          plain: {weights: 2, content: {hero: {title: Plain, url: '/p?b={{ interaction.basket }}'}, side: {title: Plain}}}
          last: {weights: 1, content: {hero: {title: Last}, side: {title: Last}}}
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}, country: string, note: string}
    attributes: {note: string}
    offer_attributes: {margin: double}
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a href="{{ url }}">{{ title }}</a>', json: '{"title": {{ title }}, "url": {{ url }}}'}
        store: {visitor: {visits: 'target.visits + (interaction.new_visit ? 1 : 0)', country: request.country, note: interaction.note}}
      side: {channel: web, fields: {title: text}, fallback_offer: house, store: {on_proposition: interested}}
    categories:
      all:
        filter: offer.margin > 0.5
        offers:
          first: {weights: [{value: 5, filter: target.visits == 0}], attributes: {margin: 1}, content: {hero: {title: Welcome, url: /first}}}
          again: {weights: 3, attributes: {margin: 1}, content: {hero: {title: 'Visit {{ target.visits }}', url: '/v?n={{ target.visits }}'}}}
          house: {content: {side: {title: House}}}
`

// build compiles a catalog.
func build(t testing.TB, text string) []byte {
	t.Helper()
	files := []catalog.File{{Name: "catalog.yaml", Text: []byte(text)}}
	c, diagnostics := author.Parse(files)
	var b []byte
	if !diagnostics.HasErrors() {
		var more catalog.Diagnostics
		b, more = compile.Compile(c)
		diagnostics = append(diagnostics, more...)
	}
	if diagnostics.HasErrors() {
		var message bytes.Buffer
		if err := author.Write(&message, files, diagnostics); err != nil {
			t.Fatal(err)
		}
		t.Fatal(message.String())
	}
	return b
}

// testConfig is a configuration with the published test key for every use.
func testConfig() *abi.Config {
	c := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		c.Keys = append(c.Keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	c.CountryHeader, c.PersonHeader = "x-country", "x-person"
	return c
}

// key is a key of a service.
func key(id uint8, use string, primary bool) abi.Key {
	k := abi.Key{ID: id, Use: use, Primary: primary}
	for i := range k.Secret {
		k.Secret[i] = id + byte(i)
	}
	return k
}

// ready is a guest with a configuration and a snapshot.
func ready(t testing.TB, c *abi.Config, snapshot []byte) *guest.Guest {
	t.Helper()
	g := guest.New()
	if status, text := g.Configure(abi.AppendConfig(nil, c)); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Verify(snapshot); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Load(snapshot); status != abi.StatusOK {
		t.Fatal(text)
	}
	return g
}

// request is a page request to a guest's snapshot that wants everything, with
// consent.
func request(g *guest.Guest) *abi.Request {
	r := &abi.Request{
		Kind: abi.KindPage, Snapshot: g.View().Hash(), Time: noon, Seed: 1, Entropy: bytes.Repeat([]byte{7}, abi.EntropySize),
		Flags: abi.FlagConsentGiven, Want: abi.WantHTML | abi.WantContent | abi.WantPropositions | abi.WantJSON,
		Host: []byte("www.shop.example"), Path: []byte("/"),
	}
	return r
}

// asks makes a request ask for slots by name, "space" or "environment/space".
func asks(r *abi.Request, names ...string) *abi.Request {
	r.Mode, r.HasSlots = abi.SlotsAsked, true
	for _, name := range names {
		s := abi.Slot{N: 1, Held: abi.HeldYes, Space: []byte(name)}
		if env, space, ok := strings.Cut(name, "/"); ok {
			s.Environment, s.Space = []byte(env), []byte(space)
		}
		r.Slots = append(r.Slots, s)
	}
	return r
}

func header(r *abi.Request, name, value string) *abi.Request {
	r.Headers = append(r.Headers, abi.Header{Name: []byte(name), Value: []byte(value)})
	return r
}

// send sends a request and decodes the response.
func send(t testing.TB, g *guest.Guest, r *abi.Request) *abi.Response {
	t.Helper()
	out, err := abi.DecodeResponse(g.Handle(nil, abi.AppendRequest(nil, r)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// answer sends a request that must be answered, with an empty record if one is
// needed.
func answer(t testing.TB, g *guest.Guest, r *abi.Request) *abi.Answer {
	t.Helper()
	out := send(t, g, r)
	if out.Status == abi.StatusNeed {
		r.HasRecord = true
		out = send(t, g, r)
	}
	if out.Status != abi.StatusOK {
		t.Fatalf("%s: %s", out.Status, out.Text)
	}
	return &out.Answer
}

// offers are the codes of an answer's slots, "-" for none.
func offers(a *abi.Answer) string {
	var out []string
	for i := range a.Slots {
		if a.Slots[i].Offer == nil {
			out = append(out, "-")
		} else {
			out = append(out, string(a.Slots[i].Offer))
		}
	}
	return strings.Join(out, " ")
}

// cookie is the visitor cookie that an answer sets, as a browser sends it back;
// empty if it sets none.
func cookie(a *abi.Answer) string {
	if len(a.Cookies) == 0 {
		return ""
	}
	pair, _, _ := strings.Cut(string(a.Cookies[0]), ";")
	return pair
}

// token is an identity token under the test key, good until eight o'clock.
func token(t testing.TB, source, key string, attributes ...seal.Attribute) string {
	t.Helper()
	b, err := seal.AppendToken(nil, seal.TestKeyring(), source, key, noon/1000+8*3600, attributes)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

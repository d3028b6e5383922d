package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestListedPages takes the interaction from the catalog's list, whatever the
// body holds; that says only what is recorded, with which status, and rendered.
func TestListedPages(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	tests := []struct {
		name, path string
		known      bool     // the body's slots are known
		body       []string // "space" or "space_2"
		listed     bool
		offers     string
		recorded   string // code=status
		rendered   int
	}{
		{"not known", "/", false, nil, true, "first again house", "first=generated again=generated house=generated", 3},
		{"all held", "/", true, []string{"side", "hero", "hero_2"}, true, "first again house", "first=presented again=presented house=interested", 3},
		{"one held", "/", true, []string{"hero_2"}, true, "first again house", "again=presented", 1},
		{"none held", "/", true, nil, true, "first again house", "", 0},
		{"one not listed", "/travel/beach", true, []string{"hero", "side"}, true, "house", "house=interested", 1},
		{"no page, slots known", "/other", true, []string{"side", "hero"}, false, "house first", "house=interested first=presented", 2},
		{"no page, slots unknown", "/other", false, nil, false, "", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(g)
			r.Path, r.HasSlots = []byte(tt.path), tt.known
			for _, name := range tt.body {
				space, two := strings.CutSuffix(name, "_2")
				s := abi.Slot{Space: []byte(space), N: 1}
				if two {
					s.N = 2
				}
				r.Slots = append(r.Slots, s)
			}
			a := answer(t, g, r)
			var recorded []string
			for _, p := range a.Propositions {
				recorded = append(recorded, string(p.Offer)+"="+p.Status.String())
			}
			rendered := 0
			for _, s := range a.Slots {
				if s.Content != nil {
					rendered++
				}
			}
			if got := offers(a); got != tt.offers || a.Listed != tt.listed {
				t.Errorf("offers %q, listed %v; want %q, %v", got, a.Listed, tt.offers, tt.listed)
			}
			if got := strings.Join(recorded, " "); got != tt.recorded || rendered != tt.rendered {
				t.Errorf("recorded %q, rendered %d; want %q, %d", got, rendered, tt.recorded, tt.rendered)
			}
		})
	}
}

// TestPagePatterns: an exact path first, then the longest literal prefix; no
// site, no page; a catalog without sites takes the page that only one
// environment lists.
func TestPagePatterns(t *testing.T) {
	const spaces = `spaces: {a: {channel: web}, b: {channel: web}, c: {channel: web}, d: {channel: web}}`
	one := `
catalog: x
sites: {"www.shop.example": one}
environments:
  one:
    kind: anonymous
    pages:
      - {match: "/**", slots: [a]}
      - {match: "/travel/**", slots: [b]}
      - {match: "/travel/*", slots: [c]}
      - {match: "/travel/beach", slots: [d, d_2]}
    ` + spaces
	two := `
catalog: x
environments:
  one: {kind: anonymous, visitor_folder: one, pages: [{match: /both, slots: [a]}, {match: /one, slots: [b]}], ` + spaces + `}
  two: {kind: anonymous, visitor_folder: two, pages: [{match: /both, slots: [a]}, {match: /two/*, slots: [c]}], ` + spaces + `}
`
	tests := []struct{ catalog, host, path, slots string }{
		{one, "www.shop.example", "/", "a"},
		{one, "www.shop.example", "/x/y", "a"},
		{one, "www.shop.example", "/travels", "a"},
		{one, "www.shop.example", "/travel", "b"},
		{one, "www.shop.example", "/travel/norway", "c"},
		{one, "www.shop.example", "/travel/norway/oslo", "b"},
		{one, "www.shop.example", "/travel/beach", "d d"},
		{one, "www.shop.example", "/travel/beach/", "b"},
		{one, "www.shop.example", "/travel/%62each", "c"},
		{one, "other.example", "/", ""},
		{two, "any.example", "/one", "b"},
		{two, "any.example", "/two/x", "c"},
		{two, "any.example", "/two", ""},
		{two, "any.example", "/both", ""},
		{two, "", "/one", "b"},
	}
	for _, tt := range tests {
		g := ready(t, testConfig(), build(t, tt.catalog))
		r := request(g)
		r.Host, r.Path = []byte(tt.host), []byte(tt.path)
		a := answer(t, g, r)
		var spaces []string
		for _, s := range a.Slots {
			spaces = append(spaces, string(s.Space))
		}
		if got := strings.Join(spaces, " "); got != tt.slots || a.Listed != (tt.slots != "") {
			t.Errorf("%s%s: %q, listed %v; want %q", tt.host, tt.path, got, a.Listed, tt.slots)
		}
	}
}

// TestOneInteraction: ids of an answer come from the entropy, each its own; an
// answer that shows an offer or sets a cookie is private.
func TestOneInteraction(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	a := answer(t, g, request(g))
	ids := map[string]bool{string(a.Interaction): true, string(a.Visitor.ID): true}
	for _, p := range a.Propositions {
		ids[string(p.ID)] = true
		if p.Time != noon || p.Mode != abi.Anonymous || p.Storage != abi.StorageVisitor {
			t.Errorf("%+v", p)
		}
	}
	if len(ids) != 2+3 || a.Cache != abi.CachePrivate {
		t.Errorf("%d ids, cache %d", len(ids), a.Cache)
	}
	same := answer(t, g, request(g))
	other := request(g)
	other.Entropy = bytes.Repeat([]byte{8}, abi.EntropySize)
	different := answer(t, g, other)
	if !bytes.Equal(same.Interaction, a.Interaction) || bytes.Equal(different.Interaction, a.Interaction) ||
		bytes.Equal(different.Visitor.ID, a.Visitor.ID) || bytes.Equal(different.Propositions[0].ID, a.Propositions[0].ID) {
		t.Error("ids do not follow the entropy")
	}
	none := request(g)
	none.Entropy = nil
	b := answer(t, g, none)
	if b.Interaction != nil || b.Visitor.ID != nil || len(b.Propositions) != 0 || len(b.Cookies) != 0 || offers(b) != offers(a) {
		t.Errorf("without entropy: %+v", b)
	}
}

// TestWants: what a request does not want is not in the answer.
func TestWants(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for i := range 16 {
		want := abi.Want(i&7 | i&8<<3)
		r := request(g)
		r.Want = want
		a := answer(t, g, r)
		hero := &a.Slots[0]
		if (hero.HTML != nil) != want.Has(abi.WantHTML) || (hero.Content != nil) != want.Has(abi.WantContent) || (hero.JSON != nil) != want.Has(abi.WantJSON) ||
			(len(a.Propositions) > 0) != want.Has(abi.WantPropositions) || a.HasVisitor != want.Has(abi.WantPropositions) {
			t.Errorf("want %b: %+v", want, a)
		}
		if offers(a) != "first again house" || len(a.Cookies) != 1 {
			t.Errorf("want %b: %q, %d cookies", want, offers(a), len(a.Cookies))
		}
	}
}

// TestPaused: an operator's pause beats the catalog, for offers, for fallback
// offers and for spaces, and ends with the next configuration.
func TestPaused(t *testing.T) {
	snapshot := build(t, shop)
	tests := []struct {
		name   string
		paused []abi.Paused
		offers string
	}{
		{"nothing", nil, "first again house"},
		{"an offer", []abi.Paused{{Environment: "visitors", Kind: abi.PausedOffer, Name: "first"}}, "again - house"},
		{"of another environment", []abi.Paused{{Environment: "customers", Kind: abi.PausedOffer, Name: "first"}}, "first again house"},
		{"a fallback offer", []abi.Paused{{Environment: "visitors", Kind: abi.PausedOffer, Name: "house"}}, "first again -"},
		{"the space", []abi.Paused{{Environment: "customers", Kind: abi.PausedSpace, Name: "hero"}}, "- - house"},
		{"the linked space", []abi.Paused{{Environment: "visitors", Kind: abi.PausedSpace, Name: "hero"}}, "- - house"},
		{"unknown names", []abi.Paused{{Environment: "x", Kind: abi.PausedSpace, Name: "hero"}, {Environment: "visitors", Kind: abi.PausedOffer, Name: "x"}}, "first again house"},
	}
	g := ready(t, testConfig(), snapshot)
	for _, tt := range tests {
		c := testConfig()
		c.Paused = tt.paused
		if status, text := g.Configure(abi.AppendConfig(nil, c)); status != abi.StatusOK {
			t.Fatal(text)
		}
		if got := offers(answer(t, g, request(g))); got != tt.offers {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.offers)
		}
	}
}

// TestFixed: a configuration can fix time, seed and entropy.
func TestFixed(t *testing.T) {
	c := testConfig()
	c.Fixed = &abi.Fixed{Time: noon, Seed: 9, Entropy: [abi.EntropySize]byte{1}}
	g := ready(t, c, build(t, shop))
	r := request(g)
	want := answer(t, g, r)
	r.Time, r.Seed, r.Entropy = 5, 6, nil
	if got := answer(t, g, r); !bytes.Equal(got.Interaction, want.Interaction) || got.Propositions[0].Time != noon {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if want.Propositions[0].Status != catalog.Generated {
		t.Errorf("status %s", want.Propositions[0].Status)
	}
}

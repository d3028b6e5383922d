package decide_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// TestManyOffers decides on more offers than the index is worked out for at a
// time: with an index, without one and with the whole ranking asked for.
func TestManyOffers(t *testing.T) {
	t.Parallel()
	const offers = 5000
	random := rand.New(rand.NewPCG(1, 2))
	c := manyOffers(random, offers)
	v := open(t, c)
	engines := [2]*decide.Engine{decide.New(v), decide.New(view(t, withoutIndex(t, v)))}
	empty, deep := 0, 0
	for range 400 {
		call := &decide.Call{
			Time: gridStart + random.Int64N(gridSize)*gridStep, Seed: random.Uint64(),
			Slots: []abi.Slot{
				{Space: []byte("s0"), N: 1 + random.IntN(3)},
				{Space: []byte("s1"), N: 1 + random.IntN(100)},
				{Space: []byte("s1"), N: 1 + random.IntN(100), Attributes: encode([]datum{{"coupon", "X"}})},
			},
		}
		target := []expr.Value{
			text(countries[random.IntN(len(countries))]), expr.FromDouble(1), list("a"),
			expr.FromBool(random.IntN(2) == 0), expr.FromInt(random.Int64N(160)),
		}
		var got [2][]decide.Result
		for i, e := range engines {
			e.Resolve(call)
			copy(e.Target(e.Reached()[0]), target)
			e.Decide()
			got[i] = append(got[i], e.Results()...)
		}
		for i, r := range got[0] {
			if r != got[1][i] {
				t.Fatalf("slot %d of %v: with an index %+v, without %+v", i, target, r, got[1][i])
			}
			switch {
			case r.Offer == none:
				empty++
			case r.Offer > 2048:
				deep++
			}
		}
	}
	if empty < 50 || deep < 50 {
		t.Errorf("%d slots are empty, %d show offers from behind", empty, deep)
	}
}

const none = ^uint32(0)

var countries = []string{"FR", "DE", "AT", "XX", "ZZ", ""}

func manyOffers(random *rand.Rand, n int) *catalog.Catalog {
	e := &catalog.Environment{
		Name: catalog.Text{S: "v"}, Kind: catalog.Anonymous, VisitorFolder: catalog.Text{S: "v"}, Target: targetSchema, Attributes: callSchema,
	}
	for _, name := range spaceNames[:2] {
		e.Spaces = append(e.Spaces, &catalog.Space{Name: catalog.Text{S: name}, Channel: catalog.Text{S: "web"}})
	}
	c := &catalog.Category{Name: catalog.Text{S: "c"}, Enabled: true}
	e.Categories = []*catalog.Category{c}
	for i := range n {
		country := countries[random.IntN(3)]
		if i > n/2 {
			country = countries[random.IntN(4)]
		}
		o := &catalog.Offer{
			Code: catalog.Text{S: "o" + strconv.Itoa(i)}, Enabled: true, Approved: i%7 != 0,
			Filter: catalog.Filter{
				{Expr: catalog.Text{S: `target.country == "` + country + `"`}},
				{Expr: catalog.Text{S: "target.visits < " + strconv.Itoa(random.IntN(150))}},
				{Expr: catalog.Text{S: [...]string{"target.vip", "!target.vip", `interaction.coupon == "X" || target.vip`}[i%3]}},
			},
			Weights: []catalog.Weight{{Value: float64(1 + random.IntN(1000))}},
		}
		if i%5 == 0 {
			o.From = catalog.Instant{Set: true, MS: gridStart + random.Int64N(gridSize)*gridStep}
		}
		for s := range e.Spaces {
			if i%3 != s {
				o.Content = append(o.Content, catalog.Content{Space: e.Spaces[s].Name})
			}
		}
		c.Offers = append(c.Offers, o)
	}
	return &catalog.Catalog{Name: catalog.Text{S: "many"}, Environments: []*catalog.Environment{e}}
}

// TestManyEqualOffers: where the bounds of all offers are equal, none ends the
// scan, and those far behind come first as often as the others.
func TestManyEqualOffers(t *testing.T) {
	t.Parallel()
	c := manyOffers(rand.New(rand.NewPCG(1, 2)), 5000)
	var codes []string
	for _, o := range c.Environments[0].Categories[0].Offers {
		o.Weights[0].Value, o.Filter, o.From = 1, nil, catalog.Instant{}
		if o.Approved && slices.ContainsFunc(o.Content, func(c catalog.Content) bool { return c.Space.S == "s1" }) {
			codes = append(codes, o.Code.S)
		}
	}
	e := decide.New(open(t, c))
	behind := 0
	for seed := range uint64(50) {
		call := &decide.Call{Time: gridStart, Seed: seed, Slots: []abi.Slot{{Space: []byte("s1"), N: 1}, {Space: []byte("s1"), N: 2}}}
		e.Resolve(call)
		e.Decide()
		tie := func(code string) uint64 {
			return snapshot.Tie(snapshot.CallTie(seed, nil), snapshot.Hash64([]byte(code)))
		}
		slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(tie(a), tie(b)) })
		for i, r := range e.Results() {
			if got := string(e.View().Name(e.View().Offer(r.Offer).Code())); got != codes[i] {
				t.Errorf("seed %d, slot %d: got %s, want %s", seed, i, got, codes[i])
			}
			if r.Offer > 2048 {
				behind++
			}
		}
	}
	if behind == 0 {
		t.Error("no offer from behind was shown")
	}
}

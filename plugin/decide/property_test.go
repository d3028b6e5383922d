package decide_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// shuffled is a copy of a list in another order.
func shuffled[T any](g draw, list []T) []T {
	out := slices.Clone(list)
	for i := len(out) - 1; i > 0; i-- {
		j := g.n(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// shuffle is a copy of a catalog whose entries stand in another order. What
// tells one order from another is left alone: a space's fields, a page's slots,
// and a filter's conditions unless they are asked for.
func shuffle(g draw, c *catalog.Catalog, conditions bool) *catalog.Catalog {
	out := *c
	out.Sites = shuffled(g, c.Sites)
	out.Environments = shuffled(g, c.Environments)
	for i, e := range out.Environments {
		env := *e
		env.Target, env.Attributes, env.OfferAttributes = shuffled(g, e.Target), shuffled(g, e.Attributes), shuffled(g, e.OfferAttributes)
		env.Pages, env.Filters = shuffled(g, e.Pages), shuffled(g, e.Filters)
		env.Spaces = shuffled(g, e.Spaces)
		for j, s := range env.Spaces {
			space := *s
			space.Categories, space.Themes = shuffled(g, s.Categories), shuffled(g, s.Themes)
			space.Store.Visitor = shuffled(g, s.Store.Visitor)
			env.Spaces[j] = &space
		}
		if conditions {
			env.Filter = shuffled(g, e.Filter)
		}
		env.Categories = shuffleTree(g, e.Categories, conditions)
		out.Environments[i] = &env
	}
	return &out
}

func shuffleTree(g draw, list []*catalog.Category, conditions bool) []*catalog.Category {
	list = shuffled(g, list)
	for i, c := range list {
		cat := *c
		cat.Themes = shuffled(g, c.Themes)
		cat.Categories = shuffleTree(g, c.Categories, conditions)
		cat.Offers = shuffled(g, c.Offers)
		if conditions {
			cat.Filter = shuffled(g, c.Filter)
		}
		for j, o := range cat.Offers {
			offer := *o
			offer.Content, offer.Attributes = shuffled(g, o.Content), shuffled(g, o.Attributes)
			offer.Weights = shuffled(g, o.Weights)
			if conditions {
				offer.Filter = shuffled(g, o.Filter)
			}
			cat.Offers[j] = &offer
		}
		list[i] = &cat
	}
	return list
}

// TestTheOrderOfEntriesDoesNotMatter: an author who moves entries about gets
// the same snapshot, byte for byte, and who moves conditions the same answers,
// also with one more offer that nobody can be shown.
func TestTheOrderOfEntriesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		c := g.catalog()
		for _, e := range c.Environments {
			for _, match := range []string{"/", "/a", "/a/**", "/a/*", "/**"} {
				e.Pages = append(e.Pages, catalog.Page{
					Match: catalog.Text{S: match}, Slots: []catalog.PageSlot{{Space: e.Spaces[0].Name.S, N: 1}},
				})
			}
		}
		want, _ := compile.Compile(c)
		got, diagnostics := compile.Compile(shuffle(g, c, false))
		if diagnostics.HasErrors() || !bytes.Equal(got, want) {
			t.Fatalf("another order gives other bytes\n%v\n%s", diagnostics, dump(c))
		}
		a, b := decide.New(view(t, want)), decide.New(open(t, g.withIneligible(shuffle(g, c, true))))
		for range 3 {
			q := g.call(c)
			x, y := q.run(a), q.run(b)
			if diff := differ(&y, &x); diff != "" {
				t.Fatalf("another order of conditions, and an ineligible offer: %s\n%+v\n%s", diff, *q, dump(c))
			}
		}
	})
}

// TestCallsThatDifferInOneThing takes random calls on random catalogs, changes
// one thing and says what must stay.
func TestCallsThatDifferInOneThing(t *testing.T) {
	t.Parallel()
	checks := []func(draw, *catalog.Catalog, *decide.Engine, *call) string{
		heldDoesNotChangeOffers, laterGroupsDoNotChangeEarlierOnes, slotsOfOneGroupDoNotCount, askingAgainIsTheSame,
		noOfferTwice,
	}
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		c := g.catalog()
		e := decide.New(open(t, c))
		for k, check := range checks {
			for range 3 {
				q := g.call(c)
				if diff := check(g, c, e, q); diff != "" {
					t.Fatalf("check %d: %s\n%+v\n%s", k, diff, *q, dump(c))
				}
			}
		}
		raisingAWeight(t, g, c, e)
	})
}

// Whether the body has a place for a slot says what is recorded, never what is
// decided.
func heldDoesNotChangeOffers(g draw, _ *catalog.Catalog, e *decide.Engine, q *call) string {
	before := q.run(e)
	for i := range q.asks {
		q.asks[i].held = abi.Held(g.n(3))
	}
	after := q.run(e)
	for i := range after.propositions {
		after.propositions[i].held = before.propositions[i].held
	}
	return differ(&after, &before)
}

// A slot of a group of its own, behind all others, leaves the earlier slots as
// they were.
func laterGroupsDoNotChangeEarlierOnes(g draw, c *catalog.Catalog, e *decide.Engine, q *call) string {
	q.accepted = [2]string{} // where only later slots reach, it writes for a shared folder
	before := q.run(e)
	for range min(1+g.n(3), abi.MaxSlots-len(q.asks)) {
		later := g.ask(c)
		later.data = append(later.data, datum{"later", int64(len(q.asks))})
		q.asks = append(q.asks, later)
	}
	after := q.run(e)
	after.slots, after.propositions = after.slots[:len(before.slots)], after.propositions[:len(before.propositions)]
	after.stored, after.written, after.holdout = before.stored, before.written, before.holdout // of whom the later slots reach
	if len(after.propositions) == 0 {
		after.propositions = nil
	}
	return differ(&after, &before)
}

// More ordinals of a group that is there already leave its slots as they were,
// and two slots show the same offer exactly if they ask for the same ordinal.
func slotsOfOneGroupDoNotCount(_ draw, _ *catalog.Catalog, e *decide.Engine, q *call) string {
	q.asks = q.asks[:1]
	before := q.run(e)
	for _, n := range []int{2, 1, 100, 3} {
		more := q.asks[0]
		more.n = n
		q.asks = append(q.asks, more)
	}
	after := q.run(e)
	if before.slots[0] != after.slots[0] {
		return fmt.Sprintf("got %+v, want %+v", after, before)
	}
	for i, a := range after.slots {
		for j, b := range after.slots[:i] {
			if same := q.asks[i].n == q.asks[j].n; a.rank > 0 && b.rank > 0 && same != (a.offer == b.offer) {
				return fmt.Sprintf("slots %d and %d: %+v and %+v", j, i, b, a)
			}
		}
	}
	return ""
}

// An engine keeps nothing from one call to the next.
func askingAgainIsTheSame(g draw, c *catalog.Catalog, e *decide.Engine, q *call) string {
	want := q.run(decide.New(e.View()))
	g.call(c).run(e)
	got := q.run(e)
	return differ(&got, &want)
}

// TestNoGarbage: once its frames are made, an engine decides without the heap.
func TestNoGarbage(t *testing.T) {
	calls, engine, target := busyCalls(t)
	decideAll := func() {
		for _, c := range calls {
			engine.Resolve(c)
			for _, i := range engine.Reached() {
				copy(engine.Target(i), target)
			}
			engine.Decide()
			engine.Store()
		}
	}
	decideAll()
	if n := testing.AllocsPerRun(50, decideAll); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// busyCalls are drawn calls, and an engine for them.
func busyCalls(t *testing.T) (calls []*decide.Call, engine *decide.Engine, target []expr.Value) {
	g := rapid.Custom(func(t *rapid.T) []*decide.Call {
		c := draw{t: t}.catalog()
		engine = decide.New(open(t, c))
		var list []*decide.Call
		for range 20 {
			list = append(list, draw{t: t}.call(c).engineCall())
		}
		return list
	})
	calls = g.Example(7)
	target = []expr.Value{
		expr.FromString([]byte("FR")), expr.FromDouble(1), expr.FromList(encodeValue([]string{"a"})), expr.FromBool(true), expr.FromInt(2),
	}
	return calls, engine, target
}

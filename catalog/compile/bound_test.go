package compile_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// TestBoundIsAboveEveryWeight works out, from the model alone, the final weight
// of each offer at moments around every bound of a period, whatever filters
// say: no usable one is above the offer's bound, by which a decision stops
// looking. And the bound is met by an offer of which nothing has dates.
func TestBoundIsAboveEveryWeight(t *testing.T) {
	t.Parallel()
	met := 0
	rapid.Check(t, func(t *rapid.T) {
		c := draw.Catalog(t)
		b, diags := compile.Compile(c)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		v, err := snapshot.Open(b)
		if err != nil {
			t.Fatal(err)
		}
		bounds := boundsOf(&v)
		for _, e := range c.Environments {
			for _, now := range []int64{0, draw.Start, draw.Start + 1, draw.Start + 86_400_000 - 1, draw.Start + 86_400_000, 1 << 45} {
				weigh(c, e.Categories, now, 1, func(o *catalog.Offer, weight float64) {
					bound := bounds[e.Name.S+"/"+o.Code.S]
					if weight > bound {
						t.Fatalf("%s/%s at %d: weight %v, bound %v", e.Name.S, o.Code.S, now, weight, bound)
					}
					if weight == bound {
						met++
					}
				})
			}
		}
	})
	if met == 0 {
		t.Error("no offer ever had its bound for a weight")
	}
}

// boundsOf are a snapshot's bounds by environment and code.
func boundsOf(v *snapshot.View) map[string]float64 {
	out := map[string]float64{}
	for i := range v.Count(snapshot.SecEnvironments) {
		e := v.Environment(i)
		for j := e.Offers().Start; j < e.Offers().End(); j++ {
			o := v.Offer(j)
			out[string(v.Name(e.Name()))+"/"+string(v.Name(o.Code()))] = o.Bound()
		}
	}
	return out
}

// weigh visits the offers of a tree with their greatest final weight at a
// moment, if it is usable. A weight that is an expression may be anything; 1e9
// stands for it.
func weigh(c *catalog.Catalog, tree []*catalog.Category, now int64, factor float64, visit func(*catalog.Offer, float64)) {
	for _, category := range tree {
		own := factor
		if m := category.Multiplier; m.Value != 0 && active(m.From, m.To, now) {
			own *= m.Value
		}
		for _, o := range category.Offers {
			weights := o.Weights
			if weights == nil && c.DefaultWeight != nil {
				weights = []catalog.Weight{{Value: c.DefaultWeight.F}}
			}
			top := 0.0
			for _, w := range weights {
				if w.Expr.S != "" {
					w.Value = 1e9
				}
				if active(w.From, w.To, now) {
					top = max(top, w.Value)
				}
			}
			if final := top * own; final > 0 && !math.IsInf(final, 0) {
				visit(o, final)
			}
		}
		weigh(c, category.Categories, now, own, visit)
	}
}

func active(from, to catalog.Instant, now int64) bool {
	return (!from.Set || now >= from.MS) && (!to.Set || now < to.MS)
}

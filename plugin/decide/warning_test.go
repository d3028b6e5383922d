package decide_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/plugin/decide"
)

// TestWarningsAreTrue holds the compiler's warnings to the engine: an offer
// that is said to be never shown is not, and without the weights that are said
// never to count or to win, answers are the same.
func TestWarningsAreTrue(t *testing.T) {
	t.Parallel()
	offers, weights := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		c := g.catalog()
		label(c)
		b, diagnostics := compile.Compile(c)
		if diagnostics.HasErrors() {
			t.Fatalf("%v", diagnostics)
		}
		never, idle := warned(diagnostics)
		removed := without(c, idle)
		offers, weights = offers+len(never), weights+removed
		full, less := decide.New(view(t, b)), decide.New(open(t, c))
		for range 6 {
			q := g.call(c)
			x, y := q.run(full), q.run(less)
			if diff := differ(&y, &x); diff != "" {
				t.Fatalf("a weight that never counts did: %s\n%v\n%+v\n%s", diff, idle, *q, dump(c))
			}
			for _, s := range x.slots {
				if id := s.environment + "/" + s.offer; s.offer != "" && !s.fallback && never[id] {
					t.Fatalf("%s is shown\n%v\n%+v\n%s", id, diagnostics, *q, dump(c))
				}
			}
		}
	})
	if offers < 20 || weights < 20 {
		t.Errorf("only %d offers and %d weights were warned of", offers, weights)
	}
}

// label gives everything that warnings point at a place that tells whose it is.
func label(c *catalog.Catalog) {
	for _, e := range c.Environments {
		labelTree(e.Name.S, e.Categories)
	}
}

func labelTree(environment string, list []*catalog.Category) {
	for _, c := range list {
		for _, o := range c.Offers {
			at := catalog.Pos{File: "offer " + environment + "/" + o.Code.S, Line: 1, Column: 1}
			o.From.Pos, o.To.Pos = at, at
			pin(o.Filter, at)
			for i := range o.Weights {
				w := &o.Weights[i]
				at := catalog.Pos{File: "weight " + environment + "/" + o.Code.S, Line: i + 1, Column: 1}
				w.Pos, w.From.Pos, w.To.Pos, w.Space.Pos, w.Expr.Pos = at, at, at, at, at
				pin(w.Filter, at)
			}
		}
		labelTree(environment, c.Categories)
	}
}

func pin(f catalog.Filter, at catalog.Pos) {
	for i := range f {
		f[i].When.Pos, f[i].Expr.Pos = at, at
	}
}

// warned are the offers that are never shown, and the weights that never
// count, by offer and number.
func warned(list catalog.Diagnostics) (never, idle map[string]bool) {
	never, idle = map[string]bool{}, map[string]bool{}
	for _, d := range list {
		kind, id, _ := strings.Cut(d.Pos.File, " ")
		switch d.Code {
		case "never-active", "never-true", "contradiction", "weight-never-wins", "weight-not-positive":
		default:
			continue
		}
		switch {
		case kind == "offer" && strings.Contains(d.Message, "is never shown"):
			never[id] = true
		case kind == "weight" && !strings.Contains(d.Message, "taken into account"):
			idle[id+" "+strconv.Itoa(d.Pos.Line)] = true
		}
	}
	return never, idle
}

// without removes weights, and counts them.
func without(c *catalog.Catalog, idle map[string]bool) (removed int) {
	var visit func(environment string, list []*catalog.Category)
	visit = func(environment string, list []*catalog.Category) {
		for _, c := range list {
			for _, o := range c.Offers {
				if len(o.Weights) == 0 {
					continue
				}
				kept := []catalog.Weight{}
				for i := range o.Weights {
					if !idle[environment+"/"+o.Code.S+" "+strconv.Itoa(i+1)] {
						kept = append(kept, o.Weights[i])
					}
				}
				removed += len(o.Weights) - len(kept)
				o.Weights = kept
			}
			visit(environment, c.Categories)
		}
	}
	for _, e := range c.Environments {
		visit(e.Name.S, e.Categories)
	}
	return removed
}

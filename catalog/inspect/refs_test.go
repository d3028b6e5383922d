package inspect_test

import (
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog/inspect"
)

// TestExpressionNamesWhatItReads: each name once, in the order of the text.
func TestExpressionNamesWhatItReads(t *testing.T) {
	for src, want := range map[string][]string{
		`target.i > 1 && target.i < 9`:                                           {"target.i"},
		`request.header["x-a"] == request.query["p"] || !("p" in request.query)`: {`request.header["x-a"]`, `request.query["p"]`},
		`target.a ? request.host == "x" : interaction.basket > offer.margin`:     {"target.a", "request.host", "interaction.basket", "offer.margin"},
		`size("a") == 1`: nil,
	} {
		v := compiled(t, filtered(src))
		text, refs := inspect.Expression(v, 0, v.Offer(0).Filter())
		var names []string
		for _, ref := range refs {
			names = append(names, inspect.Name(v, 0, ref))
		}
		if want != nil && text != src || !slices.Equal(names, want) {
			t.Errorf("%s: got %s with %v, want %v", src, text, names, want)
		}
	}
}

package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Applies is an expression over offer.* that is evaluated when the catalog is
// compiled: what a presentation rule applies to. It is cel-go's own evaluation,
// so that no second evaluator of ours has to agree with the first.
type Applies struct {
	// ByCategory says that the answer is the same for all offers of a category.
	ByCategory bool
	program    cel.Program
}

// OfferValues is what expressions know of one offer.
type OfferValues struct {
	Code, Category     string
	Categories, Themes []string
	// Attributes are the declared ones, by their position in Schema.Offer: bool,
	// int64, float64, string or a slice of these; nil where there is no value.
	Attributes []any
}

// Offer is an offer as expressions of one environment see it. It remembers what
// predefined filters say of it, so it is for one goroutine.
type Offer struct{ values map[string]any }

// Offer prepares an offer.
func (e *Env) Offer(o *OfferValues) Offer {
	values := map[string]any{
		"offer.code": o.Code, "offer.category": o.Category,
		"offer.categories": o.Categories, "offer.themes": o.Themes,
	}
	for i, full := range e.offer {
		if i < len(o.Attributes) && o.Attributes[i] != nil {
			values[full] = o.Attributes[i]
		}
	}
	for full, v := range values { // once, and not with each evaluation
		values[full] = types.DefaultTypeAdapter.NativeToValue(v)
	}
	for name, d := range e.filters {
		if d.program != nil {
			values[name] = func() any { return result(d.program, values) }
		}
	}
	return Offer{values}
}

// CompileApplies compiles an expression of a rule's applies_to.
func (e *Env) CompileApplies(src string) (*Applies, []Issue) {
	a, issues := e.analyse(src, Bool, RoleApplies)
	if issues != nil {
		return nil, issues
	}
	program, err := e.cel.Program(a.ast)
	if err != nil {
		return nil, []Issue{unplanned(err)}
	}
	p, err := assemble(a.node, a.typ)
	if err != nil {
		return nil, []Issue{tooComplex(err, a.named > 0)}
	}
	return &Applies{p.Uses&snapshot.UsesOffer == 0, program}, nil
}

// unplanned is the issue of an expression that cel-go has checked and does not
// evaluate.
func unplanned(err error) Issue { return Issue{Line: 1, Column: 1, Message: err.Error()} }

// Hold reports whether the expression is true of an offer. One that fails is
// not.
func (a *Applies) Hold(o Offer) bool { return result(a.program, o.values) == types.True }

// result is the value of a program, or the error with which it failed: what
// names it fails with the same.
func result(program cel.Program, values map[string]any) any {
	v, _, err := program.Eval(values)
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

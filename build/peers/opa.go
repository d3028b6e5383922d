package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	_ "github.com/open-policy-agent/opa/v1/features/wasm" // registers the target
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// opa has the rules in a prepared query, for one of OPA's targets: "rego" is
// its evaluator in Go, "wasm" is the policy compiled to a module that wazero
// runs.
type opa struct {
	ctx      context.Context
	query    rego.PreparedEvalQuery
	ready    []ast.Value // input of each visitor
	visitors []visitor
	result   rego.ResultSet
}

// policy makes Rego of a catalog, and the data that the Rego reads.
type policy func([]offer) (module string, data map[string]any, err error)

// data is the policy that loops over the offers, which are data: what a policy
// that is not generated looks like.
func data(offers []offer) (string, map[string]any, error) {
	text, err := json.Marshal(map[string]any{"offers": offers})
	if err != nil {
		return "", nil, err
	}
	var all map[string]any
	return `package shop

eligible contains offer.code if {
	some offer in data.offers
	input.country in offer.countries
	input.member == offer.member
	input.basket >= offer.basket
}
`, all, json.Unmarshal(text, &all)
}

// rules is the policy with a rule for each offer: what OPA indexes natively, by
// the country and the bool.
func rules(offers []offer) (string, map[string]any, error) {
	var b strings.Builder
	b.WriteString("package shop\n")
	for _, o := range offers {
		fmt.Fprintf(&b, "\neligible contains %q if {\n\tinput.country in {\"%s\"}\n\tinput.member == %t\n\tinput.basket >= %d\n}\n",
			o.Code, strings.Join(o.Countries, `", "`), o.Member, o.Basket)
	}
	return b.String(), map[string]any{}, nil
}

func newOPA(ctx context.Context, target string, p policy, offers []offer, list []visitor) (peer, func(), error) {
	module, data, err := p(offers)
	if err != nil {
		return nil, nil, err
	}
	query, err := rego.New(
		rego.Query("data.shop.eligible"), rego.Module("shop.rego", module),
		rego.Store(inmem.NewFromObject(data)), rego.Target(target),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, nil, err
	}
	o := &opa{ctx: ctx, query: query, visitors: list}
	for i := range list {
		v, err := ast.InterfaceToValue(list[i].attributes())
		if err != nil {
			return nil, nil, err
		}
		o.ready = append(o.ready, v)
	}
	return o, func() {}, nil
}

func (o *opa) decide(i int) (err error) {
	o.result, err = o.query.Eval(o.ctx, rego.EvalParsedInput(o.ready[i]))
	return err
}

func (o *opa) ask(i int) (err error) {
	o.result, err = o.query.Eval(o.ctx, rego.EvalInput(o.visitors[i].attributes()))
	return err
}

func (o *opa) eligible() (codes []string, err error) {
	if len(o.result) != 1 || len(o.result[0].Expressions) != 1 {
		return nil, fmt.Errorf("%d results", len(o.result))
	}
	list, ok := o.result[0].Expressions[0].Value.([]any)
	if !ok {
		return nil, fmt.Errorf("a result of type %T", o.result[0].Expressions[0].Value)
	}
	for _, c := range list {
		codes = append(codes, c.(string))
	}
	return codes, nil
}

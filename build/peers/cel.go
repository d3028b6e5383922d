package main

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
)

// celPeer has a compiled program for each offer. cel-go has no notion of many
// rules: whoever uses it so runs them one by one.
type celPeer struct {
	offers   []offer
	visitors []visitor
	programs []cel.Program
	ready    []cel.Activation
	found    []int
}

func newCEL(offers []offer, list []visitor) (peer, func(), error) {
	env, err := cel.NewEnv(cel.Variable("country", cel.StringType), cel.Variable("member", cel.BoolType), cel.Variable("basket", cel.IntType))
	if err != nil {
		return nil, nil, err
	}
	c := &celPeer{offers: offers, visitors: list}
	for i := range offers {
		ast, issues := env.Compile(expression(&offers[i], ""))
		if issues.Err() != nil {
			return nil, nil, issues.Err()
		}
		p, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, nil, err
		}
		c.programs = append(c.programs, p)
	}
	for i := range list {
		a, err := cel.NewActivation(list[i].attributes())
		if err != nil {
			return nil, nil, err
		}
		c.ready = append(c.ready, a)
	}
	return c, func() {}, nil
}

// expression is an offer's rule in CEL, with something in front of the names.
func expression(o *offer, prefix string) string {
	member := prefix + "member"
	if !o.Member {
		member = "!" + member
	}
	return fmt.Sprintf(`%scountry in ["%s"] && %s && %sbasket >= %d`,
		prefix, strings.Join(o.Countries, `", "`), member, prefix, o.Basket)
}

func (c *celPeer) decide(i int) error { return c.run(c.ready[i]) }

func (c *celPeer) ask(i int) error { return c.run(c.visitors[i].attributes()) }

// run gives all programs a map or an activation.
func (c *celPeer) run(with any) error {
	c.found = c.found[:0]
	for i, p := range c.programs {
		v, _, err := p.Eval(with)
		if err != nil {
			return err
		}
		if v.Value() == true {
			c.found = append(c.found, i)
		}
	}
	return nil
}

func (c *celPeer) eligible() (codes []string, err error) {
	for _, i := range c.found {
		codes = append(codes, c.offers[i].Code)
	}
	return codes, nil
}

package main

import (
	"context"
	"encoding/json"

	gb "github.com/growthbook/growthbook-golang"
)

// growthbook has a feature for each offer, off unless its one rule forces it
// on. The SDK evaluates one feature in a call; there is none for all.
type growthbook struct {
	ctx      context.Context
	client   *gb.Client
	ready    []*gb.Client // one for each visitor
	visitors []visitor
	offers   []offer
	found    []int
}

func newGrowthBook(ctx context.Context, offers []offer, list []visitor) (peer, func(), error) {
	features, err := json.Marshal(asFeatures(offers))
	if err != nil {
		return nil, nil, err
	}
	client, err := gb.NewClient(ctx, gb.WithJsonFeatures(string(features)))
	if err != nil {
		return nil, nil, err
	}
	g := &growthbook{ctx: ctx, client: client, offers: offers, visitors: list}
	for i := range list {
		c, err := client.WithAttributes(list[i].attributes())
		if err != nil {
			return nil, nil, err
		}
		g.ready = append(g.ready, c)
	}
	return g, func() { _ = client.Close() }, nil
}

// asFeatures are the offers as GrowthBook's API serves features.
func asFeatures(offers []offer) map[string]any {
	all := map[string]any{}
	for _, o := range offers {
		all[o.Code] = map[string]any{
			"defaultValue": false,
			"rules": []any{map[string]any{
				"force": true,
				"condition": map[string]any{
					"country": map[string]any{"$in": o.Countries},
					"member":  o.Member,
					"basket":  map[string]any{"$gte": o.Basket},
				},
			}},
		}
	}
	return all
}

func (g *growthbook) decide(i int) error { return g.run(g.ready[i]) }

func (g *growthbook) ask(i int) error {
	c, err := g.client.WithAttributes(g.visitors[i].attributes())
	if err != nil {
		return err
	}
	return g.run(c)
}

func (g *growthbook) run(c *gb.Client) error {
	g.found = g.found[:0]
	for i := range g.offers {
		if c.EvalFeature(g.ctx, g.offers[i].Code).On {
			g.found = append(g.found, i)
		}
	}
	return nil
}

func (g *growthbook) eligible() (codes []string, err error) {
	for _, i := range g.found {
		codes = append(codes, g.offers[i].Code)
	}
	return codes, nil
}

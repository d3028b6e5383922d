package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// peer is an engine that has the rules of a catalog resident. It keeps its last
// answer, in its own form.
type peer interface {
	// decide asks for all offers that the i-th visitor is eligible for, with a
	// question that was made before.
	decide(i int) error
	// ask does the same from the visitor's fields, up to an answer that Go code
	// can walk: as one would use the engine.
	ask(i int) error
	// eligible are the codes of the last answer, in any order.
	eligible() ([]string, error)
}

// named is a peer with what the table says of it.
type named struct {
	peer
	name string
}

// peers makes all engines for a catalog. The first is the plain loop.
func peers(ctx context.Context, wasm []byte, out string, offers []offer, list []visitor) (all []named, end func(), err error) {
	var closers []func()
	end = func() {
		for _, f := range slices.Backward(closers) {
			f()
		}
	}
	all = append(all, named{newLoop(offers, list), plainLoop})
	for _, m := range []struct {
		name string
		make func() (peer, func(), error)
	}{
		{profferCore, func() (peer, func(), error) { return newCore(ctx, out, offers, list) }},
		{profferWasm, func() (peer, func(), error) { return newWasm(ctx, wasm, filepath.Join(out, "wazero"), offers, list) }},
		{profferNative, func() (peer, func(), error) { return newNative(ctx, offers, list) }},
		{celGo, func() (peer, func(), error) { return newCEL(offers, list) }},
		{growthBook, func() (peer, func(), error) { return newGrowthBook(ctx, offers, list) }},
		{opaNativeRules, func() (peer, func(), error) { return newOPA(ctx, "rego", rules, offers, list) }},
		{opaNativeData, func() (peer, func(), error) { return newOPA(ctx, "rego", data, offers, list) }},
		{opaWasmRules, func() (peer, func(), error) { return newOPA(ctx, "wasm", rules, offers, list) }},
		{opaWasmData, func() (peer, func(), error) { return newOPA(ctx, "wasm", data, offers, list) }},
	} {
		p, closer, err := m.make()
		if err != nil {
			end()
			return nil, nil, fmt.Errorf("%s: %w", m.name, err)
		}
		closers = append(closers, closer)
		all = append(all, named{p, m.name})
	}
	return all, end, nil
}

// The names of the engines.
const (
	plainLoop      = "plain Go loop"
	profferCore    = "Proffer's decision in Wasm, without messages"
	profferWasm    = "Proffer in Wasm, a slot for each offer"
	profferNative  = "Proffer native, a slot for each offer"
	celGo          = "cel-go, a program for each offer"
	growthBook     = "GrowthBook Go SDK, a feature for each offer"
	opaNativeRules = "OPA native, a rule for each offer"
	opaNativeData  = "OPA native, a loop over data"
	opaWasmRules   = "OPA Wasm, a rule for each offer"
	opaWasmData    = "OPA Wasm, a loop over data"
)

// agree holds that all engines find the same offers for every visitor, in both
// ways of asking, and says how many these are on average.
func agree(all []named) (mean float64, err error) {
	total := 0
	for i := range visitors {
		if err := all[0].decide(i); err != nil {
			return 0, err
		}
		want, err := sorted(all[0])
		if err != nil {
			return 0, err
		}
		total += len(want)
		for _, p := range all {
			for way, f := range map[string]func(int) error{"decide": p.decide, "ask": p.ask} {
				if err := f(i); err != nil {
					return 0, fmt.Errorf("%s: visitor %d: %w", p.name, i, err)
				}
				got, err := sorted(p)
				if err != nil {
					return 0, fmt.Errorf("%s: visitor %d: %w", p.name, i, err)
				}
				if !slices.Equal(got, want) {
					return 0, fmt.Errorf("%s: %s of visitor %d finds %d offers %v, the plain loop %d %v",
						p.name, way, i, len(got), got, len(want), want)
				}
			}
		}
	}
	return float64(total) / visitors, nil
}

func sorted(p peer) ([]string, error) {
	codes, err := p.eligible()
	slices.Sort(codes)
	return codes, err
}

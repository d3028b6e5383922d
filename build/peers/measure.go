package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// line is what was measured of an engine.
type line struct {
	name    string
	decided sample // by a question made before
	asked   sample // from a visitor's fields; nil where there is no such way
	allocs  float64
}

// catalogLines are those of all engines on one catalog.
type catalogLines struct {
	offers   int
	eligible float64 // on average
	most     int
	lines    []line
}

// measure lets all engines decide on a catalog of n offers, after they have
// shown that they agree.
func measure(ctx context.Context, wasm []byte, out string, n, rounds int) (*catalogLines, error) {
	offers, list := drawOffers(n), drawVisitors()
	all, end, err := peers(ctx, wasm, out, offers, list)
	if err != nil {
		return nil, err
	}
	defer end()
	c := &catalogLines{offers: n, most: most(offers, list)}
	if c.eligible, err = agree(all); err != nil {
		return nil, err
	}
	three, whole, end, err := site(ctx, wasm, out, all, offers, list)
	if err != nil {
		return nil, fmt.Errorf("the best three: %w", err)
	}
	defer end()

	var ways []func(int) error
	asked := append(slices.Clone(all), named{three, profferThree})
	for _, e := range asked {
		ways = append(ways, e.decide, e.ask)
	}
	samples, err := race(rounds, append(ways, whole.decide))
	if err != nil {
		return nil, err
	}
	for i, e := range asked {
		l := line{name: e.name, decided: samples[2*i], asked: samples[2*i+1]}
		if l.allocs, err = allocations(e.ask); err != nil {
			return nil, err
		}
		c.lines = append(c.lines, l)
	}
	l := line{name: profferPage, decided: samples[len(ways)]}
	l.allocs, err = allocations(whole.decide)
	c.lines = append(c.lines, l)
	return c, err
}

// The lines below those of the engines, about what a site asks.
const (
	profferThree = "*Proffer in Wasm, the best three*"
	profferPage  = "*Proffer in Wasm, a page: the best three, cookie, HTML, click links*"
)

// site makes the calls that a site makes, on a module of their own, and checks
// them against what Proffer says of all offers.
func site(ctx context.Context, wasm []byte, out string, all []named, offers []offer, list []visitor) (three *proffer, whole *page, end func(), err error) {
	s, err := compiled(offers)
	if err != nil {
		return nil, nil, nil, err
	}
	session, end, err := openWasm(ctx, wasm, filepath.Join(out, "wazero"), s)
	if err != nil {
		return nil, nil, nil, err
	}
	three = newProffer(ctx, session, best, list)
	if whole, err = newPage(ctx, session, list); err == nil {
		k := slices.IndexFunc(all, func(e named) bool { return e.name == profferWasm })
		err = whole.heads(three, all[k].peer.(*proffer))
	}
	if err != nil {
		end()
	}
	return three, whole, end, err
}

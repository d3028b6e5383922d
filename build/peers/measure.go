package main

import (
	"context"
	"fmt"
	"path/filepath"
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
	p, end, err := openPage(ctx, wasm, out, all, offers, list)
	if err != nil {
		return nil, fmt.Errorf("a page: %w", err)
	}
	defer end()

	ways := make([]func(int) error, 0, 2*len(all)+1)
	for _, e := range all {
		ways = append(ways, e.decide, e.ask)
	}
	samples, err := race(rounds, append(ways, p.decide))
	if err != nil {
		return nil, err
	}
	for i, e := range all {
		l := line{name: e.name, decided: samples[2*i], asked: samples[2*i+1]}
		if l.allocs, err = allocations(e.ask); err != nil {
			return nil, err
		}
		c.lines = append(c.lines, l)
	}
	whole := line{name: profferPage, decided: samples[2*len(all)]}
	whole.allocs, err = allocations(p.decide)
	c.lines = append(c.lines, whole)
	return c, err
}

// profferPage is the line below those of the engines.
const profferPage = "Proffer in Wasm: a whole page request, the best three"

// openPage makes the page's calls on a module of their own, checked against
// what Proffer says of all offers.
func openPage(ctx context.Context, wasm []byte, out string, all []named, offers []offer, list []visitor) (*page, func(), error) {
	s, err := compiled(offers)
	if err != nil {
		return nil, nil, err
	}
	session, end, err := openWasm(ctx, wasm, filepath.Join(out, "wazero"), s)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPage(ctx, session, list)
	if err == nil {
		for _, e := range all {
			if e.name == profferWasm {
				err = p.heads(e.peer.(*proffer))
			}
		}
	}
	if err != nil {
		end()
	}
	return p, end, err
}

package main

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

// offer is one of a catalog. It is for a visitor whose country is among its
// own, who is a member or not as it says, and whose basket is worth as much.
type offer struct {
	Code      string   `json:"code"`
	Countries []string `json:"countries"`
	Member    bool     `json:"member"`
	Basket    int      `json:"basket"`
}

// visitor is what all engines are told of one.
type visitor struct {
	country string
	member  bool
	basket  int
}

// visitors is how many different ones there are.
const visitors = 64

var countries = [20]string{
	"AT", "BE", "BG", "CH", "CZ", "DE", "DK", "ES", "FI", "FR",
	"GB", "GR", "HU", "IE", "IT", "NL", "NO", "PL", "PT", "SE",
}

// drawOffers makes the same catalog of n offers each time, of which a visitor
// is eligible for 4 in 100.
func drawOffers(n int) []offer {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	list := make([]offer, n)
	for i := range list {
		first := random.IntN(len(countries))
		second := (first + 1 + random.IntN(len(countries)-1)) % len(countries)
		list[i] = offer{
			Code:      "offer" + strconv.Itoa(i),
			Countries: []string{countries[first], countries[second]},
			Member:    random.IntN(2) == 0,
			Basket:    random.IntN(100),
		}
	}
	return list
}

// drawVisitors makes the same visitors each time.
func drawVisitors() []visitor {
	random := rand.New(rand.NewPCG(2, visitors))
	list := make([]visitor, visitors)
	for i := range list {
		list[i] = visitor{
			country: countries[random.IntN(len(countries))],
			member:  random.IntN(2) == 0,
			basket:  40 + random.IntN(80),
		}
	}
	return list
}

// attributes are the visitor as engines take it that know no Go types.
func (v *visitor) attributes() map[string]any {
	return map[string]any{"country": v.country, "member": v.member, "basket": v.basket}
}

// loop is the plain Go loop: the rules as code, and what the others have to
// agree with.
type loop struct {
	offers   []offer
	visitors []visitor
	found    []int
}

func newLoop(offers []offer, list []visitor) *loop {
	return &loop{offers: offers, visitors: list, found: make([]int, 0, len(offers))}
}

func (l *loop) decide(i int) error { return l.ask(i) }

func (l *loop) ask(i int) error {
	v := &l.visitors[i]
	l.found = l.found[:0]
	for k := range l.offers {
		o := &l.offers[k]
		if slices.Contains(o.Countries, v.country) && o.Member == v.member && v.basket >= o.Basket {
			l.found = append(l.found, k)
		}
	}
	return nil
}

func (l *loop) eligible() (codes []string, err error) {
	for _, k := range l.found {
		codes = append(codes, l.offers[k].Code)
	}
	return codes, nil
}

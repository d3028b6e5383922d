package decide

import (
	"math"
	"math/bits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// scan walks the offers that are live on a space and that the index lets
// through, in rank order, and takes those into e.best that need no evaluation.
type scan struct {
	offer uint32 // at which it stands
	rank  uint32 // of it
	depth int    // offers that are wanted
	n     int    // that are found
	// Once there are as many as are wanted: the weight of the last, and its tie.
	floor float64
	worst uint64
	tie   uint64 // the call's part of ties

	first    uint32 // the environment's first offer
	category uint32 // the environment's first
	space    uint32
	word     uint32 // first word of the space's bitmap
	at       uint32 // word to go on with
	left     uint64 // bits of the word before it
	exact    uint64 // of its offers, those that pass their own filters if they are in fits

	duplicates bool // the space shows offers that other groups have taken
	simple     bool // no rule, pause or earlier group keeps offers away
}

// beginScan makes the scan of a group. Fields are set one by one, as everywhere
// where a call comes by: WebAssembly copies and clears more than 16 bytes by
// instructions that engines answer with a call.
func (e *Engine) beginScan(f *frame, space uint32, depth int) {
	sp := e.view.Space(space)
	if f.bySpace && f.space != space {
		clear(f.chain)
	}
	f.space = space
	if len(f.gates) == 1 {
		f.gates[0] = unseen
	} else {
		clear(f.gates)
	}
	if !f.sieve.chosen {
		e.choose(f)
		f.sieve.extend()
	}
	s, c := &e.scan, &f.counter
	s.depth, s.n, s.at, s.left, s.exact = depth, 0, 0, 0, 0
	s.floor, s.worst, s.tie = math.Inf(-1), 0, e.callTie(f)
	s.first, s.category = f.env.Offers().Start, f.env.Categories().Start
	s.space, s.word = space, sp.Live()
	s.duplicates = sp.Flags()&snapshot.SpaceAllowDuplicates != 0
	s.simple = !c.bars && len(c.tallies) == 0 && (e.ntaken == 0 || s.duplicates) && len(e.paused.offers) == 0
}

// more works more of the index out, unless no offer behind can have a final
// weight of floor or more.
func (e *Engine) more(f *frame) bool {
	s := &e.scan
	if s.left != 0 || f.sieve.ready == uint32(len(f.sieve.fits)) || e.view.Offer(s.first+64*s.at).Bound() < s.floor {
		return false
	}
	f.sieve.extend()
	return true
}

// walk goes on to the next offer that has to be looked at: one that is within
// its dates, whose category's gate is not closed, whose filter is not known to
// be false and that could come before the last one that is wanted. Where nothing
// has to be evaluated, it takes offers into e.best by itself. It comes back to an
// offer whose category's gate was unseen. It goes as far as the index is worked
// out; where it ends for good, it leaves a bit.
//
// It calls nothing: a loop in a function without calls is three times as fast in
// WebAssembly.
func (e *Engine) walk(f *frame) bool {
	s, v, now := &e.scan, e.view, e.call.Time
	fits, known := f.sieve.fits[:f.sieve.ready], f.sieve.known
	at, left := s.at, s.left
	for {
		for left == 0 {
			if at >= uint32(len(fits)) {
				s.at, s.left = at, 0
				return false
			}
			left = v.Bitmap(s.word+at) & fits[at]
			s.exact = 0
			if i := 8 * int(at); i+8 <= len(known) {
				s.exact = word(known[i : i+8])
			}
			at++
		}
		bit := uint32(bits.TrailingZeros64(left))
		r := at*64 - 64 + bit
		o := v.Offer(s.first + r)
		// Read in a row, the fields need one check of their addresses.
		weights, tie, bound, to, from, p, category := o.Weights(), o.Tie(), o.Bound(), o.To(), o.From(), o.Filter(), o.Category()
		if bound < s.floor {
			s.at, s.left = at, left
			return false
		}
		left &= left - 1
		if now < from || now >= to {
			continue
		}
		gate := f.gates[category-s.category]
		if gate < 0 {
			continue
		}
		tie = snapshot.Tie(s.tie, tie)
		if bound == s.floor && tie > s.worst {
			continue
		}
		mark := f.age | pass
		if p != none {
			mark = f.memo[p]
		}
		if mark == f.age|fail {
			continue
		}
		if gate == unseen {
			s.offer, s.rank = s.first+r, r
			s.at, s.left = at, left|1<<bit
			return true
		}
		look := !s.simple || s.n == s.depth || weights.Count != 1
		if s.exact>>bit&1 == 0 && !look {
			look = mark != f.age|pass || v.Category(category).Flags()&snapshot.CategoryOfferFilter != 0
		}
		if !look {
			w := v.Weight(weights.Start)
			space, filter, program, to, from, value := w.Space(), w.Filter(), w.Program(), w.To(), w.From(), w.Value()
			if now < from || now >= to || space != none && space != s.space {
				continue
			}
			weight := value * gate
			look = program != none || filter != none
			if !look && !(value > 0 && value <= math.MaxFloat64 && weight > 0 && weight <= math.MaxFloat64) {
				continue
			}
			if n := s.n; !look && n > 0 {
				last := &e.best[n-1]
				look = weight > last.weight || weight == last.weight && tie <= last.tie
			}
			if !look {
				c := &e.best[s.n]
				c.offer, c.code, c.weight, c.tie, c.placed = s.first+r, o.Code(), weight, tie, 0
				if s.n++; s.n == s.depth {
					s.floor, s.worst = weight, tie
				}
				continue
			}
		}
		s.offer, s.rank = s.first+r, r
		s.at, s.left = at, left
		return true
	}
}

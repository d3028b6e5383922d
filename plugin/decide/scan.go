package decide

import (
	"math"
	"math/bits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// scan walks the offers that are live on a space and that the index lets
// through, in rank order.
type scan struct {
	offer uint32  // where it stands
	rank  uint32  // of it
	floor float64 // weight of the last offer that is wanted, once there are as many
	worst uint64  // its tie
	tie   uint64  // the call's part of ties

	first    uint32 // the environment's first offer
	word     uint32 // first word of the space's bitmap
	at       uint32 // word to go on with
	left     uint64 // bits of the word before it
	now      int64
	category uint32 // the environment's first
	gates    []float64
	memo     []uint8
	sieve    *sieve

	duplicates bool // the space shows offers that other groups have taken
}

// beginScan makes the scan of a group.
func (e *Engine) beginScan(f *frame, space uint32, tie uint64) {
	sp := e.view.Space(space)
	if f.bySpace && f.space != space {
		clear(f.chain)
	}
	f.space = space
	clear(f.gates)
	if !f.sieve.chosen {
		e.choose(f)
	}
	e.scan = scan{
		floor: math.Inf(-1), tie: tie, first: f.env.Offers().Start, word: sp.Live(), now: e.call.Time,
		category: f.env.Categories().Start, gates: f.gates, memo: f.memo, sieve: &f.sieve,
		duplicates: sp.Flags()&snapshot.SpaceAllowDuplicates != 0,
	}
}

// next goes to the next offer that is within its dates, whose category's gate is
// not closed, whose filter is not known to be false and that could come before
// the last one that is wanted; it ends where no offer can have a final weight of
// floor or more.
func (s *scan) next(v *snapshot.View) bool {
	for {
		if s.walk(v) {
			return true
		}
		if s.left != 0 || s.sieve.ready == uint32(len(s.sieve.fits)) ||
			v.Offer(s.first+64*s.at).Bound() < s.floor {
			return false
		}
		s.sieve.extend()
	}
}

// walk is next as far as the index is worked out. It calls nothing: a loop in a
// small function without calls is three times as fast in WebAssembly. Where it
// ends for good it leaves a bit.
func (s *scan) walk(v *snapshot.View) bool {
	fits, at, left := s.sieve.fits[:s.sieve.ready], s.at, s.left
	for {
		for left == 0 {
			if at >= uint32(len(fits)) {
				s.at, s.left = at, 0
				return false
			}
			left = v.Bitmap(s.word+at) & fits[at]
			at++
		}
		r := at*64 - 64 + uint32(bits.TrailingZeros64(left))
		o := v.Offer(s.first + r)
		if o.Bound() < s.floor {
			s.at, s.left = at, left
			return false
		}
		left &= left - 1
		if s.now < o.From() || s.now >= o.To() || s.gates[o.Category()-s.category] < 0 {
			continue
		}
		if o.Bound() == s.floor && snapshot.Tie(s.tie, o.Tie()) > s.worst {
			continue
		}
		if p := o.Filter(); p != none && s.memo[p] == fail {
			continue
		}
		s.offer, s.rank = s.first+r, r
		s.at, s.left = at, left
		return true
	}
}

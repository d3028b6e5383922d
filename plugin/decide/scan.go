package decide

import (
	"math"
	"math/bits"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// scan walks the offers that are live on a space, in rank order.
type scan struct {
	offer uint32 // where it stands
	floor float64

	first, count uint32 // the environment's offers
	word         uint32 // of the space's bitmap
	rank         uint32 // from which it goes on
	now          int64
	category     uint32 // the environment's first
	gates        []float64
	memo         []uint8
	duplicates   bool // the space shows offers that other groups have taken
}

// beginScan makes the scan of a group.
func (e *Engine) beginScan(f *frame, space uint32) {
	sp := e.view.Space(space)
	if f.bySpace && f.space != space {
		clear(f.chain)
	}
	f.space = space
	clear(f.gates)
	offers := f.env.Offers()
	e.scan = scan{
		floor: math.Inf(-1), first: offers.Start, count: offers.Count, word: sp.Live(), now: e.call.Time,
		category: f.env.Categories().Start, gates: f.gates, memo: f.memo,
		duplicates: sp.Flags()&snapshot.SpaceAllowDuplicates != 0,
	}
}

// next goes to the next offer that is within its dates, whose category's gate is
// not closed and whose filter is not known to be false; it ends where no offer
// can have a final weight of floor or more. It calls nothing: a loop in a small
// function without calls is three times as fast in WebAssembly.
func (s *scan) next(v *snapshot.View) bool {
	for r := s.rank; r < s.count; {
		live := v.Bitmap(s.word+r/64) >> (r % 64)
		if live == 0 {
			r = (r/64 + 1) * 64
			continue
		}
		r += uint32(bits.TrailingZeros64(live))
		if r >= s.count {
			break
		}
		o := v.Offer(s.first + r)
		r++
		if o.Bound() < s.floor {
			break
		}
		if s.now < o.From() || s.now >= o.To() || s.gates[o.Category()-s.category] < 0 {
			continue
		}
		if p := o.Filter(); p != none && s.memo[p] == fail {
			continue
		}
		s.offer, s.rank = s.first+r-1, r
		return true
	}
	return false
}

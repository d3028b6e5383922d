package expr

import "github.com/profferhq/proffer/catalog/snapshot"

// Shown is one proposition that the target was shown before the call.
type Shown struct {
	Offer    uint64 // Hash32 of its code
	Category uint64 // Hash64 of the name of its own category, 0 where that is not known
	Is       uint8  // bit f: it counts for the function f of snapshot.OpHistory
	At       int64  // when, in milliseconds since 1970-01-01T00:00:00Z
}

// shownSize is what a look at one costs of the budget, in bytes.
const shownSize = 8

// recall makes of a code, or the name of a category, what the history has of it:
// how many propositions, or the nanoseconds since the last.
func (m *Machine) recall(v *Value, fn byte, s *Scope) {
	if v.Kind != String || !m.spend(len(v.Bytes)+shownSize*len(s.Past)) {
		v.fail()
		return
	}
	key, in := snapshot.Hash64(v.Bytes), fn&snapshot.HistoryIn != 0
	if !in {
		key >>= 32
	}
	fn &^= snapshot.HistoryIn
	count, last := int64(0), s.Now-snapshot.MaxAge/1_000_000
	for i := range s.Past {
		p := &s.Past[i]
		own := p.Offer
		if in {
			own = p.Category
		}
		if own == key && p.Is>>fn&1 != 0 {
			count++
			last = max(last, p.At)
		}
	}
	v.Kind = Int
	if fn == snapshot.HistoryAge {
		v.Kind = Span
		count = max(s.Now-last, 0) * 1_000_000 // what lies ahead counts as now
	}
	v.Bits = uint64(count)
}

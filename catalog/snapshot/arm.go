package snapshot

import "math/bits"

// Lot is the hash by which an experiment or a holdout divides ids: of its
// version in eight little-endian bytes, its name, a zero byte and the id. It is
// frozen, and so is all that follows from it here. Test vectors stand in
// testdata/arms.json.
func Lot(version uint32, name, id []byte) uint64 {
	h := FNV64(bucketHash(uint64(version)), name)
	h *= fnvPrime // the zero byte
	return Mix64(FNV64(h, id))
}

// ArmOf is the name of the arm that an experiment gives an id, None without an
// id. Each arm with a share has a cost of its own for the id, and the least cost
// per share wins (weighted rendezvous hashing): a greater share makes its own
// arm cheaper and leaves the others as they are, so that nobody moves between
// them. Of equal ones the first by name wins.
func (v *View) ArmOf(e *Experiment, id []byte) uint32 {
	best, least, share := None, uint64(1), uint64(0)
	if len(id) == 0 {
		return best
	}
	lot := Lot(e.Version(), v.Name(e.Name()), id)
	for r, i := e.Arms(), uint32(0); i < r.Count; i++ {
		a := v.Arm(r.Start + i)
		cost, own := rarity(Tie(lot, Hash64(v.Name(a.Name())))), uint64(a.Weight())
		// A quotient is compared without dividing: costs are below 2³⁵, shares
		// below 2²⁰. With no arm yet any share is the better one.
		if cost*share < least*own {
			best, least, share = a.Name(), cost, own
		}
	}
	return best
}

// rarityBits are those behind the point of a rarity.
const rarityBits = 28

// rarity is −log₂(h ÷ 2⁶⁴) with 28 bits behind the point, of an odd h: of a hash
// it is exponentially distributed. The logarithm is found by squaring, in whole
// numbers, so that every machine has the same.
func rarity(h uint64) uint64 {
	h |= 1
	zeros := bits.LeadingZeros64(h)
	m := h << zeros >> 32 // from 2³¹ on, below 2³²
	log := uint64(0)
	for range rarityBits {
		m *= m
		bit := m >> 63
		m >>= 31 + bit
		log = log<<1 | bit
	}
	return uint64(zeros+1)<<rarityBits - log
}

// HoldsOut reports whether a catalog's holdout has an id as a member: its lot,
// in the upper 32 bits, lies in the first percent. Nobody without an id is one.
func (v *View) HoldsOut(id []byte) bool {
	h := v.Holdout()
	if h == nil || len(id) == 0 {
		return false
	}
	lot := Lot(h.Version(), v.Name(h.Name()), id) >> 32
	return float64(lot)*100 < h.Percent()*(1<<32) // both sides are exact
}

package snapshot

// Rule is a presentation rule as one environment applies it. All that are there
// are active.
type Rule [ruleSize]byte

// RuleSameChannel is the flag of a rule that counts only what was proposed on
// the channel of the call.
const RuleSameChannel = 1

func (r *Rule) Name() uint32         { return u32(r[0:]) }
func (r *Rule) Channel() uint32      { return u32(r[4:]) } // of the calls that it applies to; None = all
func (r *Rule) Calendar() uint8      { return r[8] }       // the numbers of catalog.Calendar; 0 = Period
func (r *Rule) Counted() uint8       { return r[9] }       // the numbers of catalog.Counting
func (r *Rule) Status() uint8        { return r[10] }      // the numbers of catalog.CountedStatus
func (r *Rule) Flags() uint8         { return r[11] }
func (r *Rule) Quantity() uint32     { return u32(r[12:]) }
func (r *Rule) Period() int64        { return i64(r[16:]) } // milliseconds; 0 with a calendar
func (r *Rule) Target() uint32       { return u32(r[24:]) } // program, or None
func (r *Rule) Propositions() uint32 { return u32(r[28:]) } // program, or None; the one kind that reads proposition.*
func (r *Rule) Applies() uint32      { return u32(r[32:]) } // first word of its map in SecBitmaps

// Applies reports whether a rule applies to the offer of a rank of its
// environment.
func (v *View) Applies(r *Rule, rank uint32) bool {
	return v.Bitmap(r.Applies()+rank/64)>>(rank%64)&1 != 0
}

func (v *View) Rule(i uint32) *Rule {
	return (*Rule)(v.sections[SecRules][int(i)*ruleSize : int(i)*ruleSize+ruleSize])
}

// Remembers reports whether what was shown matters to an environment: to a rule
// or to an expression.
func (r *Environment) Remembers() bool {
	return r.Rules().Count > 0 || r.Flags()&EnvironmentReadsHistory != 0
}

// FindOffer is the offer of an environment whose code has a Hash32, or None: as
// propositions name theirs. Where nobody asks there is no index.
func (v *View) FindOffer(env *Environment, hash uint32) uint32 {
	if !env.Remembers() {
		return None
	}
	first := env.OfferIndex()
	lo, hi := uint32(0), env.Offers().Count
	// Hashes lie evenly between from and to, so a place can be guessed: three or
	// four guesses find one of 1,000, where halves take ten.
	from, to := uint64(0), uint64(1)<<32
	for guesses := 8; lo < hi; guesses-- {
		mid := lo + (hi-lo)/2
		if guesses > 0 {
			mid = lo + uint32((uint64(hash)-from)*uint64(hi-lo)/(to-from))
		}
		offer := v.List(first + mid)
		switch h := v.Offer(offer).Hash(); {
		case h == hash:
			return offer
		case h < hash:
			lo, from = mid+1, uint64(h)+1
		default:
			hi, to = mid, uint64(h)
		}
	}
	return None
}

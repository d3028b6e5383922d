package snapshot

import "bytes"

// Zone is a time zone that expressions name.
type Zone [zoneSize]byte

func (r *Zone) Name() Span         { return span(r[0:]) } // in SecText
func (r *Zone) Transitions() Range { return rng(r[8:]) }  // of SecZoneTransitions

// Zone is entry i of SecZones.
func (v *View) Zone(i uint32) *Zone {
	return (*Zone)(v.sections[SecZones][int(i)*zoneSize : int(i)*zoneSize+zoneSize])
}

// ZoneTransition is entry i of SecZoneTransitions.
func (v *View) ZoneTransition(i uint32) *Transition {
	return (*Transition)(v.sections[SecZoneTransitions][int(i)*transitionSize : int(i)*transitionSize+transitionSize])
}

// LocalOffset is how many seconds the clocks of a zone are ahead of UTC at a
// time, in seconds since 1970. It is false for a zone that no expression names,
// and for a time before its first transition or from its last.
func (v *View) LocalOffset(name []byte, second int64) (offset int64, ok bool) {
	for i := range v.Count(SecZones) {
		z := v.Zone(i)
		if !bytes.Equal(v.Text(z.Name()), name) {
			continue
		}
		r := z.Transitions()
		lo, hi := r.Start, r.End()
		for lo < hi {
			mid := lo + (hi-lo)/2
			if v.ZoneTransition(mid).At() <= second*1000 {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		if lo == r.Start || lo == r.End() {
			return 0, false
		}
		return v.ZoneTransition(lo-1).Offset() / 1000, true
	}
	return 0, false
}

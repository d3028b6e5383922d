package decide

import "github.com/profferhq/proffer/catalog/snapshot"

// callTie is the call's part of the tie hash: the bucket that the environment
// asks for, and the id. Without an id the bucket is always the seed.
func (e *Engine) callTie(f *frame) uint64 {
	id := e.call.Visitor.ID
	if len(id) == 0 && !e.call.Visitor.Refused {
		id = e.call.Identity.tieKey(f)
	}
	bucket := e.call.Seed
	if len(id) > 0 {
		switch f.env.Ties() {
		case snapshot.TiesVisit:
			bucket = uint64(e.call.Visitor.VisitStart)
		case snapshot.TiesDay:
			bucket = uint64(e.localDay())
		}
	}
	return snapshot.CallTie(bucket, id)
}

// tieKey is the person key where a person is all that is known.
func (id *Identity) tieKey(f *frame) []byte {
	if id.Given && f.env.Kind() == snapshot.KindIdentified {
		return id.Key
	}
	return nil
}

const dayMS = 24 * 60 * 60 * 1000

// localDay is the number of the day in the catalog's zone.
func (e *Engine) localDay() int64 {
	lo, hi := uint32(0), e.view.Count(snapshot.SecTransitions)
	for lo < hi {
		mid := lo + (hi-lo)/2
		if e.view.Transition(mid).At() <= e.call.Time {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	local := e.call.Time
	if e.view.Count(snapshot.SecTransitions) > 0 {
		local += e.view.Transition(max(lo, 1) - 1).Offset() // the first holds before it too
	}
	day := local / dayMS
	if local%dayMS < 0 {
		day--
	}
	return day
}

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

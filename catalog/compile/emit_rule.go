package compile

import (
	"cmp"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// rules writes the presentation rules of an environment, by name.
func (e *emitter) rules(env *environment) (first uint32) {
	first = e.sec(snapshot.SecRules).count()
	for _, p := range env.typology {
		bitmaps := e.sec(snapshot.SecBitmaps)
		applies := bitmaps.count()
		for _, w := range p.applies {
			bitmaps.record().u64(0, w)
		}
		r := e.sec(snapshot.SecRules).record()
		r.u32(0, e.names.id(p.src.Name.S))
		r.u32(4, e.names.id(p.src.Channel.S))
		r.u8(8, uint8(p.src.Calendar))
		r.u8(9, uint8(p.src.Counted))
		r.u8(10, uint8(p.src.Status))
		if p.src.SameChannelOnly {
			r.u8(11, snapshot.RuleSameChannel)
		}
		r.u32(12, uint32(p.src.Quantity))
		if p.src.Calendar == catalog.NoCalendar {
			r.i64(16, p.src.Period.MS)
		}
		r.u32(24, p.target)
		r.u32(28, p.propositions)
		r.u32(32, applies)
	}
	return first
}

// byHash are the indexes of offers in the order of their codes' Hash32, by
// which propositions name them.
func byHash(offers []*offer) []uint32 {
	hash := func(o *offer) uint32 { return snapshot.Hash32([]byte(o.src.Code.S)) }
	sorted := slices.Clone(offers)
	slices.SortFunc(sorted, func(a, b *offer) int { return cmp.Compare(hash(a), hash(b)) })
	out := make([]uint32, len(sorted))
	for i, o := range sorted {
		out[i] = o.index
	}
	return out
}

// experiments writes what divides the ids, and how long records are kept.
func (e *emitter) experiments(l *linked) {
	for _, x := range l.src.Experiments {
		first := e.sec(snapshot.SecArms).count()
		for _, a := range x.Arms {
			e.sec(snapshot.SecArms).record().pair(0, e.names.id(a.Name.S), uint32(a.Weight))
		}
		r := e.sec(snapshot.SecExperiments).record()
		r.pair(0, e.names.id(x.Name.S), uint32(x.Version))
		r.pair(8, first, uint32(len(x.Arms)))
	}
	if h := l.src.Holdout; h != nil {
		r := e.sec(snapshot.SecHoldout).record()
		r.pair(0, e.names.id(h.Name.S), uint32(h.Version))
		r.f64(8, h.Percent)
	}
	if visitors, propositions, written := retention(l.src); written {
		r := e.sec(snapshot.SecRetention).record()
		r.i64(0, visitors)
		r.i64(8, propositions)
	}
}

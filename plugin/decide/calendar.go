package decide

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

const dayMS = 24 * 60 * 60 * 1000

// localDay is the number of the day in the catalog's zone.
func (e *Engine) localDay() int64 {
	local := e.call.Time + e.offset(e.transition(e.call.Time))
	return (local - mod(local, dayMS)) / dayMS
}

// beginOf is the start of the day, week (from Monday) or month that it is in the
// catalog's zone, in milliseconds since 1970-01-01T00:00:00Z.
func (e *Engine) beginOf(c catalog.Calendar) int64 {
	day := e.localDay()
	switch c {
	case catalog.CalendarWeek:
		day -= mod(day+3, 7) // 1970-01-01 was a Thursday
	case catalog.CalendarMonth:
		_, _, d := wire.Civil(day)
		day -= int64(d) - 1
	}
	return e.instant(day * dayMS)
}

// instant is the first one at which the clocks of the catalog's zone show that
// time or a later one: of a time that comes twice the earlier, of one that they
// leave out the end of the gap.
func (e *Engine) instant(local int64) int64 {
	i := e.transition(local - dayMS) // zones are within 24 hours of UTC
	for n := e.view.Count(snapshot.SecTransitions); i+1 < n; i++ {
		if at := e.during(i, local); at < e.view.Transition(i+1).At() {
			return at
		}
	}
	return e.during(i, local)
}

// during is when the local time comes while the offset of a transition holds,
// if not at its beginning.
func (e *Engine) during(i uint32, local int64) int64 {
	at := local - e.offset(i)
	if i > 0 {
		at = max(at, e.view.Transition(i).At())
	}
	return at
}

// transition is the place of the last one at or before a time; the first holds
// before it, too.
func (e *Engine) transition(time int64) uint32 {
	lo, hi := uint32(0), e.view.Count(snapshot.SecTransitions)
	for lo < hi {
		mid := lo + (hi-lo)/2
		if e.view.Transition(mid).At() <= time {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo, 1) - 1
}

// offset is that of a transition in milliseconds; 0 for a zone without any,
// which is UTC.
func (e *Engine) offset(i uint32) int64 {
	if i >= e.view.Count(snapshot.SecTransitions) {
		return 0
	}
	return e.view.Transition(i).Offset()
}

func mod(a, b int64) int64 { return (a%b + b) % b }

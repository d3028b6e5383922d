package compile

import (
	"math"
	"sort"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/zone"
)

// The years for which a snapshot knows the zone's transitions. Outside them
// the nearest offset holds.
const (
	firstZoneYear = 2000
	lastZoneYear  = 2100
)

// transitions writes the moments from which the catalog's zone has each
// offset. UTC needs none.
func (e *emitter) transitions(l *linked) {
	name := l.src.Zone.S
	if name == "" || name == "UTC" {
		return
	}
	loc, ok := zone.Load(name)
	if !ok {
		return // the author's reader has refused it already
	}
	at := time.Date(firstZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	limit := time.Date(lastZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	offset := offsetAt(loc, at)
	e.transition(at, offset)
	for at < limit {
		at = nextChange(loc, at, offset)
		if next := offsetAt(loc, at); next != offset && at < limit {
			e.transition(at, next)
			offset = next
		}
	}
}

// nextChange is a moment behind at up to which a zone has an offset. In some
// years Time.ZoneBounds ends at or before the moment that it was asked for (Go
// 1.26); there the zone is looked at six hours ahead, within which no zone has
// changed twice since 1970.
func nextChange(loc *time.Location, at int64, offset int) int64 {
	_, end := time.Unix(at, 0).In(loc).ZoneBounds()
	switch {
	case end.IsZero():
		return math.MaxInt64
	case end.Unix() > at:
		return end.Unix()
	}
	const ahead = 6 * 60 * 60
	return at + 1 + int64(sort.Search(ahead, func(i int) bool { return offsetAt(loc, at+1+int64(i)) != offset }))
}

func offsetAt(loc *time.Location, unix int64) int {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return offset
}

func (e *emitter) transition(unix int64, offset int) {
	r := e.sec(snapshot.SecTransitions).record()
	r.i64(0, unix*1000)
	r.i64(8, int64(offset))
}

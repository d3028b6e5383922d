package compile

import (
	"maps"
	"math"
	"slices"
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

// The years for which a snapshot knows the transitions of the zones that
// expressions name. Outside of them an expression that asks fails.
const (
	firstLocalYear = 1970
	lastLocalYear  = 2100
)

// transitions writes the moments from which the catalog's zone has each
// offset. UTC needs none.
func (e *emitter) transitions(l *linked) {
	name := l.src.Zone.S
	if name == "" || name == "UTC" {
		return
	}
	if loc, ok := zone.Load(name); ok { // else the author's reader has refused it already
		e.changes(snapshot.SecTransitions, loc, firstZoneYear, lastZoneYear)
	}
}

// zones writes the zones that programs name, and a last transition where what
// is known of each ends.
func (e *emitter) zones() {
	named := map[string]bool{}
	for _, p := range e.programs.all {
		for name := range p.Zones() {
			named[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		loc, ok := zone.Load(name)
		if !ok {
			continue // rule has refused it already
		}
		first := e.sec(snapshot.SecZoneTransitions).count()
		offset := e.changes(snapshot.SecZoneTransitions, loc, firstLocalYear, lastLocalYear)
		e.transition(snapshot.SecZoneTransitions, yearStart(lastLocalYear), offset)
		text := e.text([]byte(name))
		r := e.sec(snapshot.SecZones).record()
		r.pair(0, text.Start, text.Length)
		r.pair(8, first, e.sec(snapshot.SecZoneTransitions).count()-first)
	}
}

func yearStart(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// changes writes from when a zone has each offset, and gives the last.
func (e *emitter) changes(section int, loc *time.Location, firstYear, lastYear int) (offset int) {
	at, limit := yearStart(firstYear), yearStart(lastYear)
	offset = offsetAt(loc, at)
	e.transition(section, at, offset)
	for at < limit {
		at = nextChange(loc, at, offset)
		if next := offsetAt(loc, at); next != offset && at < limit {
			e.transition(section, at, next)
			offset = next
		}
	}
	return offset
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

func (e *emitter) transition(section int, unix int64, offset int) {
	r := e.sec(section).record()
	r.i64(0, unix*1000)
	r.i64(8, int64(offset))
}

package compile

import (
	"sort"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/profferhq/proffer/catalog/snapshot"
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
	zone := l.src.Zone.S
	if zone == "" || zone == "UTC" {
		return
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return // the author's reader has refused it already
	}
	at := time.Date(firstZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	limit := time.Date(lastZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	offset := offsetAt(loc, at)
	e.transition(at, offset)
	for ; at < limit; at += zoneStep {
		next := offsetAt(loc, at+zoneStep)
		if next == offset {
			continue
		}
		change := sort.Search(zoneStep, func(i int) bool { return offsetAt(loc, at+int64(i)) != offset })
		e.transition(at+int64(change), next)
		offset = next
	}
}

// zoneStep is how far apart a zone is looked at, in seconds: no zone has
// changed its offset twice within six hours since 1970. Time.ZoneBounds would
// tell the changes, but repeats itself at the end of some years (Go 1.26).
const zoneStep = 6 * 60 * 60

func offsetAt(loc *time.Location, unix int64) int {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return offset
}

func (e *emitter) transition(unix int64, offset int) {
	r := e.sec(snapshot.SecTransitions).record()
	r.i64(0, unix*1000)
	r.i64(8, int64(offset))
}

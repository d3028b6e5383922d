package compile_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/zone"
)

// TestTransitionsAreTheZones compares the offsets in snapshots with the zone's,
// every five hours and some minutes from 2000 to 2100, and a millisecond before
// and at each change.
func TestTransitionsAreTheZones(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "UTC", "Etc/GMT+12", "Asia/Tokyo", "Europe/Paris", "America/New_York", "Australia/Lord_Howe",
		"Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "America/Caracas", "Europe/Istanbul", "Antarctica/Troll",
	} {
		t.Run(name, func(t *testing.T) {
			loc := time.UTC
			if name != "" {
				var ok bool
				if loc, ok = zone.Load(name); !ok {
					t.Fatal("unknown zone")
				}
			}
			v := inZone(t, name)
			check := func(ms int64) {
				t.Helper()
				_, want := time.UnixMilli(ms).In(loc).Zone()
				if got := offsetAt(v, ms); got != int64(want)*1000 {
					t.Fatalf("%s: got %d ms, want %d s", time.UnixMilli(ms).UTC(), got, want)
				}
			}
			from, to := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
			for ms := from; ms < to; ms += 5*3600_000 + 7*60_000 + 1 {
				check(ms)
			}
			for i := uint32(1); i < v.Count(snapshot.SecTransitions); i++ {
				check(v.Transition(i).At())
				check(v.Transition(i).At() - 1)
			}
		})
	}
}

// TestTransitionsOfEveryZone compares the offsets in snapshots with the zone's
// for every zone of the database, links included, at random moments from 1970 to
// 2150, and a millisecond before and at each change. Outside of the years that a
// snapshot knows the nearest offset holds.
func TestTransitionsOfEveryZone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	first, last := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()-1
	names, err := draw.Zones()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		loc, ok := zone.Load(name)
		if !ok {
			t.Errorf("%s: unknown", name)
			continue
		}
		v := inZone(t, name)
		check := func(ms int64) {
			_, want := time.UnixMilli(min(max(ms, first), last)).In(loc).Zone()
			if got := offsetAt(v, ms); got != int64(want)*1000 {
				t.Errorf("%s, %s: got %d ms, want %d s", name, time.UnixMilli(ms).UTC(), got, want)
			}
		}
		for range 100 {
			check(r.Int64N(180 * 366 * 86_400_000))
		}
		for i := uint32(1); i < v.Count(snapshot.SecTransitions); i++ {
			check(v.Transition(i).At())
			check(v.Transition(i).At() - 1)
		}
	}
	if len(names) < 590 {
		t.Errorf("only %d zones", len(names))
	}
}

// inZone is the snapshot of a catalog in a zone.
func inZone(t *testing.T, name string) *snapshot.View {
	c := one(&catalog.Environment{})
	c.Zone = word("%s", name)
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// offsetAt reads a snapshot's zone as a decision does.
func offsetAt(v *snapshot.View, ms int64) (offset int64) {
	if v.Count(snapshot.SecTransitions) > 0 {
		offset = v.Transition(0).Offset()
	}
	for i := range v.Count(snapshot.SecTransitions) {
		if tr := v.Transition(i); tr.At() <= ms {
			offset = tr.Offset()
		}
	}
	return offset
}

// TestZonesOfExpressions compares the offsets of zones that filters name with
// the zone's, every five hours and some minutes from 1970 to 2100, and a second
// before and at each change. Nothing is known outside of these years.
func TestZonesOfExpressions(t *testing.T) {
	t.Parallel()
	names := []string{
		"Africa/Casablanca", "America/New_York", "Antarctica/Troll", "Asia/Tokyo", "Australia/Lord_Howe", "Etc/GMT+12", "Europe/Paris",
		"Pacific/Apia",
	}
	c := one(&catalog.Environment{})
	for _, name := range append(names, names[0]) {
		c.Environments[0].Filter = append(c.Environments[0].Filter, catalog.Condition{
			Expr: word(`interaction.time.getHours("%s") >= 0 && interaction.time.getHours("+01:00") >= 0`, name),
		})
	}
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	if n := v.Count(snapshot.SecZones); int(n) != len(names) {
		t.Fatalf("%d zones", n)
	}
	from, to := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for i, name := range names {
		loc, _ := zone.Load(name)
		check := func(second int64) {
			t.Helper()
			_, want := time.Unix(second, 0).In(loc).Zone()
			if got, ok := v.LocalOffset([]byte(name), second); !ok || got != int64(want) {
				t.Fatalf("%s, %s: got %d s (%v), want %d s", name, time.Unix(second, 0).UTC(), got, ok, want)
			}
		}
		for second := from; second < to; second += 5*3600 + 7*60 + 1 {
			check(second)
		}
		r := v.Zone(uint32(i)).Transitions()
		for at := r.Start + 1; at < r.End()-1; at++ {
			check(v.ZoneTransition(at).At() / 1000)
			check(v.ZoneTransition(at).At()/1000 - 1)
		}
		for _, second := range []int64{from - 1, to, -1 << 40, 1 << 40} {
			if _, ok := v.LocalOffset([]byte(name), second); ok {
				t.Errorf("%s knows %d", name, second)
			}
		}
	}
	if _, ok := v.LocalOffset([]byte("Europe/Rome"), 0); ok {
		t.Error("a zone that nobody names")
	}
}

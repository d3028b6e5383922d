package decide

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// zones of which some change their clocks at midnight, so that it comes twice
// or not at all.
var zones = []string{
	"UTC", "Europe/Paris", "America/Havana", "Asia/Beirut", "America/Asuncion", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe",
}

// TestBeginOf compares the beginning of days, weeks and months with package
// time, in steps of a quarter of an hour.
func TestBeginOf(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		e := engineIn(t, zone)
		for range 3000 {
			now := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(98*365*24*60*60)) * time.Second)
			e.call = &Call{Time: now.UnixMilli()}
			y, m, d := now.In(loc).Date()
			week := d - (int(now.In(loc).Weekday())+6)%7
			for c, day := range map[catalog.Calendar]int{catalog.CalendarDay: d, catalog.CalendarWeek: week, catalog.CalendarMonth: 1} {
				want := firstOf(time.Date(y, m, day, 12, 0, 0, 0, loc))
				if got := e.beginOf(c); got != want.UnixMilli() {
					t.Fatalf("%s, %v, calendar %d: begins %v, want %v", zone, now.In(loc), c, time.UnixMilli(got).In(loc), want)
				}
			}
		}
	}
}

// firstOf is the first quarter of an hour of the day of a noon.
func firstOf(noon time.Time) time.Time {
	at := noon.Add(-30 * time.Hour).Truncate(15 * time.Minute)
	for at.Day() != noon.Day() {
		at = at.Add(15 * time.Minute)
	}
	return at
}

func engineIn(t *testing.T, zone string) *Engine {
	b, diagnostics := compile.Compile(&catalog.Catalog{
		Zone: catalog.Text{S: zone},
		Environments: []*catalog.Environment{{
			Name: catalog.Text{S: "e"}, Kind: catalog.Anonymous, VisitorFolder: catalog.Text{S: "v"},
			Spaces: []*catalog.Space{{Name: catalog.Text{S: "s"}, Channel: catalog.Text{S: "web"}}},
		}},
	})
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return New(&v)
}

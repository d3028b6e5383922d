package zone_test

import (
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/zone"
)

func TestLoad(t *testing.T) {
	for _, name := range []string{"UTC", "Etc/UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "EST5EDT"} {
		if loc, ok := zone.Load(name); !ok || loc.String() != name {
			t.Errorf("%s: got %v, %v", name, loc, ok)
		}
	}
	for _, name := range []string{"", "Local", "europe/paris", "Europe", "Europe/", "/Europe/Paris", "../UTC", "Europe/Atlantis"} {
		if loc, ok := zone.Load(name); ok {
			t.Errorf("%q: got %v", name, loc)
		}
	}
}

// TestRules holds zones to changes that were decided and published: the
// European rule of 2026 and of a year for which only the rule tells, countries
// that gave up summer time (the last in 2024), a day that was left out.
func TestRules(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"},
		{"Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"},
		{"Europe/Paris", "2099-10-25T00:59:59Z", "2099-10-25T02:59:59+02:00"},
		{"America/Sao_Paulo", "2026-01-15T00:00:00Z", "2026-01-14T21:00:00-03:00"},
		{"Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00+05:45"},
		{"America/Asuncion", "2026-07-01T00:00:00Z", "2026-06-30T21:00:00-03:00"},
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"},
	} {
		loc, ok := zone.Load(c.zone)
		if !ok {
			t.Fatalf("%s: not found", c.zone)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(loc).Format(time.RFC3339); got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.zone, c.at, got, c.want)
		}
	}
}

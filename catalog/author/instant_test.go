package author_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/zone"
)

// fromOf is the start of a category's period in a catalog of a zone.
func fromOf(t *testing.T, zone, from string) catalog.Instant {
	t.Helper()
	c := parseOne(t, fmt.Sprintf("zone: %s\nenvironments: {e: {kind: anonymous, categories: {c: {from: '%s'}}}}", zone, from))
	return c.Environments[0].Categories[0].From
}

func TestInstants(t *testing.T) {
	for _, c := range []struct{ name, zone, from, want string }{
		{"offset", "Europe/Paris", "2026-06-01T09:30:00+02:00", "2026-06-01T07:30:00Z"},
		{"negative offset", "UTC", "2026-06-01T23:30:00-03:30", "2026-06-02T03:00:00Z"},
		{"Z", "Europe/Paris", "2026-06-01T09:30:00Z", "2026-06-01T09:30:00Z"},
		{"small letters", "UTC", "2026-06-01t09:30:00z", "2026-06-01T09:30:00Z"},
		{"milliseconds", "UTC", "2026-06-01T09:30:00.5Z", "2026-06-01T09:30:00.5Z"},
		{"local", "Europe/Paris", "2026-06-01T00:00:00", "2026-05-31T22:00:00Z"},
		{"local in winter", "Europe/Paris", "2026-01-01T00:00:00.001", "2025-12-31T23:00:00.001Z"},
		{"without seconds", "UTC", "2026-06-01 00:01", "2026-06-01T00:01:00Z"},
		{"date", "Asia/Tokyo", "2026-06-01", "2026-05-31T15:00:00Z"},
		{"own zone", "Asia/Tokyo", "2026-06-01T00:00:00 America/New_York", "2026-06-01T04:00:00Z"},
		{"date with own zone", "Asia/Tokyo", "2026-06-01 America/New_York", "2026-06-01T04:00:00Z"},
		{"first", "UTC", "1970-01-01", "1970-01-01T00:00:00Z"},
		{"last", "UTC", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{"leap day", "UTC", "2028-02-29", "2028-02-29T00:00:00Z"},

		{"before the gap", "Europe/Paris", "2026-03-29T01:59:59.999", "2026-03-29T00:59:59.999Z"},
		{"gap starts", "Europe/Paris", "2026-03-29T02:00", "2026-03-29T01:00:00Z"},
		{"in the gap", "Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
		{"behind the gap", "Europe/Paris", "2026-03-29T03:00", "2026-03-29T01:00:00Z"},
		{"twice", "Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
		{"twice, last second", "Europe/Paris", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z"},
		{"behind what is twice", "Europe/Paris", "2026-10-25T03:00", "2026-10-25T02:00:00Z"},
		{"gap at midnight", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		{"half an hour's gap", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"},
		{"behind half an hour's gap", "Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30:00Z"},
		{"half an hour twice", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"},
		{"behind half an hour twice", "Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30:00Z"},
		{"summer that is standard time", "Europe/Dublin", "2026-07-01T00:00", "2026-06-30T23:00:00Z"},
		{"winter that is less than standard time", "Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30:00Z"},
		{"a gap at the end of Ramadan", "Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:00:00Z"},
		{"twice at its start", "Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30:00Z"},
		{"quarters of an hour", "Asia/Kathmandu", "2026-06-01T00:00", "2026-05-31T18:15:00Z"},
		{"quarters of an hour in summer", "Pacific/Chatham", "2026-01-01T00:00", "2025-12-31T10:15:00Z"},
		{"seconds from UTC", "Africa/Monrovia", "1971-06-01T00:00", "1971-06-01T00:44:30Z"},
		{"a gap of 44 minutes and a half", "Africa/Monrovia", "1972-01-07T00:30", "1972-01-07T00:44:30Z"},
		{"behind the last change that is listed", "America/New_York", "2040-07-04T00:00", "2040-07-04T04:00:00Z"},
		{"a link", "US/Pacific", "2026-07-01T00:00", "2026-07-01T07:00:00Z"},
		{"another name", "Asia/Calcutta", "2026-07-01T00:00", "2026-06-30T18:30:00Z"},
		{"east of the date line", "Pacific/Kiritimati", "2026-07-01T00:00", "2026-06-30T10:00:00Z"},
		{"half a day that was left out", "Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-21T12:00:00Z"},
		{"a day that was left out", "Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"},
		{"the day after it", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"the day before it", "Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59:00Z"},
		{"summer time of a far year", "Europe/Paris", "9998-07-01T00:00", "9998-06-30T22:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, err := time.Parse(time.RFC3339Nano, c.want)
			if err != nil {
				t.Fatal(err)
			}
			got := fromOf(t, c.zone, c.from)
			if !got.Set || got.MS != want.UnixMilli() {
				t.Errorf("got %s, want %s", time.UnixMilli(got.MS).UTC().Format(time.RFC3339Nano), c.want)
			}
		})
	}
}

// A local time is the first minute at which a clock in the zone shows it, or,
// if none does, the first at which one shows a later time: looked for half
// minute by half minute around the changes of all zones, those with odd ones more often.
func TestInstantsAgreeWithAClock(t *testing.T) {
	odd := []string{
		"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Europe/Dublin",
		"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Monrovia", "Africa/Juba", "Asia/Gaza", "Asia/Pyongyang", "Antarctica/Troll",
		"Asia/Kathmandu", "America/St_Johns", "America/Caracas", "Pacific/Chatham", "Pacific/Kwajalein",
	}
	all, err := draw.Zones()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(odd), rapid.SampledFrom(all)).Draw(t, "zone")
		loc, ok := zone.Load(name)
		if !ok {
			t.Fatal(name)
		}
		at := time.Unix(rapid.Int64Range(365*86400, 80*365*86400).Draw(t, "at"), 0).In(loc)
		if _, change := at.ZoneBounds(); !change.IsZero() && change.Year() < 2100 {
			at = change
		}
		minutes := rapid.IntRange(-1500, 1500).Draw(t, "minutes")
		const form = "2006-01-02T15:04:05"
		wall := at.Truncate(time.Minute).Add(time.Duration(minutes) * time.Minute).UTC().Format(form)
		text := fmt.Sprintf("zone: %s\nenvironments: {e: {kind: anonymous, categories: {c: {from: %s}}}}", name, wall)
		c, d := author.Parse([]catalog.File{{Name: "a", Text: []byte(text)}})
		if d.HasErrors() {
			t.Fatal(d)
		}
		asUTC, _ := time.Parse(form, wall)
		want := asUTC.Add(-30 * time.Hour)
		// Monrovia's clocks were half a minute off until 1972.
		for last := ""; want.Before(asUTC.Add(30 * time.Hour)); want = want.Add(30 * time.Second) {
			shown := want.In(loc).Format(form)
			if shown == wall || last != "" && last < wall && shown > wall {
				break
			}
			last = shown
		}
		got := c.Environments[0].Categories[0].From
		if got.MS != want.UnixMilli() {
			t.Fatalf("%s %s: got %s, want %s", name, wall, time.UnixMilli(got.MS).UTC(), want.UTC())
		}
	})
}

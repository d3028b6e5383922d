package wire_test

import (
	"math"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
)

func TestParseInstant(t *testing.T) {
	tests := []struct {
		name, in string
		want     int64
		ok       bool
	}{
		{"epoch", "1970-01-01T00:00:00Z", 0, true},
		{"whole second", "2026-07-10T12:00:00Z", 1783684800000, true},
		{"milliseconds", "2026-07-10T12:00:00.123Z", 1783684800123, true},
		{"one digit", "2026-07-10T12:00:00.1Z", 1783684800100, true},
		{"nine digits are cut", "2026-07-10T12:00:00.123999999Z", 1783684800123, true},
		{"cut before the epoch", "1969-12-31T23:59:59.9999Z", -1, true},
		{"east", "2026-07-10T14:00:00+02:00", 1783684800000, true},
		{"west", "2026-07-10T06:30:00-05:30", 1783684800000, true},
		{"minus zero zone", "1970-01-01T00:00:00-00:00", 0, true},
		{"leap day", "2024-02-29T00:00:00Z", 1709164800000, true},
		{"first", "0001-01-01T00:00:00Z", -62135596800000, true},
		{"last", "9999-12-31T23:59:59.999Z", 253402300799999, true},

		{"empty", "", 0, false},
		{"date alone", "2026-07-10", 0, false},
		{"no zone", "2026-07-10T12:00:00", 0, false},
		{"no zone behind a fraction", "2026-07-10T12:00:00.5", 0, false},
		{"lower case t", "2026-07-10t12:00:00Z", 0, false},
		{"lower case z", "2026-07-10T12:00:00z", 0, false},
		{"space", "2026-07-10 12:00:00Z", 0, false},
		{"comma", "2026-07-10T12:00:00,5Z", 0, false},
		{"empty fraction", "2026-07-10T12:00:00.Z", 0, false},
		{"ten digits", "2026-07-10T12:00:00.1234567890Z", 0, false},
		{"year 0", "0000-01-01T00:00:00Z", 0, false},
		{"before the first", "0001-01-01T00:00:00+00:01", 0, false},
		{"after the last", "9999-12-31T23:59:59-00:01", 0, false},
		{"month 0", "2026-00-10T12:00:00Z", 0, false},
		{"month 13", "2026-13-10T12:00:00Z", 0, false},
		{"day 0", "2026-07-00T12:00:00Z", 0, false},
		{"31 June", "2026-06-31T12:00:00Z", 0, false},
		{"29 February", "2026-02-29T12:00:00Z", 0, false},
		{"29 February 1900", "1900-02-29T12:00:00Z", 0, false},
		{"hour 24", "2026-07-10T24:00:00Z", 0, false},
		{"minute 60", "2026-07-10T12:60:00Z", 0, false},
		{"leap second", "2016-12-31T23:59:60Z", 0, false},
		{"zone hour 24", "2026-07-10T12:00:00+24:00", 0, false},
		{"zone minute 60", "2026-07-10T12:00:00+01:60", 0, false},
		{"zone without colon", "2026-07-10T12:00:00+0100", 0, false},
		{"zone with letters", "2026-07-10T12:00:00+0a:00", 0, false},
		{"bytes behind Z", "2026-07-10T12:00:00ZZ", 0, false},
		{"bytes behind a zone", "2026-07-10T12:00:00+01:000", 0, false},
		{"sign in the year", "+026-07-10T12:00:00Z", 0, false},
		{"letter in the second", "2026-07-10T12:00:0aZ", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := wire.ParseInstant([]byte(tt.in))
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("ParseInstant(%q) = %d, %v, want %d, %v", tt.in, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestMonthLengths(t *testing.T) {
	for _, year := range []int{1900, 2000, 2023, 2024} {
		for month := time.January; month <= time.December; month++ {
			length := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
			for day := 28; day <= 31; day++ {
				text := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
				in := []byte(text)
				in[8], in[9] = byte('0'+day/10), byte('0'+day%10)
				if _, ok := wire.ParseInstant(in); ok != (day <= length) {
					t.Errorf("ParseInstant(%q) ok is %v, the month has %d days", in, ok, length)
				}
			}
		}
	}
}

func TestInstantAgreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, "ms")
		want := time.UnixMilli(ms).UTC()
		text := wire.AppendInstant(nil, ms)
		layout := "2006-01-02T15:04:05.000Z"
		if ms%1000 == 0 {
			layout = "2006-01-02T15:04:05Z"
		}
		if string(text) != want.Format(layout) {
			t.Fatalf("AppendInstant(%d) = %q, want %q", ms, text, want.Format(layout))
		}
		if back, ok := wire.ParseInstant(text); !ok || back != ms {
			t.Fatalf("ParseInstant(%q) = %d, %v, want %d", text, back, ok, ms)
		}
		zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "zone"))
		local := want.Add(time.Duration(rapid.IntRange(0, 999999).Draw(t, "ns"))).In(zone)
		if y := local.Year(); y < 1 || y > 9999 {
			return
		}
		if back, ok := wire.ParseInstant([]byte(local.Format(time.RFC3339Nano))); !ok || back != ms {
			t.Fatalf("ParseInstant(%q) = %d, %v, want %d", local.Format(time.RFC3339Nano), back, ok, ms)
		}
	})
}

func TestAppendInstantBeyondFourDigits(t *testing.T) {
	for _, tt := range []struct {
		ms   int64
		want string
	}{
		{253402300800000, "+10000-01-01T00:00:00Z"},
		{-62135596800001, "+00000-12-31T23:59:59.999Z"},
		{-62167219200001, "-00001-12-31T23:59:59.999Z"},
		{math.MaxInt64, "+292278994-08-17T07:12:55.807Z"},
		{math.MinInt64, "-292275055-05-16T16:47:04.192Z"},
	} {
		got := wire.AppendInstant(nil, tt.ms)
		if string(got) != tt.want {
			t.Errorf("AppendInstant(%d) = %q, want %q", tt.ms, got, tt.want)
		}
		if _, ok := wire.ParseInstant(got); ok {
			t.Errorf("ParseInstant takes %q", got)
		}
	}
}

// grammar is date-time of RFC 3339, section 5.6, in upper case.
var grammar = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// FuzzInstant holds that ParseInstant takes exactly what has the grammar, is a
// date and time that package time knows, and lies in the range of years; that
// it gives the same answer as package time; and that the text written from it
// reads back.
func FuzzInstant(f *testing.F) {
	f.Add([]byte("2026-07-10T12:00:00.123Z"))
	f.Add([]byte("0001-01-01T00:00:00+23:59"))
	f.Add([]byte("2026-07-10T12:00:00,5-00:00"))
	f.Add([]byte("2016-12-31T23:59:60Z"))
	f.Add([]byte("2026-07-10T12:00:00.0000000000Z"))
	f.Add([]byte("0010-01-01T0:00:00+00:00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		ms, ok := wire.ParseInstant(in)
		want, err := time.Parse(time.RFC3339, string(in))
		covered := want.Year() >= 1 && want.Year() <= 9999 && want.UTC().Year() >= 1 && want.UTC().Year() <= 9999
		if ok != (err == nil && covered && grammar.Match(in)) {
			t.Fatalf("ParseInstant(%q) ok is %v, package time reads %v, %v", in, ok, want, err)
		}
		if !ok {
			return
		}
		if ms != want.UnixMilli() {
			t.Fatalf("ParseInstant(%q) = %d, want %d", in, ms, want.UnixMilli())
		}
		if back, ok := wire.ParseInstant(wire.AppendInstant(nil, ms)); !ok || back != ms {
			t.Fatalf("%q does not survive being written", in)
		}
	})
}

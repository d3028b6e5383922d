package wire_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
)

func assertDay(t interface {
	Helper()
	Fatalf(string, ...any)
}, day int64) {
	t.Helper()
	want := time.Unix(day*86400, 0).UTC()
	y, m, d := wire.Civil(day)
	if y != want.Year() || m != int(want.Month()) || d != want.Day() {
		t.Fatalf("Civil(%d) = %d-%d-%d, want %v", day, y, m, d, want)
	}
	if got := wire.Weekday(day); got != int(want.Weekday()) {
		t.Fatalf("Weekday(%d) = %d, want %d (%v)", day, got, want.Weekday(), want)
	}
	if got := wire.Days(y, m, d); got != day {
		t.Fatalf("Days(%d, %d, %d) = %d, want %d", y, m, d, got, day)
	}
}

// Two whole eras around the epoch hold every case of the leap rule.
func TestCivilAgreesWithReferenceEveryDay(t *testing.T) {
	for day := int64(-146097); day <= 146097; day++ {
		assertDay(t, day)
	}
}

func TestCivilAgreesWithReferenceFarAway(t *testing.T) {
	const billionYears = 365242500000
	rapid.Check(t, func(t *rapid.T) {
		assertDay(t, rapid.Int64Range(-billionYears/10, billionYears/10).Draw(t, "day"))
	})
	for _, day := range []int64{-billionYears, billionYears} {
		if y, m, d := wire.Civil(day); wire.Days(y, m, d) != day {
			t.Errorf("Days(Civil(%d)) = %d", day, wire.Days(y, m, d))
		}
	}
}

func TestDaysCountsOnBeyondTheMonth(t *testing.T) {
	for _, tt := range []struct{ day, want int64 }{
		{wire.Days(2026, 2, 29), wire.Days(2026, 3, 1)},
		{wire.Days(2026, 1, 366), wire.Days(2027, 1, 1)},
		{wire.Days(2026, 3, 0), wire.Days(2026, 2, 28)},
		{wire.Days(1970, 1, 1), 0},
		{wire.Days(0, 3, 1), -719468},
	} {
		if tt.day != tt.want {
			t.Errorf("got day %d, want %d", tt.day, tt.want)
		}
	}
}

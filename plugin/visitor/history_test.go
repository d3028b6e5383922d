package visitor_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/visitor"
)

// section writes a history as the only part of a section, and reads the
// section back from a body.
func section(t fataler, h *visitor.History) (s visitor.State, size int) {
	head := visitor.State{ID: [16]byte{1}, Known: true, VisitStart: 1, LastNoted: 2}
	w := visitor.BeginSection(head.AppendHead(nil), false, 7)
	w.AppendHistory(0, h)
	body := w.End()
	if len(body) > visitor.MaxBody {
		t.Fatalf("%d bytes, more than a body may have", len(body))
	}
	if !s.Decode(body) {
		t.Fatal("body is not well formed")
	}
	return s, len(body)
}

func sameHistory(t fataler, got, want *visitor.History) {
	if got.N != want.N || got.Whole != want.Whole {
		t.Fatalf("%d entries, %d whole, want %d and %d", got.N, got.Whole, want.N, want.Whole)
	}
	for i := range want.All() {
		if got.Entries[i] != want.Entries[i] {
			t.Fatalf("entry %d is %+v, want %+v", i, got.Entries[i], want.Entries[i])
		}
	}
}

func entry(t *rapid.T, now uint32) visitor.Entry {
	e := visitor.Entry{
		Offer: rapid.Uint32().Draw(t, "offer"), Channel: uint16(rapid.IntRange(0, 3).Draw(t, "channel")),
		Status: catalog.Status(rapid.IntRange(0, 1).Draw(t, "status")), First: now, Last: now,
	}
	copy(e.ID[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id"))
	return e
}

// TestHistoryRoundTrip adds propositions and events in any order of time; what
// is written is read again, and both parts stay sorted.
func TestHistoryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h visitor.History
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			now := rapid.Uint32Range(1_400_000, 1_500_000).Draw(t, "minute")
			if h.Whole > 0 && rapid.Bool().Draw(t, "event") {
				i := rapid.IntRange(0, h.N-1).Draw(t, "which")
				h.Raise(i, catalog.Status(rapid.IntRange(1, 5).Draw(t, "to")), now)
			} else {
				h.Add(entry(t, now))
			}
		}
		sorted(t, &h)
		s, _ := section(t, &h)
		var got visitor.History
		if !s.Section(false, 7).History(0, &got) {
			t.Fatal("history is not well formed")
		}
		sameHistory(t, &got, &h)
	})
}

func sorted(t *rapid.T, h *visitor.History) {
	for i := range h.All() {
		e := &h.Entries[i]
		if i > 0 && i != h.Whole && e.First > h.Entries[i-1].First {
			t.Fatalf("entry %d of %d (%d whole) is newer than the one before it", i, h.N, h.Whole)
		}
		if i >= h.Whole && (e.First != e.Last || e.ID != [8]byte{}) {
			t.Fatalf("entry %d is not folded: %+v", i, e)
		}
	}
	if h.Whole != min(h.N, visitor.MaxWhole) {
		t.Fatalf("%d of %d entries are whole", h.Whole, h.N)
	}
}

// TestHistoryFits: 50 propositions of a year in a cookie without visitor data,
// 25 of them beside 256 bytes of it, whatever the times and statuses.
func TestHistoryFits(t *testing.T) {
	for _, tt := range []struct{ n, data, gap int }{
		{50, 0, 365 * 24 * 60 / 50}, {50, 0, 1}, {50, 0, 5000},
		{25, 256, 365 * 24 * 60 / 25}, {25, 256, 1}, {25, 256, 10_000},
	} {
		var h visitor.History
		for i := range tt.n {
			now := uint32(1_000_000 + i*tt.gap)
			h.Add(visitor.Entry{Offer: uint32(i) << 24, Status: catalog.Presented, First: now, Last: now, ID: [8]byte{byte(i)}})
		}
		if h.N != tt.n {
			t.Errorf("%d entries of %d", h.N, tt.n)
		}
		_, size := section(t, &h)
		part := 0
		if tt.data > 0 {
			part = 3
		}
		if size+part+tt.data > visitor.MaxBody {
			t.Errorf("%d propositions, %d minutes apart, and %d bytes of data: %d bytes of %d",
				tt.n, tt.gap, tt.data, size+part+tt.data, visitor.MaxBody)
		}
	}
}

// TestMinute: times are rounded up, and a year of 1969 or 2100 stays within.
func TestMinute(t *testing.T) {
	const base = 1_704_067_200_000 // 2024-01-01T00:00:00Z
	for _, tt := range []struct {
		ms   int64
		want uint32
	}{
		{base, 0}, {base + 1, 1}, {base + 60_000, 1}, {base + 60_001, 2}, {base - 1, 0}, {-5, 0},
		{4_102_444_800_000, 1<<24 - 1},
	} {
		if got := visitor.Minute(tt.ms); got != tt.want {
			t.Errorf("minute of %d is %d, want %d", tt.ms, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(base, base+900_000_000_000).Draw(t, "ms")
		if back := visitor.Millis(visitor.Minute(ms)); back < ms || back >= ms+60_000 {
			t.Fatalf("%d comes back as %d", ms, back)
		}
	})
}

// TestRaise compares with a model that keeps all events, when they come in the
// order of their times.
func TestRaise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := visitor.Entry{First: 10, Last: 10}
		status, at, first := catalog.Generated, uint32(10), uint32(10)
		for now := uint32(10); now < 20; now++ {
			to := catalog.Status(rapid.IntRange(0, 5).Draw(t, "to"))
			e.Raise(to, now)
			e.Raise(to, now) // idempotent
			ended := status >= catalog.Accepted
			if to > status && !ended || ended && to >= catalog.Accepted && to != status {
				status, at = to, now
				if to == catalog.Presented {
					first = now
				}
			}
			if e.Status != status || e.Last != at || e.First != first {
				t.Fatalf("after %v at %d: %+v, want %v at %d, first %d", to, now, e, status, at, first)
			}
		}
	})
}

// TestLearn: what is known twice, at one status that ends it, is so since the
// later time; of anything else a repetition is one.
func TestLearn(t *testing.T) {
	for _, tt := range []struct {
		is, to         catalog.Status
		minute, folded uint32
		last           uint32
	}{
		{catalog.Accepted, catalog.Accepted, 15, 0, 15}, {catalog.Accepted, catalog.Accepted, 15, 1, 12}, {catalog.Accepted, catalog.Accepted, 11, 0, 12},
		{catalog.Rejected, catalog.Rejected, 15, 0, 15}, {catalog.Interested, catalog.Interested, 15, 0, 12}, {catalog.Presented, catalog.Presented, 15, 0, 12},
		{catalog.Accepted, catalog.Interested, 15, 0, 12},
	} {
		h := visitor.History{N: 1, Whole: 1 - int(tt.folded)}
		h.Entries[0] = visitor.Entry{Status: tt.is, First: 10, Last: 12}
		if changed := h.Raise(0, tt.to, tt.minute); changed || h.Entries[0].Last != tt.last || h.Entries[0].Status != tt.is || h.Entries[0].First != 10 {
			t.Errorf("%v at 12, %v at %d: changed %v, %+v", tt.is, tt.to, tt.minute, changed, h.Entries[0])
		}
	}
}

// FuzzHistory: any bytes are a history or none; one that is reads the same when
// it was written again.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 9, 9, 7, 1, 2, 3, 4})
	f.Add([]byte{1, 2, 3, 0x10, 9, 9, 7, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, part []byte) {
		if len(part) > 400 {
			return
		}
		one := visitor.Section{Parts: append([]byte{2, byte(len(part)), byte(len(part) >> 8)}, part...)}
		var h, again visitor.History
		if !one.History(0, &h) {
			if h.N != 0 || h.Whole != 0 {
				t.Fatal("a history that is not well formed has entries")
			}
			return
		}
		if h.N == 0 {
			return
		}
		s, _ := section(t, &h)
		if !s.Section(false, 7).History(0, &again) {
			t.Fatal("what was written is not well formed")
		}
		sameHistory(t, &again, &h)
	})
}

// fataler is what ends a test, whoever runs it.
type fataler interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

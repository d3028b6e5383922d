package visitor_test

import (
	"testing"

	"github.com/profferhq/proffer/plugin/visitor"
)

// TestVisits follows one visitor; times are seconds after the first request.
func TestVisits(t *testing.T) {
	const noon = 1783684800
	type step struct {
		at           int64
		begins, says bool // a visit begins; the state changed
		start, noted int64
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"every second", []step{{0, true, true, 0, 0}, {1, false, false, 0, 0}, {2, false, false, 0, 0}}},
		{"noted after a minute", []step{{0, true, true, 0, 0}, {59, false, false, 0, 0}, {60, false, true, 0, 60}, {119, false, false, 0, 60}, {120, false, true, 0, 120}}},
		{"the last second of a visit", []step{{0, true, true, 0, 0}, {1799, false, true, 0, 1799}, {3598, false, true, 0, 3598}}},
		{"the end of a visit", []step{{0, true, true, 0, 0}, {1800, true, true, 1800, 1800}, {1801, false, false, 1800, 1800}}},
		{"it is the noted request that counts", []step{{0, true, true, 0, 0}, {59, false, false, 0, 0}, {1800, true, true, 1800, 1800}}},
		{"days later", []step{{0, true, true, 0, 0}, {86400 * 300, true, true, 86400 * 300, 86400 * 300}}},
		{"a clock that goes back", []step{{0, true, true, 0, 0}, {-7200, false, false, 0, 0}, {60, false, true, 0, 60}}},
	}
	for _, tt := range tests {
		var s visitor.State
		for i, step := range tt.steps {
			begins, says := s.Note(noon + step.at)
			if begins != step.begins || says != step.says || s.VisitStart != noon+step.start || s.LastNoted != noon+step.noted {
				t.Errorf("%s, request %d: begins %v, changed %v, start %d, noted %d; want %+v",
					tt.name, i+1, begins, says, s.VisitStart-noon, s.LastNoted-noon, step)
			}
		}
	}
}

// TestVisitOfAVisitorKnownById: who was never noted begins a visit.
func TestVisitOfAVisitorKnownById(t *testing.T) {
	s := visitor.State{Known: true, ID: [16]byte{1}}
	if begins, changed := s.Note(5); !begins || !changed || s.VisitStart != 5 {
		t.Errorf("begins %v, changed %v, %+v", begins, changed, s)
	}
}

package expr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// TestTurnsAreBounded holds that loops over longer lists than they were counted
// with end the evaluation.
func TestTurnsAreBounded(t *testing.T) {
	code := compile(t, `target.ints.all(x, target.ints.all(y, true))`)
	for n, want := range map[int]bool{90: true, 91: false} { // 90 + 90·90 = 8,190
		s := fullScope()
		*place(s, "target.ints") = valueOf(make([]int64, n))
		var m expr.Machine
		m.Reset(1 << 20)
		if got := m.Holds(code, s); got != want {
			t.Errorf("%d elements: %v", n, got)
		}
		if m.Left() <= 0 {
			t.Errorf("%d elements: no steps left", n)
		}
	}
}

// TestListsThatAreTooLong holds that what a macro gathers fits, or fails: 13
// texts that map() makes up to 310 bytes, that filter() leaves up to 311.
func TestListsThatAreTooLong(t *testing.T) {
	code := compile(t, `size(target.strings.map(x, x + "!")) == 13 || size(target.strings.filter(x, x != "a")) == 13`)
	for length, want := range map[int]bool{310: true, 311: true, 312: false} {
		var list []string
		for range 13 {
			list = append(list, strings.Repeat("x", length))
		}
		s := fullScope()
		*place(s, "target.strings") = valueOf(list)
		var m expr.Machine
		m.Reset(1 << 20)
		if got := m.Holds(code, s); got != want {
			t.Errorf("13 texts of %d bytes: %v", length, got)
		}
	}
}

// TestLoopsAllocateNothing holds it for all the rarer instructions.
func TestLoopsAllocateNothing(t *testing.T) {
	s := fullScope()
	s.Builtin[snapshot.BuiltinTime] = expr.FromMillis(1796000000123)
	s.Zones = fixed{}
	var m expr.Machine
	for _, src := range []string{
		`size(target.strings.filter(x, x != "b").map(x, x + string(target.i))) == 2 && has(target.i)`,
		`interaction.time.getHours("Europe/Paris") > 3 && interaction.time - duration("1h") > timestamp(target.i)`,
		`int(target.s) == 3 || {"a": 1}[target.s] == target.ints[0]`,
	} {
		code := compile(t, src)
		if n := testing.AllocsPerRun(10, func() { m.Reset(1000); m.Eval(code, s) }); n != 0 {
			t.Errorf("%s: %v allocations", src, n)
		}
	}
}

type fixed struct{}

func (fixed) LocalOffset([]byte, int64) (int64, bool) { return 3600, true }

// TestTimesOutOfRange holds that there is no time before the year 1 and behind
// 9999, and no age of more than a duration.
func TestTimesOutOfRange(t *testing.T) {
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()-1
	for ms, want := range map[int64]expr.Kind{
		first: expr.Instant, first - 1: expr.Missing, last: expr.Instant, last + 1: expr.Missing, -1 << 63: expr.Missing, 1<<63 - 1: expr.Missing,
	} {
		if got := expr.FromMillis(ms).Kind; got != want {
			t.Errorf("%d: kind %d", ms, got)
		}
	}
	if expr.FromAge(9223372036854).Kind != expr.Span || expr.FromAge(9223372036855).Kind != expr.Missing {
		t.Error("the longest age is another")
	}
}

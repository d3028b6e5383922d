package expr_test

import (
	"reflect"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// remembered is what the tests' target was shown: of each code and category, in
// milliseconds.
const now = 1_783_684_800_000

var remembered = []struct {
	code, category     string
	accepted, rejected bool
	at                 int64
}{
	{"a", "FR", false, false, now - 1},
	{"a", "FR", true, false, now - 3_600_000},
	{"ab", "FR", false, true, now + 5},
	{"é", "", false, true, 0},
	{"", "b", true, false, now - 3_599_999},
}

// shown is the same as the machine has it.
func shown() (out []expr.Shown) {
	for _, p := range remembered {
		s := expr.Shown{Offer: uint64(snapshot.Hash32([]byte(p.code))), At: p.at, Is: 1<<snapshot.HistoryCount | 1<<snapshot.HistoryAge}
		if p.category != "" {
			s.Category = snapshot.Hash64([]byte(p.category))
		}
		if p.accepted {
			s.Is |= 1 << snapshot.HistoryAccepted
		}
		if p.rejected {
			s.Is |= 1 << snapshot.HistoryRejected
		}
		out = append(out, s)
	}
	return out
}

// chronicle is the value of the name history in cel-go.
type chronicle struct{}

var chronicleType = cel.OpaqueType("history")

// recall is what a function of history.* gives, by its name.
func recall(name, key string, in bool) ref.Val {
	n, last := 0, int64(0)
	for _, p := range remembered {
		is := p.code == key
		if in {
			is = p.category == key && key != ""
		}
		if !is || name == "accepted" && !p.accepted || name == "rejected" && !p.rejected {
			continue
		}
		n++
		last = max(last, min(p.at, now))
	}
	switch {
	case name != "age":
		return types.Int(n)
	case n == 0:
		return types.Duration{Duration: 100 * 365 * 24 * time.Hour}
	}
	return types.Duration{Duration: time.Duration(now-last) * time.Millisecond}
}

// chronicleFunctions are history.* as methods of the name.
func chronicleFunctions() (options []cel.EnvOption) {
	for name, out := range map[string]*cel.Type{"count": cel.IntType, "accepted": cel.IntType, "rejected": cel.IntType, "age": cel.DurationType} {
		for _, in := range []string{"", "_in"} {
			options = append(options, cel.Function(name+in, cel.MemberOverload("history_"+name+in, []*cel.Type{chronicleType, cel.StringType}, out,
				cel.BinaryBinding(func(_, key ref.Val) ref.Val {
					text, ok := key.(types.String)
					if !ok {
						return types.MaybeNoSuchOverloadErr(key)
					}
					return recall(name, string(text), in != "")
				}))))
		}
	}
	return options
}

// What cel-go wants of a value.
func (c chronicle) ConvertToNative(reflect.Type) (any, error) { return c, nil }
func (c chronicle) ConvertToType(ref.Type) ref.Val            { return c }
func (c chronicle) Equal(ref.Val) ref.Val                     { return types.True }
func (c chronicle) Type() ref.Type                            { return chronicleType }
func (c chronicle) Value() any                                { return c }

// TestHistoryOfALongPast: the age ends at 100 years, however old the last is,
// and a time without an end is no overflow.
func TestHistoryOfALongPast(t *testing.T) {
	env, err := rule.NewEnv(rule.Schema{})
	if err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]bool{
		`history.age("old") == duration("876000h")`:   true,
		`history.age("none") == duration("876000h")`:  true,
		`history.age("first") == duration("876000h")`: true,
		`history.age("ahead") == duration("0s")`:      true,
		`history.count("ahead") == 1`:                 true,
	} {
		p, issues := env.Compile(src, rule.Bool, rule.RoleOffer)
		if issues != nil {
			t.Fatal(src, issues)
		}
		var m expr.Machine
		m.Reset(1000)
		s := expr.Scope{Now: 253_402_300_799_999} // the end of the year 9999
		for code, at := range map[string]int64{"old": 0, "first": -1 << 62, "ahead": 1 << 62} {
			s.Past = append(s.Past, expr.Shown{Offer: uint64(snapshot.Hash32([]byte(code))), At: at, Is: 1<<snapshot.HistoryCount | 1<<snapshot.HistoryAge})
		}
		if got := expr.True(m.Eval(p.Code, &s)); got != want {
			t.Errorf("%s: got %v", src, got)
		}
	}
}

// TestHistoryCostsSteps: a long past uses the budget up.
func TestHistoryCostsSteps(t *testing.T) {
	env, err := rule.NewEnv(rule.Schema{})
	if err != nil {
		t.Fatal(err)
	}
	p, issues := env.Compile(`history.count("a") == 0`, rule.Bool, rule.RoleOffer)
	if issues != nil {
		t.Fatal(issues)
	}
	var m expr.Machine
	s := expr.Scope{Past: make([]expr.Shown, 400)}
	m.Reset(110)
	if !expr.True(m.Eval(p.Code, &s)) {
		t.Error("110 steps do not suffice for 400 propositions")
	}
	m.Reset(90)
	if v := m.Eval(p.Code, &s); v.Kind != expr.Error || m.Left() >= 0 {
		t.Errorf("90 steps suffice for 400 propositions: %v, %d left", v, m.Left())
	}
}

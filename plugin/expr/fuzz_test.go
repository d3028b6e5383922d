package expr

import (
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// The tests in this file need the inside: they hold that a program which passed
// CheckProgram is never found malformed when it runs.

var fuzzSources = []string{
	`target.a && !target.b || target.i in [1, 2] && target.s == "x" && target.i >= 2.5 && target.d < 3`,
	`target.s in ["a", "b"] || "a" in target.l || target.s in target.l || target.s.startsWith("a") || target.s > target.s`,
	`target.a && (target.b || target.i + 1 > 2 && target.a)`, `target.a ? (target.b ? 1 : target.i) : -target.i * 2 - 3 / target.i % 4`,
	`target.i in [1, target.i, 2u < 3 ? 4 : 5]`, `"x" + target.s + (target.a ? "y" : target.s)`, `target.l == ["a"] || 1 in [1.5, 2, "x"]`,
	`size(target.l) + size(target.s) > 3 && target.s.startsWith(target.s)`, `target.d + 1.5`, `18446744073709551615u`, `[1.5, true]`,
	`target.s.trim().endsWith("a") || target.s.lowerAscii().contains(target.s) || size(target.s.split(target.s, target.i)) > 1`,
	`target.l.join(target.s).replace("", target.s, target.i).substring(1, target.i) + target.s.upperAscii().substring(target.i)`,
	`!target.s.matches("^(a|\\b[é-日]*)x$") && target.a`,
	`interaction.time - duration("36h") > timestamp("2026-01-01T00:00:00Z") && interaction.time.getHours("Asia/Tokyo") > 3`,
	`(interaction.time - timestamp(target.i)).getMinutes() + interaction.time.getDayOfYear("+02:00") + int(interaction.time)`,
	`has(target.a) && target.l.exists(x, target.l.all(y, x == y || y.startsWith(x)))`,
	`size(target.l.filter(x, x != "b").map(x, x + target.s + "!")) + size([1, 2, 3].map(x, x > 1, x * 2))`,
	`target.l[target.i] + {"a": "b", "c": "d"}[target.s] + string(target.d) + string(uint(target.i))`,
	`[1.5, 2.5].exists_one(x, x > double(target.i)) || int(target.s) == 3`,
}

func fuzzPrograms(t testing.TB) [][]byte {
	env, err := rule.NewEnv(rule.Schema{Target: []rule.Attribute{
		{Name: "a", Type: rule.Bool}, {Name: "b", Type: rule.Bool}, {Name: "i", Type: rule.Int}, {Name: "d", Type: rule.Double},
		{Name: "s", Type: rule.String}, {Name: "l", Type: rule.StringList},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var programs [][]byte
	for _, src := range fuzzSources {
		var p rule.Program
		var issues []rule.Issue
		for _, want := range []rule.Type{rule.Bool, rule.Scalar, rule.MixedList} {
			if p, issues = env.Compile(src, want, rule.RoleContent); issues == nil {
				break
			}
		}
		if issues != nil {
			t.Fatalf("%s: %v", src, issues)
		}
		programs = append(programs, p.Code)
	}
	return programs
}

// east is the same for all zones.
type east struct{}

func (east) LocalOffset([]byte, int64) (int64, bool) { return 3600, true }

// fuzzScopes are one with every value, one with none, and one with nonsense.
func fuzzScopes() []*Scope {
	full := &Scope{Target: []Value{
		FromBool(true), {}, FromInt(2), FromDouble(2.5), FromString([]byte("a\xff")),
		FromList(wire.AppendStr(wire.AppendStr(wire.AppendArray(nil, 2), "b"), "a")),
	}}
	odd := &Scope{Target: []Value{
		FromList([]byte{0xdd, 0xff}), {Kind: 99, Bits: 1 << 63}, FromDouble(0), FromString(nil), {Kind: Uint, Bits: 1 << 63},
		FromList([]byte{0x93, 0xc1, 0xa5, 'x'}),
	}}
	for i := range odd.Builtin {
		full.Builtin[i], odd.Builtin[i] = FromString([]byte("text")), Value{Kind: List}
	}
	full.Builtin[snapshot.BuiltinTime], odd.Builtin[snapshot.BuiltinTime] = FromMillis(1796000000123), Value{Kind: Instant, Bits: 1 << 63}
	full.Zones = east{}
	return []*Scope{full, {}, odd}
}

// try runs any bytes as a program and checks what must hold for all.
func try(t *testing.T, m *Machine, code []byte, s *Scope) {
	t.Helper()
	const budget = 1 << 30
	m.Reset(budget)
	v := m.Eval(code, s)
	if spent := budget - m.Left(); spent > (len(code)+1)*(2+2*MaxText/bytesPerStep)*(1+snapshot.MaxTurns-m.turns) {
		t.Fatalf("%x: %d steps", code, spent)
	}
	if v.Kind == Missing {
		t.Fatalf("%x: missing", code)
	}
	if holds := m.Holds(code, s); holds != True(v) {
		t.Fatalf("%x: Eval gives %v, Holds %v", code, v, holds)
	}
	checked := snapshot.CheckProgram(code) == nil
	m.begin()
	if checked && m.alone(code, s) == outcomeBroken && (!m.run(code, s) || !m.ended()) {
		t.Fatalf("%x: passed the check and broke", code)
	}
	m.Reset(3)
	m.Eval(code, s)
}

func FuzzEval(f *testing.F) {
	for _, code := range fuzzPrograms(f) {
		f.Add(code)
	}
	scopes := fuzzScopes()
	var m Machine
	f.Fuzz(func(t *testing.T, code []byte) {
		for _, s := range scopes {
			try(t, &m, code, s)
		}
	})
}

// TestDamagedPrograms sets every byte of the programs to many values, and cuts
// them everywhere.
func TestDamagedPrograms(t *testing.T) {
	var m Machine
	scopes := fuzzScopes()
	passed := 0
	for _, code := range fuzzPrograms(t) {
		for at := range code {
			try(t, &m, code[:at], scopes[0])
			was := code[at]
			for v := range 256 {
				code[at] = byte(v)
				try(t, &m, code, scopes[v%len(scopes)])
				if snapshot.CheckProgram(code) == nil {
					passed++
				}
			}
			code[at] = was
		}
	}
	if passed < 10000 {
		t.Errorf("only %d damaged programs passed the check", passed)
	}
}

package expr_test

import (
	"math"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/plugin/expr"
)

// compile compiles a source of the tests' schema, whatever its type.
func compile(t testing.TB, src string) []byte {
	t.Helper()
	env, err := rule.NewEnv(schema())
	if err != nil {
		t.Fatal(err)
	}
	var issues []rule.Issue
	for _, want := range []rule.Type{rule.Bool, rule.Scalar, rule.StringList, rule.IntList} {
		var p rule.Program
		if p, issues = env.Compile(src, want, rule.RoleContent); issues == nil {
			return p.Code
		}
	}
	t.Fatalf("%s: %v", src, issues)
	return nil
}

// fullScope has a value for most names of the tests' schema. target.no,
// target.t and interaction.page are missing.
func fullScope() *expr.Scope {
	s := &expr.Scope{Target: make([]expr.Value, 11), Interaction: make([]expr.Value, 2), Offer: make([]expr.Value, 2)}
	for name, v := range map[string]any{
		"target.yes": true, "target.i": int64(7), "target.j": int64(-2), "target.d": 2.5, "target.e": math.NaN(),
		"target.s": "Zoë", "target.strings": []string{"gold", "silver"}, "target.ints": []int64{1, 300}, "target.doubles": []float64{0.5},
		"interaction.basket": 99.5, "offer.margin": int64(30), "offer.tags": []string{"sea"},
		"interaction.space": "hero", "interaction.new_visit": true, "offer.code": "can1", "offer.categories": []string{"travel", "canada"},
	} {
		*place(s, name) = valueOf(v)
	}
	return s
}

// show gives a value as text; a list in brackets without commas.
func show(v expr.Value) string {
	if text, ok := expr.AppendText(nil, v); ok {
		return string(text)
	}
	switch v.Kind {
	case expr.Missing:
		return "missing"
	case expr.Error:
		return "error"
	}
	return string(v.Bytes)
}

func TestEval(t *testing.T) {
	tests := []struct{ src, want string }{
		{`target.s == "Zoë"`, "true"},
		{`target.s > "Zo" && target.s < "Zz"`, "true"},
		{`target.s.startsWith("Zo")`, "true"},
		{`size(target.s)`, "3"},
		{`"Hello " + target.s + ", " + offer.code + "!"`, "Hello Zoë, can1!"},
		{`target.i / 2 * 10 + target.i % 4 - target.j`, "35"},
		{`-target.i / target.j`, "3"},
		{`-target.i % 4`, "-3"},
		{`target.d / 0.0`, "+Inf"},
		{`target.d * 3.0`, "7.5"},
		{`target.i < 7.5 && target.i >= 7u && target.d > 2`, "true"},
		{`"gold" in target.strings && !("bronze" in target.strings)`, "true"},
		{`target.i in target.ints || 300 in target.ints`, "true"},
		{`interaction.space in ["side", "hero"]`, "true"},
		{`target.i in [1, 7.0, "x"]`, "true"},
		{`target.i in [1, target.i + 1, target.i]`, "true"},
		{`offer.categories == ["travel", "canada"]`, "true"},
		{`size(offer.tags) + size(target.doubles)`, "2"},
		{`target.yes ? target.i : target.j`, "7"},
		{`!target.yes ? 1.0 : 1e6`, "1e+06"},

		// NaN is unequal to itself and unordered.
		{`target.e == target.e`, "false"},
		{`target.e != target.e`, "true"},
		{`target.e < 1.0 || target.e >= 1.0`, "false"},
		{`!(target.e < 1.0)`, "true"},

		// Errors, and what wins over them.
		{`target.t == "x"`, "error"},
		{`target.t != "x"`, "error"},
		{`!(target.t == "x")`, "error"},
		{`target.no`, "error"},
		{`target.t == "x" && target.i == 0`, "false"},
		{`target.i == 0 && target.t == "x"`, "false"},
		{`target.t == "x" || target.i == 7`, "true"},
		{`target.i == 7 || target.t == "x"`, "true"},
		{`target.t == "x" || target.i == 0`, "error"},
		{`target.i / 0 == 1 && (target.yes || target.i / 0 == 1)`, "error"},
		{`target.i / 0 == 1 && !(target.yes || target.i / 0 == 1)`, "false"},
		{`target.no ? 1 : 2`, "error"},
		{`target.yes ? 1 : target.i / 0`, "1"},
		{`!target.yes ? target.i / 0 : 2`, "2"},
		{`target.i in [7, target.i / 0]`, "error"},
		{`target.i / 0 in []`, "error"},
		{`9223372036854775807 + target.i`, "error"},
		{`-9223372036854775807 + target.j`, "error"},
		{`4611686018427387904 * target.j`, "-9223372036854775808"},
		{`4611686018427387904 * target.j * -1`, "error"},
		{`target.i % 0`, "error"},
		{`target.s + target.t`, "error"},
		{`size(target.t)`, "error"},
	}
	var m expr.Machine
	for _, test := range tests {
		m.Reset(1000)
		if got := show(m.Eval(compile(t, test.src), fullScope())); got != test.want {
			t.Errorf("%s: %s, want %s", test.src, got, test.want)
		}
	}
}

func TestNamesBeyondTheScopeAreMissing(t *testing.T) {
	var m expr.Machine
	m.Reset(100)
	for _, src := range []string{`target.yes`, `interaction.page == "x"`, `offer.margin + 1`, `target.i in [1]`} {
		if got := m.Eval(compile(t, src), &expr.Scope{}); got.Kind != expr.Error {
			t.Errorf("%s: %v", src, got)
		}
	}
}

func TestText(t *testing.T) {
	long := strings.Repeat("x", expr.MaxText/4)
	s := fullScope()
	*place(s, "target.s") = valueOf(long)
	*place(s, "target.t") = valueOf("")
	tests := []struct {
		name, src string
		want      int // bytes, -1 for an error
	}{
		{"as much as fits", `target.s + target.s + target.s + target.s`, expr.MaxText},
		{"and nothing", `target.t + target.s + target.s + target.s + target.s + target.t`, expr.MaxText},
		{"one byte more", `target.s + target.s + target.s + target.s + "y"`, -1},
		{"on the right", `target.s + (target.s + (target.s + target.s))`, expr.MaxText},
		{"in two pieces", `target.s + target.s == target.s + target.s ? "yes" : "no"`, 3},
		{"other letters", `target.s.upperAscii() + target.s.upperAscii() + target.s.upperAscii() == "" ? "" : "yes"`, -1},
		{"no other letters", `size(target.s.lowerAscii() + target.s.lowerAscii()) > 0 ? "yes" : ""`, 3},
		{"within the text", `target.s.substring(1).trim() + target.s + target.s + target.s`, expr.MaxText - 1},
		{"replaced", `target.s.replace("x", "xxxx")`, expr.MaxText},
		{"replaced, too long", `target.s.replace("x", "xxxxx")`, -1},
		{"room again after a failure", `(target.s.replace("x", "xxxxx") == "" || target.yes) && target.s + target.s != "" ? "yes" : "no"`, 3},
		{"taken apart", `target.s.split("xx").join("xxx")`, 3 * (expr.MaxText / 8)},
		{"put together, too long", `target.s.split("xx").join("xxxxxxxx")`, -1},
		{"in two pieces, too long", `target.s + target.s + target.s == target.s + target.s ? "yes" : "no"`, -1},
	}
	var m expr.Machine
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m.Reset(10000)
			got := m.Eval(compile(t, test.src), s)
			switch {
			case test.want < 0 && got.Kind != expr.Error:
				t.Errorf("%d bytes, want an error", len(got.Bytes))
			case test.want >= 0 && len(got.Bytes) != test.want:
				t.Errorf("%d bytes, want %d", len(got.Bytes), test.want)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	s := fullScope()
	*place(s, "target.s") = valueOf(strings.Repeat("x", 320))
	*place(s, "target.t") = valueOf(strings.Repeat("x", 320))
	tests := []struct {
		src   string
		steps int
	}{
		{`target.yes`, 1},
		{`target.i == 7 && target.yes`, 2},
		{`target.i == 0 && target.yes`, 1},
		{`target.i + 1`, 3},
		{`size(target.s)`, 2 + 10},
		{`target.s == target.t`, 1 + 10},
		{`target.s + target.t`, 3 + 10 + 10},
		{`target.yes ? 1 : 2`, 4},
		{`target.s.endsWith(target.t)`, 3 + 10},
		{`target.s.contains(target.t)`, 3 + 20},
		{`target.s.matches("^x+$")`, 2 + 40},
		{`target.s.upperAscii()`, 2 + 10 + 10},
		{`target.s.trim()`, 2 + 10},
		{`target.s.substring(300)`, 3 + 10},
		{`target.s.split("")`, 4 + 10 + 320},
		{`target.s.replace("xx", "y")`, 5 + 10 + 160},
		{`[target.s].join(",")`, 3 + 10},
		{`target.strings.join(target.s)`, 3 + 10 + 2},
	}
	var m expr.Machine
	for _, test := range tests {
		code := compile(t, test.src)
		m.Reset(test.steps)
		if got := m.Eval(code, s); got.Kind == expr.Error || m.Left() != 0 {
			t.Errorf("%s: %v with %d steps, %d left", test.src, got, test.steps, m.Left())
		}
		m.Reset(test.steps - 1)
		if got := m.Eval(code, s); got.Kind != expr.Error || m.Left() >= 0 {
			t.Errorf("%s: %v with %d steps, %d left", test.src, got, test.steps-1, m.Left())
		}
		if got := m.Eval(compile(t, `target.i`), s); got.Kind != expr.Error {
			t.Errorf("%v after the budget was spent", got)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	s := fullScope()
	var m expr.Machine
	dst := make([]byte, 0, 256)
	for _, src := range seeds {
		code := compile(t, src)
		allocs := testing.AllocsPerRun(10, func() {
			m.Reset(10000)
			v := m.Eval(code, s)
			m.Holds(code, s)
			dst, _ = expr.AppendText(dst[:0], v)
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", src, allocs)
		}
	}
}

// seeds have every instruction, most of them in more than one surrounding.
var seeds = []string{
	`target.yes`, `!target.yes`, `target.i == 7`, `target.d < 3`, `target.d >= 0.5 && target.i != 2`,
	`target.s == "Zoë" && target.s > "a" && target.s == target.t`,
	`interaction.space in ["side", "hero"] || target.i in [1, 2] || "gold" in target.strings || target.s in offer.tags`,
	`offer.code.startsWith("can") ? "Canada" : "Elsewhere: " + offer.code`,
	`target.yes && (target.i > 1 || (target.no && target.d > 0.0))`,
	`target.i * 2 + 1 - target.j / 3 % 5`, `-target.d * 2.5 / target.e`, `7u + 2u < target.i`,
	`target.i in [1, target.i + 1, 2.5]`, `target.i in [1, 2.5, "x", true]`, `target.ints == [1, 300] || [1.5] == target.doubles`,
	`size(target.s) + target.strings.size() > 3`, `target.s.startsWith(target.t)`, `offer.categories`, `[]`,
	`target.no ? (target.yes ? 1 : 2) : target.yes ? 3 : 4`, `interaction.basket + 0.5`, `true`, `"text"`, `1u`, `1.5`,
	`target.s.endsWith("ë") && !offer.code.contains("x") || target.s.matches("^(?i)z.ë$")`,
	`target.s.upperAscii().lowerAscii().trim().replace("o", "O", 1).substring(1) + offer.code.substring(0, 2)`,
	`offer.code.split("n", 2).join("-")`,
}

func TestScopeOfAnotherSchemaIsSafe(t *testing.T) {
	// A program may name more than a scope has, of other types than it knows.
	s := fullScope()
	for i := range s.Target {
		s.Target[i] = expr.FromList([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	}
	for i := range s.Builtin {
		s.Builtin[i] = expr.Value{Kind: 200, Bits: math.MaxUint64, Bytes: []byte{0x92, 0xc1}}
	}
	var m expr.Machine
	for _, src := range seeds {
		m.Reset(10000)
		if got := m.Eval(compile(t, src), s); got.Kind == expr.Missing {
			t.Errorf("%s: %v", src, got)
		}
	}
}

func TestListsWithOddElements(t *testing.T) {
	list := func(b ...byte) expr.Value { return expr.FromList(b) }
	tests := []struct {
		name string
		list expr.Value
		src  string
		want string
	}{
		{"found before a map", list(0x92, 0xa1, 'a', 0x80), `"a" in target.strings`, "true"},
		{"found behind a map", list(0x92, 0x80, 0xa1, 'a'), `"a" in target.strings`, "error"},
		{"a nil", list(0x91, 0xc0), `"a" in target.strings`, "error"},
		{"cut short", list(0x92, 0xa1, 'b', 0xa9), `"a" in target.strings`, "error"},
		{"fewer than said", list(0x92, 0xa1, 'b'), `"a" in target.strings`, "error"},
		{"no list at all", list(0xa1, 'a'), `"a" in target.strings`, "error"},
		{"size looks at the head alone", list(0x92, 0xc0, 0xc0), `size(target.strings)`, "2"},
		{"size of no list", list(0xc0), `size(target.strings)`, "error"},
		{"long strings", list(append([]byte{0x92, 0xd9, 33}, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xa1a"...)...), `"a" in target.strings`, "true"},
		{"wide encodings", list(0x92, 0xda, 0, 1, 'b', 0xdb, 0, 0, 0, 1, 'a'), `"a" in target.strings`, "true"},
		{"unequal before a map", list(0x92, 0xa1, 'b', 0x80), `target.strings == ["a", "a"]`, "false"},
		{"equal up to a map", list(0x92, 0xa1, 'a', 0x80), `target.strings == ["a", "a"]`, "error"},
		{"float32", list(0x91, 0xca, 0x40, 0x20, 0, 0), `2.5 in target.doubles`, "true"},
		{"uint64", list(0x91, 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), `18446744073709551615u in [1u, 2] || size(target.doubles) == 1`, "true"},
		{"int in a list of doubles", list(0x91, 0x02), `2.0 in target.doubles`, "true"},
	}
	var m expr.Machine
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := fullScope()
			*place(s, "target.strings"), *place(s, "target.doubles") = test.list, test.list
			m.Reset(1000)
			if got := show(m.Eval(compile(t, test.src), s)); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestTrueAndNumber(t *testing.T) {
	tests := []struct {
		v        expr.Value
		truth    bool
		number   float64
		isNumber bool
	}{
		{expr.Value{}, false, 0, false},
		{expr.Value{Kind: expr.Error, Bits: 1}, false, 0, false},
		{expr.FromBool(true), true, 0, false},
		{expr.FromBool(false), false, 0, false},
		{expr.FromInt(-3), false, -3, true},
		{expr.FromInt(1), false, 1, true},
		{expr.Value{Kind: expr.Uint, Bits: math.MaxUint64}, false, 1 << 64, true},
		{expr.FromDouble(2.5), false, 2.5, true},
		{expr.FromDouble(math.Inf(1)), false, math.Inf(1), true},
		{expr.FromString([]byte("1")), false, 0, false},
		{expr.FromList([]byte{0x90}), false, 0, false},
	}
	for _, test := range tests {
		number, isNumber := expr.Number(test.v)
		if expr.True(test.v) != test.truth || number != test.number || isNumber != test.isNumber {
			t.Errorf("%v: %v, %v, %v", test.v, expr.True(test.v), number, isNumber)
		}
	}
}

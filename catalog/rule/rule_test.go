package rule_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

func newEnv(t testing.TB) *rule.Env {
	t.Helper()
	env, err := rule.NewEnv(rule.Schema{
		Target: []rule.Attribute{
			{Name: "country", Type: rule.String}, {Name: "visits", Type: rule.Int}, {Name: "member", Type: rule.Bool},
			{Name: "score", Type: rule.Double}, {Name: "segments", Type: rule.StringList}, {Name: "sizes", Type: rule.IntList},
		},
		Interaction: []rule.Attribute{{Name: "basket", Type: rule.Double}},
		Offer:       []rule.Attribute{{Name: "country", Type: rule.String}, {Name: "rates", Type: rule.DoubleList}},
		Filters:     []rule.Filter{{"returning", "target.visits > 3"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestTypesAreNumberedLikeTheCatalogs(t *testing.T) {
	for c := catalog.TypeBool; c <= catalog.TypeDoubleList; c++ {
		if got := rule.Type(c).String(); got != c.String() {
			t.Errorf("type %d is %s here and %s in the catalog", c, got, c)
		}
	}
}

func TestAcceptedExpressions(t *testing.T) {
	const offer, path = snapshot.UsesOffer, snapshot.UsesOfferPath
	tests := []struct {
		src    string
		want   rule.Type
		result rule.Type
		uses   snapshot.Uses
	}{
		{`target.country == "FR"`, rule.Bool, rule.Bool, snapshot.UsesTarget},
		{` .target . country == 'FR' // the home market`, rule.Bool, rule.Bool, snapshot.UsesTarget},
		{`target.visits < 2.5 && 3u >= target.visits`, rule.Bool, rule.Bool, snapshot.UsesTarget},
		{`interaction.basket`, rule.Number, rule.Double, snapshot.UsesCallData},
		{`target.visits + 1`, rule.Number, rule.Int, snapshot.UsesTarget},
		{`7u % 4u`, rule.Number, rule.Uint, 0},
		{`"Hello " + target.country`, rule.Scalar, rule.String, snapshot.UsesTarget},
		{`target.segments`, rule.StringList, rule.StringList, snapshot.UsesTarget},
		{`[]`, rule.IntList, rule.IntList, 0},
		{`target.member ? [] : []`, rule.StringList, rule.StringList, snapshot.UsesTarget},
		{`offer.rates == [1.5, 2.5]`, rule.Bool, rule.Bool, offer},
		{`offer.code != offer.country`, rule.Bool, rule.Bool, offer},
		{`offer.category in ["a"] || "b" in offer.categories || size(offer.themes) > 2`, rule.Bool, rule.Bool, path},
		{`interaction.mode == "explicit"`, rule.Bool, rule.Bool, snapshot.UsesFrame},
		{`interaction.environment == "visitors"`, rule.Bool, rule.Bool, snapshot.UsesFrame},
		{`interaction.space + interaction.channel`, rule.Scalar, rule.String, snapshot.UsesSpace},
		{`interaction.language.startsWith("fr")`, rule.Bool, rule.Bool, snapshot.UsesLanguage},
		{`interaction.new_visit`, rule.Bool, rule.Bool, snapshot.UsesVisit},
		{`request.host + request.path + request.country + request.device`, rule.String, rule.String, snapshot.UsesRequest},
		{`request.query.utm_source + request.query["a b"] + request.header["x-campaign"]`, rule.String, rule.String, snapshot.UsesRequest},
		{`has(request.query.a) && !("x-campaign" in request.header) && !has(request.header.dnt)`, rule.Bool, rule.Bool, snapshot.UsesRequest},
		{`request.path in [target.country, "/"]`, rule.Bool, rule.Bool, snapshot.UsesRequest | snapshot.UsesTarget},
		{`true ? 1 : target.visits`, rule.Int, rule.Int, 0},
		{`target.visits in [1, 2.0, 3u, "four", true]`, rule.Bool, rule.Bool, snapshot.UsesTarget},
	}
	env := newEnv(t)
	for _, test := range tests {
		p, issues := env.Compile(test.src, test.want, rule.RoleContent)
		if issues != nil {
			t.Errorf("%s: %v", test.src, issues)
			continue
		}
		if p.Result != test.result || p.Uses != test.uses {
			t.Errorf("%s: result %v, uses %b; want %v, %b", test.src, p.Result, p.Uses, test.result, test.uses)
		}
		if err := snapshot.CheckProgram(p.Code); err != nil {
			t.Errorf("%s: %v", test.src, err)
		}
	}
}

func TestConstants(t *testing.T) {
	tests := []struct {
		src  string
		want any
	}{
		{`1 + 2 * 3`, int64(7)},
		{`-(5) % 3`, int64(-2)},
		{`10u / 4u - 1u`, uint64(1)},
		{`-(0.5) * 4.0`, -2.0},
		{`1.0 / 0.0`, math.Inf(1)},
		{`"a" + ("b" + "é")`, "abé"},
		{`size("日本") + [1, 2].size()`, int64(4)},
		{`!("abc".startsWith("b"))`, true},
		{`2 in [1, 2.0] && !(3 in [1u, 2])`, true},
		{`1 < 1.5 && 2u > 1 && "a" <= "b" && false < true`, true},
		{`!(0.0 / 0.0 == 0.0 / 0.0)`, true},
		{`!(0.0 / 0.0 < 1.0)`, true},
		{`target.member || true`, true},
		{`1 / 0 == 1 && false`, false},
		{`!(target.member && false)`, true},
		{`false ? 1 / 0 : 2`, int64(2)},
		{`[1, "a", 2.5, true, 3u]`, []any{int64(1), "a", 2.5, true, uint64(3)}},
		{`[1] == [1, 2] ? "x" : "y"`, "y"},
		{`"Zoë".endsWith("ë") && "Zoë".contains("o") && !"Zoë".matches("^o")`, true},
		{`" ÄbC ".trim().lowerAscii() + "x".upperAscii()`, "ÄbcX"},
		{`"日本語".substring(1) + "日本語".substring(0, 1)`, "本語日"},
		{`size("a,b,c".split(",", 2))`, int64(2)},
		{`["a", "b"].join() + ["a", "b"].join("-").replace("a", "c")`, "abc-b"},
	}
	env := newEnv(t)
	for _, test := range tests {
		want := map[reflect.Kind]rule.Type{
			reflect.Int64: rule.Int, reflect.Uint64: rule.Uint, reflect.Float64: rule.Double,
			reflect.String: rule.String, reflect.Bool: rule.Bool, reflect.Slice: rule.MixedList,
		}[reflect.TypeOf(test.want).Kind()]
		p, issues := env.Compile(test.src, want, rule.RoleContent)
		if issues != nil {
			t.Errorf("%s: %v", test.src, issues)
			continue
		}
		if got, ok := p.Constant(); !ok || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %#v, want %#v", test.src, got, test.want)
		}
	}
}

func TestWhatFailsIsNoConstant(t *testing.T) {
	env := newEnv(t)
	for _, src := range []string{
		`1 / 0`, `9223372036854775807 + 1`, `-(-9223372036854775807 - 1)`, `0u - 1u`, `target.visits`, `true ? target.visits : 1`,
	} {
		p, issues := env.Compile(src, rule.Number, rule.RoleWeight)
		if issues != nil {
			t.Errorf("%s: %v", src, issues)
		}
		if v, ok := p.Constant(); ok {
			t.Errorf("%s is the constant %v", src, v)
		}
	}
}

// names of opcodes, for reading programs in tests.
var names = map[byte]string{
	snapshot.OpTestBool: "bool?", snapshot.OpTestInt: "int?", snapshot.OpTestDouble: "double?", snapshot.OpTestString: "string?",
	snapshot.OpTestRefs: "refs?", snapshot.OpTestPrefix: "prefix?", snapshot.OpTestStrings: "strings?", snapshot.OpTestInts: "ints?",
	snapshot.OpTestHas: "has?", snapshot.OpTestMember: "member?", snapshot.OpAll: "all", snapshot.OpAny: "any",
	snapshot.OpLoad: "load", snapshot.OpFalse: "false", snapshot.OpTrue: "true", snapshot.OpInt: "int", snapshot.OpUint: "uint",
	snapshot.OpDouble: "double", snapshot.OpString: "string", snapshot.OpList: "list", snapshot.OpAndJump: "and-jump",
	snapshot.OpOrJump: "or-jump", snapshot.OpAnd: "and", snapshot.OpOr: "or", snapshot.OpBranch: "branch", snapshot.OpJump: "jump",
	snapshot.OpAdd: "+", snapshot.OpSubtract: "-", snapshot.OpMultiply: "*", snapshot.OpDivide: "/", snapshot.OpModulo: "%",
	snapshot.OpNegate: "negate", snapshot.OpCompare: "compare", snapshot.OpIn: "in", snapshot.OpInStep: "in-step",
	snapshot.OpInEnd: "in-end", snapshot.OpSize: "size", snapshot.OpStartsWith: "starts-with",
	snapshot.OpEndsWith: "ends-with", snapshot.OpContains: "contains", snapshot.OpMatches: "matches",
	snapshot.OpLowerASCII: "lower", snapshot.OpUpperASCII: "upper", snapshot.OpTrim: "trim", snapshot.OpSplit: "split",
	snapshot.OpJoin: "join", snapshot.OpReplace: "replace", snapshot.OpSubstring: "substring", snapshot.OpSubstringFrom: "substring-from",
}

func disassemble(t *testing.T, code []byte) string {
	t.Helper()
	var words []string
	for len(code) > 0 {
		in, err := snapshot.Instruction(code)
		if err != nil {
			t.Fatal(err)
		}
		word := names[in[0]]
		if in[0] == snapshot.OpAll || in[0] == snapshot.OpAny {
			word += "(" + disassemble(t, in[4:]) + ")"
		}
		words = append(words, word)
		code = code[len(in):]
	}
	return strings.Join(words, " ")
}

func TestPrograms(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"one test", `target.country == "FR"`, "all(string?)"},
		{"constant on the left", `3 < target.visits`, "all(int?)"},
		{"conjunction", `target.country == "FR" && (target.visits > 3 && target.member)`, "all(string? int? bool?)"},
		{"disjunction", `target.score >= 1.5 || !target.member`, "any(double? bool?)"},
		{"negation goes inwards", `!(target.country != "FR" || target.visits < 3)`, "all(string? int?)"},
		{"names", `target.country == offer.country && target.country in target.segments`, "all(refs? member?)"},
		{"lists", `target.country in ["FR", "BE"] && target.visits in [1, 2] && "gold" in target.segments`, "all(strings? ints? has?)"},
		{"prefix", `!request.path.startsWith("/admin")`, "all(prefix?)"},
		{"group within", `target.member && (target.visits > 3 || target.score > 2.0)`, "bool? and-jump any(int? double?) and"},
		{"tests first", `target.visits * 2 > 3 && target.member && target.score > 0.5`,
			"all(bool? double?) and-jump load int * int compare and"},
		{"folded constants", `target.visits > 24 * 60 && true`, "all(int?)"},
		{"arithmetic", `target.visits * 2 - 1`, "load int * int -"},
		{"text", `"a" + (target.country + ("b" + request.path))`, "string load + string + load +"},
		{"conditional", `target.member ? 2.0 : target.score`, "bool? branch double jump load"},
		{"computed list", `target.visits in [1, target.visits + 1]`, "load false int in-step load int + in-step in-end"},
		{"mixed list", `target.visits in [1, 2.0]`, "load list in"},
		{"computed prefix", `target.country.startsWith(offer.country)`, "load load starts-with"},
		{"size", `size(target.segments) >= target.country.size()`, "load size load size compare"},
		{"one name", `target.member`, "load"},
		{"end", `target.country.endsWith("R") && target.member`, "bool? and-jump load string ends-with and"},
		{"within", `!target.country.contains("R")`, "load string contains"},
		{"pattern", `matches(target.country, "^F" + "R$")`, "load matches"},
		{"pattern of a computed text", `target.country.trim().matches("")`, "load trim matches"},
		{"no limits", `"a" in target.country.replace("a", "b").split(",")`, "string load string string int replace string int split in"},
		{"parts", `target.country.substring(1) < target.country.substring(0, 1).lowerAscii()`,
			"load int substring-from load int int substring lower compare"},
		{"join", `target.segments.join().upperAscii() == target.segments.join(request.path)`,
			"load string join upper load load join compare"},
		{"join of computed texts", `[target.country, "b"].join("-") == ""`, "string load + string + string + string compare"},
		{"too long to be folded", `"` + strings.Repeat("x", 100) + `".replace("", "` + strings.Repeat("y", 100) + `") == ""`,
			"string string string int replace string compare"},
		{"long strings are not fused", `target.country in ["` + strings.Repeat("x", 256) + `"]`, "load list in"},
	}
	env := newEnv(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := rule.Bool
			if !strings.Contains(test.want, "?") && !strings.Contains(test.want, "compare") {
				want = rule.Scalar
			}
			p, issues := env.Compile(test.src, want, rule.RoleContent)
			if issues != nil {
				p, issues = env.Compile(test.src, rule.Scalar, rule.RoleContent)
			}
			if issues != nil {
				t.Fatal(issues)
			}
			if got := disassemble(t, p.Code); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestMoreTestsThanAGroupHolds(t *testing.T) {
	env, err := rule.NewEnv(rule.Schema{Target: []rule.Attribute{{Name: "m", Type: rule.Bool}}})
	if err != nil {
		t.Fatal(err)
	}
	terms := 2*snapshot.MaxTests + 1 - 150
	p, issues := env.Compile(strings.Repeat("target.m||", terms-1)+"target.m", rule.Bool, rule.RoleOffer)
	if issues != nil {
		t.Fatal(issues)
	}
	want := "any(" + strings.Repeat("bool? ", snapshot.MaxTests-1) + "bool?) or-jump any(" +
		strings.Repeat("bool? ", terms-snapshot.MaxTests-1) + "bool?) or"
	if got := disassemble(t, p.Code); got != want {
		t.Error(got)
	}
}

func TestNewEnvRefuses(t *testing.T) {
	many := make([]rule.Attribute, rule.MaxAttributes+1)
	for i := range many {
		many[i] = rule.Attribute{Name: fmt.Sprint("a", i), Type: rule.Int}
	}
	tests := []struct {
		name   string
		schema rule.Schema
		want   string
	}{
		{"bad name", rule.Schema{Target: []rule.Attribute{{Name: "first-name", Type: rule.String}}},
			`rule: "target.first-name" is not a name that expressions can use`},
		{"keyword", rule.Schema{Target: []rule.Attribute{{Name: "in", Type: rule.String}}},
			`rule: "target.in" is not a name that expressions can use`},
		{"digit first", rule.Schema{Offer: []rule.Attribute{{Name: "1st", Type: rule.String}}},
			`rule: "offer.1st" is not a name that expressions can use`},
		{"no name", rule.Schema{Offer: []rule.Attribute{{Type: rule.String}}},
			`rule: "offer." is not a name that expressions can use`},
		{"twice", rule.Schema{Target: []rule.Attribute{{Name: "a", Type: rule.String}, {Name: "a", Type: rule.Int}}},
			"rule: target.a is declared twice or is a built-in name"},
		{"built in", rule.Schema{Interaction: []rule.Attribute{{Name: "space", Type: rule.String}}},
			"rule: interaction.space is declared twice or is a built-in name"},
		{"not an attribute's type", rule.Schema{Target: []rule.Attribute{{Name: "a", Type: rule.Uint}}},
			"rule: target.a has type uint, which attributes cannot have"},
		{"too many", rule.Schema{Target: many}, "rule: 257 attributes in target.* (at most 256)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := rule.NewEnv(test.schema); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestFilters(t *testing.T) {
	env := newEnv(t)
	tests := []struct {
		name       string
		conditions []rule.Condition
		want       string
	}{
		{"none", nil, "true"},
		{"one", []rule.Condition{{Expr: "target.member"}}, "all(bool?)"},
		{"many become one conjunction", []rule.Condition{{Expr: `target.member && target.visits > 1`}, {Expr: `target.country == "FR"`}},
			"all(bool? int? string?)"},
		{"taken into account if", []rule.Condition{{When: "target.member", Expr: `target.visits > 1`}},
			"bool? branch int? jump true"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, issues := env.CompileFilter(test.conditions, rule.RoleOffer)
			if issues != nil {
				t.Fatal(issues)
			}
			if got := disassemble(t, p.Code); got != test.want || p.Result != rule.Bool {
				t.Errorf("%v: %s, want %s", p.Result, got, test.want)
			}
		})
	}
	_, issues := env.CompileFilter([]rule.Condition{{Expr: "true"}, {When: "target.x", Expr: "1"}, {Expr: "offer.code"}}, rule.RoleEnvironment)
	want := []string{
		"1 false 1:1: the expression is int, wanted is bool (a condition is true or false: compare the number, as in target.visits > 0)",
		"1 true 1:1: unknown name target.x (declare x under target: in the environment, with its type)",
		"2 false 1:1: offer.code is not available in an environment's filter",
	}
	var got []string
	for _, issue := range issues {
		got = append(got, fmt.Sprint(issue.Condition, issue.When, issue.Issue))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

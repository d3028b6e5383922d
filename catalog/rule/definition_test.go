package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// withFilters is an environment with predefined filters: "name: source", one a
// line.
func withFilters(t testing.TB, lines ...string) *rule.Env {
	t.Helper()
	schema := rule.Schema{
		Target: []rule.Attribute{{Name: "member", Type: rule.Bool}, {Name: "visits", Type: rule.Int}},
		Offer:  []rule.Attribute{{Name: "margin", Type: rule.Double}},
	}
	for _, line := range lines {
		name, source, _ := strings.Cut(line, ": ")
		schema.Filters = append(schema.Filters, rule.Filter{Name: name, Source: source})
	}
	env, err := rule.NewEnv(schema)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestNamedFiltersStandForTheirExpressions(t *testing.T) {
	env := withFilters(t,
		"member: target.member", "often: target.visits > 3", "regular: member && often", "rich: offer.margin > 0.5",
		"late: early || often", "early: target.visits < 2", "never: false")
	if issues := env.FilterIssues(); issues != nil {
		t.Fatal(issues)
	}
	for _, test := range []struct{ src, same string }{
		{`often`, `target.visits > 3`},
		{`!often`, `!(target.visits > 3)`},
		{`.often && rich`, `target.visits > 3 && offer.margin > 0.5`},
		{`member`, `target.member && true`},
		{`!member`, `!target.member`},
		{`regular && rich`, `target.member && target.visits > 3 && offer.margin > 0.5`},
		{`!regular || rich`, `!(target.member && target.visits > 3) || offer.margin > 0.5`},
		{`late`, `target.visits < 2 || target.visits > 3`},
		{`never || often`, `target.visits > 3`},
		{`never && often`, `false`},
		{`often == member`, `(target.visits > 3) == (true && target.member)`},
		{`(regular ? 1 : 2) > target.visits`, `((target.member && target.visits > 3) ? 1 : 2) > target.visits`},
		{`true in [often]`, `true in [target.visits > 3]`},
	} {
		got, issues := env.Compile(test.src, rule.Bool, rule.RoleOffer)
		want, _ := env.Compile(test.same, rule.Bool, rule.RoleOffer)
		if issues != nil || string(got.Code) != string(want.Code) || got.Uses != want.Uses {
			t.Errorf("%s: %s, want %s; issues %v", test.src, disassemble(t, got.Code), disassemble(t, want.Code), issues)
		}
	}
}

func TestNamedFiltersAreThereWhereTheirNamesAre(t *testing.T) {
	env := withFilters(t, "rich: offer.margin > 0.5", "often: target.visits > 3", "both: rich && often", `seen: proposition.status == "presented"`)
	const outside = ", which is not available outside of a rule's propositions"
	for _, test := range []struct {
		src  string
		role rule.Role
		want string
	}{
		{"rich", rule.RoleEnvironment, "1:1: predefined filter rich reads offer.margin, which is not available in an environment's filter"},
		{"true &&\n both", rule.RoleVisitor, "2:2: predefined filter both reads offer.margin, which is not available in visitor data"},
		{"both", rule.RoleApplies, "1:1: predefined filter both reads target.visits, which is not available in a rule's applies_to"},
		{"rich", rule.RoleAudience, "1:1: predefined filter rich reads offer.margin, which is not available in a rule's target"},
		{"rich", rule.RolePropositions, "1:1: predefined filter rich reads offer.margin, which is not available in a rule's propositions"},
		{"seen", rule.RoleWeight, "1:1: predefined filter seen reads proposition.status" + outside},
		{"rihc", rule.RoleEnvironment, "1:1: unknown name rihc"},
		{"rihc", rule.RoleOffer, "1:1: unknown name rihc (did you mean rich?)"},
		{"rich", rule.RoleApplies, ""}, {"often", rule.RoleEnvironment, ""}, {"often", rule.RoleAudience, ""},
		{"seen && often", rule.RolePropositions, ""}, {"both", rule.RoleContent, ""},
	} {
		_, issues := env.Compile(test.src, rule.Bool, test.role)
		got := ""
		if issues != nil {
			got = issues[0].String()
		}
		if got != test.want || len(issues) > 1 {
			t.Errorf("%q in role %d: %v, want %s", test.src, test.role, issues, test.want)
		}
	}
}

func TestFilterIssues(t *testing.T) {
	for _, test := range []struct {
		name    string
		filters []string
		want    []string
	}{
		{"itself", []string{"a: a"}, []string{"a 1:1: predefined filter a names itself: a → a [2 a]"}},
		{"a circle is told once", []string{"a: target.member || b", "b: c", "c: true && !a"},
			[]string{"c 1:10: predefined filter a names itself: a → b → c → a [2 a]"}},
		{"the way into it is no part of it", []string{"a: b", "b: c", "c: b"},
			[]string{"c 1:1: predefined filter b names itself: b → c → b [2 b]"}},
		{"its own mistakes", []string{"a: target.vists > 1", "b: a && 1"},
			[]string{"a 1:1: unknown name target.vists (did you mean target.visits?) [0 ]", "b 1:6: int where bool is needed [0 ]"}},
		{"not a bool", []string{"a: target.visits"}, []string{"a 1:1: the expression is int, wanted is bool (a condition is true or false: compare the number, as in target.visits > 0) [0 ]"}},
		{"later", []string{`a: target.country.charAt(0) == "F"`},
			[]string{"a 1:16: charAt() is not supported yet (text.substring(2, 3) is the third character) [1 ]"}},
		{"nothing", []string{"a: "}, []string{"a 1:1: the expression is empty [0 ]"}},
	} {
		env := withFilters(t, test.filters...)
		var got []string
		for _, i := range env.FilterIssues() {
			got = append(got, fmt.Sprintf("%s %s [%d %s]", i.Filter, i.Issue, i.Kind, i.Issue.Filter))
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
		if _, issues := env.Compile("a && target.member", rule.Bool, rule.RoleOffer); issues != nil {
			t.Errorf("%s: what names a broken filter has issues of its own: %v", test.name, issues)
		}
	}
}

// Each filter names the one before it twice: without a bound the tenth would
// have a thousand conditions and the hundredth more than there is memory for.
func TestNamedFiltersAreBounded(t *testing.T) {
	lines := []string{"f0: target.visits > 3 && target.member"}
	for i := 1; i < rule.MaxFilters; i++ {
		lines = append(lines, fmt.Sprintf("f%d: f%d && f%d || target.visits == %d", i, i-1, i-1, i))
	}
	env := withFilters(t, lines...)
	issues := env.FilterIssues()
	if len(issues) == 0 || issues[0].Kind != rule.Large || !strings.Contains(issues[0].Message, "too long for one program") {
		t.Fatalf("%v", issues)
	}
	long := withFilters(t, "f: "+strings.Repeat("target.member || ", 200)+"target.member")
	_, found := long.Compile(strings.Repeat("f && ", 700)+"f", rule.Bool, rule.RoleOffer)
	if len(found) == 0 || found[0].Kind != rule.Large || found[0].Filter != "f" ||
		!strings.HasPrefix(found[0].Message, "with predefined filter f, the expression has more than 8192 conditions and values") {
		t.Errorf("%v", found)
	}
	_, inFilter := long.CompileFilter([]rule.Condition{{Expr: strings.Repeat("f == target.member && ", 18) + "true"}}, rule.RoleOffer)
	if len(inFilter) != 1 || inFilter[0].Message != "with its predefined filters, the expression is too long for one program" {
		t.Errorf("%v", inFilter)
	}
}

func TestNewEnvRefusesFilters(t *testing.T) {
	many := make([]rule.Filter, rule.MaxFilters+1)
	for i := range many {
		many[i] = rule.Filter{Name: fmt.Sprint("f", i), Source: "true"}
	}
	for _, test := range []struct {
		filters []rule.Filter
		want    string
	}{
		{[]rule.Filter{{"a-b", "true"}}, `rule: "a-b" cannot name a predefined filter`},
		{[]rule.Filter{{"true", "true"}}, `rule: "true" cannot name a predefined filter`},
		{[]rule.Filter{{"offer", "true"}}, `rule: "offer" cannot name a predefined filter`},
		{[]rule.Filter{{"history", "true"}}, `rule: "history" cannot name a predefined filter`},
		{[]rule.Filter{{"proposition", "true"}}, `rule: "proposition" cannot name a predefined filter`},
		{[]rule.Filter{{"int", "true"}}, `rule: "int" cannot name a predefined filter`},
		{[]rule.Filter{{"a", "true"}, {"a", "true"}}, "rule: predefined filter a is declared twice"},
		{many, "rule: 257 predefined filters (at most 256)"},
	} {
		if _, err := rule.NewEnv(rule.Schema{Filters: test.filters}); err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

func TestPropositions(t *testing.T) {
	env := withFilters(t)
	for _, test := range []struct {
		src, want string
	}{
		{`proposition.code == "a" && proposition.category != "b"`, ""},
		{`proposition.channel == interaction.channel || proposition.status in ["accepted", "rejected"] && target.member`, ""},
		{`proposition.age > duration("36h")`, ""},
		{`proposition.age > 1`, "1:17: > does not take (duration, int)"},
		{`proposition.space == "hero"`, `1:1: proposition.space is known only where propositions are kept in the store: "history: store"`},
		{`proposition.rank == 1`, "1:1: unknown name proposition.rank (did you mean proposition.age?)"},
		{`proposition.code == offer.code`, "1:21: offer.code is not available in a rule's propositions"},
		{`proposition == "a"`, "1:1: proposition is a group of names and no value (write proposition.NAME)"},
	} {
		p, issues := env.Compile(test.src, rule.Bool, rule.RolePropositions)
		got := ""
		if issues != nil {
			got = issues[0].String()
		}
		if got != test.want {
			t.Errorf("%s: %v, want %s", test.src, issues, test.want)
		}
		if issues == nil && p.Uses&snapshot.UsesProposition == 0 {
			t.Errorf("%s: uses %b", test.src, p.Uses)
		}
	}
	stored, err := rule.NewEnv(rule.Schema{StoredHistory: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, issues := stored.Compile(`proposition.space == "hero"`, rule.Bool, rule.RolePropositions); issues != nil {
		t.Error(issues)
	}
}

func TestApplies(t *testing.T) {
	env := withFilters(t, "rich: offer.margin > 0.5", `trip: offer.category == "travel"`, "both: rich && trip", "often: target.visits > 3")
	beach := env.Offer(&rule.OfferValues{Code: "beach", Category: "travel", Categories: []string{"all", "travel"}, Themes: []string{"sun"}, Attributes: []any{0.75}})
	bare := env.Offer(&rule.OfferValues{Code: "bare", Category: "all", Categories: []string{"all"}, Attributes: []any{nil}})
	for _, test := range []struct {
		src         string
		beach, bare bool
	}{
		{`offer.code == "beach"`, true, false},
		{`offer.category in ["all"]`, false, true},
		{`"sun" in offer.themes`, true, false},
		{`size(offer.categories) == 1 && size(offer.themes) == 0`, false, true},
		{`offer.margin > 0.5`, true, false},
		{`!(offer.margin > 0.5)`, false, false}, // fails where there is no margin
		{`offer.margin > 0.5 || true`, true, true},
		{`rich`, true, false},
		{`!rich`, false, false},
		{`both || offer.code == "bare"`, true, true},
		{`!both`, false, true}, // false && error is false
		{`1 / 0 == 1`, false, false},
		{`true`, true, true},
	} {
		a, issues := env.CompileApplies(test.src)
		if issues != nil {
			t.Errorf("%s: %v", test.src, issues)
			continue
		}
		for range 2 { // asking leaves nothing behind
			if got := [2]bool{a.Hold(beach), a.Hold(bare)}; got != [2]bool{test.beach, test.bare} {
				t.Errorf("%s: %v", test.src, got)
			}
		}
	}
	for src, want := range map[string]bool{`offer.category == "a" || trip`: true, "true": true, "rich": false, `offer.code == "a" && trip`: false} {
		if a, issues := env.CompileApplies(src); issues != nil || a.ByCategory != want {
			t.Errorf("%s: by category %v; %v", src, !want, issues)
		}
	}
	for _, src := range []string{"target.member", "often", `interaction.channel == "web"`, `request.path == "/"`, `proposition.code == "a"`, "offer.margin"} {
		if a, issues := env.CompileApplies(src); a != nil || len(issues) != 1 {
			t.Errorf("%s: %v", src, issues)
		}
	}
}

package rule_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
)

func TestIssues(t *testing.T) {
	const mix = " (int, uint and double do not mix here: 1 is an int, 1u a uint, 1.0 a double)"
	tests := []struct {
		src  string
		want []string
	}{
		{``, []string{"1:1: the expression is empty"}},
		{" \n ", []string{"1:1: the expression is empty"}},
		{"target.member\n|| \xff", []string{"2:4: the expression is not UTF-8 here"}},

		// Names.
		{`target.contry == "FR"`, []string{"1:1: unknown name target.contry (did you mean target.country?)"}},
		{`country == "FR"`, []string{"1:1: unknown name country (did you mean target.country?)"}},
		{`target.elephant == "FR"`, []string{"1:1: unknown name target.elephant (declare elephant under target: in the environment, with its type)"}},
		{`visitor.country == "FR"`, []string{"1:1: unknown name visitor.country"}},
		{`target == 1`, []string{"1:1: target is a group of names and no value (write target.NAME)"}},
		{`target.country.code == "FR"`, []string{"1:15: type 'string' does not support field selection"}},
		{`"é" == target.contry`, []string{"1:8: unknown name target.contry (did you mean target.country?)"}},
		{"target.member &&\n\ttarget.vists > 1", []string{"2:2: unknown name target.vists (did you mean target.visits?)"}},

		// Names that have no compiled form.
		{`history.count > 1`, []string{"1:1: unknown name history.count (write history.count(CODE), or accepted, rejected or age, and of a category history.count_in(NAME))"}},
		{`history.counts("a") > 1`, []string{"1:1: unknown function history.counts (did you mean history.count?)"}},
		{`true && history.count(target.visits) > 1`, []string{"1:9: history.count does not take (int)"}},
		{`history.count(target.contry) > 1`, []string{"1:15: unknown name target.contry (did you mean target.country?)"}},
		{`history.count("a") > 1.5 || history.count("a") == 1.5`, []string{"1:48: == does not take (int, double) (int, uint and double do not mix here: 1 is an int, 1u a uint, 1.0 a double)"}},
		{`history.age("a") > 1`, []string{"1:18: > does not take (duration, int)"}},
		{`history.age("a") > duration("1 day")`, []string{`1:29: not a duration (durations are written as in "36h" or "1h30m")`}},
		{`history.age("a") > duration(target.country)`, []string{`1:29: the duration is not a fixed text (write it out, as in duration("36h"))`}},
		{`history.age("a") in [duration("1h")]`, []string{"1:30: a list of times is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`history.age("a")`, []string{"1:1: the expression is duration, wanted is bool"}},
		{`experiment.hero == "a"`, []string{"1:1: unknown name experiment.hero (declare hero under experiments: in the catalog, with its arms)"}},
		{`proposition.code == "a"`, []string{"1:1: proposition.code is not available outside of a rule's propositions"}},
		{`retruning && target.member`, []string{"1:1: unknown name retruning (did you mean returning?)"}},
		{`returning.x`, []string{"1:1: unknown name returning.x (did you mean returning?)"}},
		{`returning > 1`, []string{"1:11: > does not take (bool, int)"}},

		// Parameters of the query and headers.
		{`request.query == {"a": "b"}`, []string{`1:1: request.query is no value by itself (read one of it, as in request.query["name"], or ask for it: "name" in request.query)`}},
		{`size(request.header) > 0`, []string{`1:6: request.header is no value by itself (read one of it, as in request.header["name"], or ask for it: "name" in request.header)`}},
		{`request.query.exists(k, k == "a")`, []string{`1:1: request.query is no value by itself (read one of it, as in request.query["name"], or ask for it: "name" in request.query)`}},
		{`(interaction.new_visit ? request.query : request.query).a == "b"`, []string{`1:56: a field of a computed value is not supported yet (names of groups have fields, as in target.NAME; a map's entry is read by ["NAME"])`}},
		{`request.query[request.path] == "a"`, []string{`1:15: the name in request.query is not a fixed text (write it out, as in request.query["name"])`}},
		{`request.query[1] == "a" && "a" + "b" in request.query`, []string{`1:15: the name in request.query is not a fixed text (write it out, as in request.query["name"])`,
			`1:28: the name in request.query is not a fixed text (write it out, as in request.query["name"])`}},
		{`request.query.a > 1`, []string{"1:17: > does not take (string, int)"}},
		{`request.query.a.b == ""`, []string{"1:16: type 'string' does not support field selection"}},
		{`request.query.a`, []string{`1:1: the expression is string, wanted is bool (a condition is true or false: compare the text, as in target.country == "FR")`}},
		{`request.query[""] == "a"`, []string{"1:15: the name in request.query has 0 bytes, 1 to 128 are allowed"}},
		{`"` + strings.Repeat("a", 129) + `" in request.header`, []string{"1:1: the name in request.header has 129 bytes, 1 to 128 are allowed"}},
		{`request.header["X-Campaign"] == "a"`, []string{`1:16: the names of headers are in lower case here (write "x-campaign")`}},
		{`request.header["x campaign"] == "a"`, []string{`1:16: no header has the name "x campaign"`}},
		{`request.header.x-campaign == "a"`, []string{"1:18: unknown name campaign"}},
		{`has(request.header["x-campaign"])`, []string{`1:1: has() takes a name of a group (write "name" in request.header)`}},
		{`has(request.query)`, []string{`1:5: request.query is no value by itself (read one of it, as in request.query["name"], or ask for it: "name" in request.query)`}},
		{`has(target.country.x)`, []string{"1:1: has() takes a name of a group (write has(target.NAME))"}},
		{`request.header.cookie != ""`, []string{"1:1: header cookie is not for expressions: it can tell who somebody is, or let others in (what is known of a visitor is in target.*)"}},
		{`"authorization" in request.header`, []string{"1:1: header authorization is not for expressions: it can tell who somebody is, or let others in (what is known of a visitor is in target.*)"}},
		{`has(request.header.host)`, []string{"1:5: header host is not for expressions (write request.host)"}},

		// Constructs that have no compiled form.
		{`target.country . charAt ( 0 ) == "F"`,
			[]string{"1:18: charAt() is not supported yet (text.substring(2, 3) is the third character)"}},
		{`target.country.indexOf("F") == 0`, []string{"1:16: indexOf() is not supported yet " +
			"(contains() says whether a text is in another, split() takes it apart there)"}},
		{`target.country.reverse() == "F"`, []string{"1:16: reverse() is not supported yet (endsWith() looks at the end of a text)"}},
		{`[target.country].join(target.country) == "x"`,
			[]string{"1:23: a computed separator of a list with computed elements is not supported yet (write the separator as a text in quotes)"}},
		{`null == target.country`, []string{"1:1: null is not supported yet (whether an attribute has a value asks has(), as in has(target.NAME))"}},
		{`b"x" != target.country`, []string{"1:1: a bytes literal is not supported yet (write a text, without the b in front)"}},
		{`Foo{a: 1} == target.country`, []string{"1:4: a message literal is not supported yet (values are names of groups, constants, and what operators, functions and macros make of them)"}},
		{`[1][0].x == 1`, []string{`1:7: a field of a computed value is not supported yet (names of groups have fields, as in target.NAME; a map's entry is read by ["NAME"])`}},
		{`[[1]] == target.segments`, []string{"1:2: a list of lists or maps is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`"a" in [target.segments]`, []string{"1:5: in does not take (string, list(list(string)))"}},
		{`target.segments in [target.segments]`, []string{"1:27: a list of lists is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`target.segments + ["x"] == ["x"]`, []string{"1:17: + on lists is not supported yet (write one list, or ask for each, as in x in a || x in b)"}},
		{`[target.country] == ["x"]`,
			[]string{"1:1: a list with computed elements that is not the right side of in is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`size([target.country]) == 1`,
			[]string{"1:6: a list with computed elements that is not the right side of in is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`"x" in (target.member ? [target.country] : [])`,
			[]string{"1:23: a list with computed elements that is not the right side of in is not supported yet (write the comparisons out, as in a == x || b == x)"}},
		{`"x" in [` + strings.Repeat(`"a",`, 257) + `]`,
			[]string{"1:8: the list has 257 elements, at most 256 are allowed (compare with an attribute instead)"}},

		// Functions.
		{`sise(target.country) == 2`, []string{"1:1: unknown function sise (did you mean size?)"}},
		{`target.country.StartsWith("F")`, []string{"1:16: unknown function StartsWith (did you mean startsWith?)"}},
		{`target.country.lowerASCII() == "f"`, []string{"1:16: unknown function lowerASCII (did you mean lowerAscii?)"}},
		{`target.country.contain("f")`, []string{"1:16: unknown function contain (did you mean contains?)"}},
		{`math.abs(1) == 1`, []string{"1:1: unknown function math.abs"}},

		// Types.
		{`target.visits == 1.0`, []string{"1:15: == does not take (int, double)" + mix}},
		{`target.visits + 1.0 > 2.0`, []string{"1:15: + does not take (int, double)" + mix}},
		{`target.country > 1`, []string{"1:16: > does not take (string, int)"}},
		{`-target.country == "x"`, []string{"1:1: - does not take (string)"}},
		{`!target.country`, []string{"1:1: ! does not take (string)"}},
		{`target.member && target.visits`, []string{"1:24: int where bool is needed"}},
		{`target.member ? 1 : "a"`, []string{"1:15: ?: does not take (bool, int, string)"}},
		{`startsWith(target.country, "F")`, []string{"1:1: startsWith does not take (string, string)"}},
		{`target.country.size(1) == 1`, []string{"1:16: size does not take string.(int)"}},
		{`size(target.country)`, []string{"1:1: the expression is int, wanted is bool (a condition is true or false: compare the number, as in target.visits > 0)"}},
		{`contains(target.country, "F")`, []string{"1:1: contains does not take (string, string)"}},
		{`target.country.substring("F") == ""`, []string{"1:16: substring does not take string.(string)"}},
		{`target.sizes.join() == ""`, []string{"1:14: join does not take list(int).()"}},
		{`target.country.split(",")`, []string{"1:1: the expression is list(string), wanted is bool"}},

		// Patterns.
		{`target.country.matches(target.country)`, []string{"1:24: the pattern of matches() is computed " +
			`(write it as a text in quotes, as in request.path.matches("^/travel/[a-z]+$"))`}},
		{`target.member && target.country.matches("[a")`, []string{`1:41: the pattern of matches() is no regular expression: ` +
			`missing closing ]: "[a" (a character that is meant as it is has \\ before it, as in "\\.")`}},
		{`"x".matches("(?=a)")`, []string{`1:13: the pattern of matches() is no regular expression: ` +
			`invalid or unsupported Perl syntax: "(?=" (a character that is meant as it is has \\ before it, as in "\\.")`}},
		{`matches(target.country, "x{500}")`, []string{"1:25: the pattern of matches() is too complex " +
			"(write less of {n,m} and of large classes of characters, or several patterns)"}},
		{`  (target.visits + 1)`, []string{"1:4: the expression is int, wanted is bool (a condition is true or false: compare the number, as in target.visits > 0)"}},
		{`target.segments`, []string{"1:1: the expression is list(string), wanted is bool"}},

		// Syntax.
		{`target.visits >`, []string{"1:16: syntax error: unexpected end of the expression"}},
		{"target.country == \"é\" ||\n  target.visits > *\n  *", []string{"2:19: syntax error: unexpected '*'"}},
		{"target.visits\n  == \"é\"", []string{"2:3: == does not take (int, string)"}},
		{`(target.visits`, []string{"1:15: syntax error: missing ')' at end of the expression"}},
		{`1 + + 2`, []string{"1:5: syntax error: unexpected '+'"}},
		{`target.visits = 3`, []string{"1:15: syntax error: unexpected '= ' (equality is ==)"}},
		{`target.member and target.member`, []string{"1:15: syntax error: unexpected 'and' (and is &&)"}},
		{`target.member | target.member`, []string{"1:15: syntax error: unexpected '| ' (or is ||)"}},
		{`target.country == "F`,
			[]string{`1:19: syntax error: unexpected '"F' (the string does not end, or has an escape other than \n, \", \u00e9 and the like)`}},
		{`target.visits == 99999999999999999999`, []string{"1:18: syntax error: invalid int literal"}},

		// All at once, in order.
		{`foo(3) || target.contry == "x" && target.visits > "x"`, []string{
			"1:1: unknown function foo",
			"1:11: unknown name target.contry (did you mean target.country?)",
			"1:49: > does not take (int, string)",
		}},
	}
	env := newEnv(t)
	for _, test := range tests {
		_, issues := env.Compile(test.src, rule.Bool, rule.RoleOffer)
		var got []string
		for _, issue := range issues {
			got = append(got, issue.String())
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s\ngot  %q\nwant %q", test.src, got, test.want)
		}
	}
}

func TestIssuesHaveByteOffsets(t *testing.T) {
	src := "\"é日\" == \"\" ||\n target.contry == \"\""
	_, issues := newEnv(t).Compile(src, rule.Bool, rule.RoleOffer)
	want := rule.Issue{Offset: strings.Index(src, "target"), Line: 2, Column: 2, Message: "unknown name target.contry", Hint: "did you mean target.country?"}
	if len(issues) != 1 || issues[0] != want {
		t.Errorf("got %+v, want %+v", issues, want)
	}
}

func TestWantedTypes(t *testing.T) {
	tests := []struct {
		src  string
		want rule.Type
		says string
	}{
		{`target.country`, rule.Number, "1:1: the expression is string, wanted is a number"},
		{`target.segments`, rule.Scalar, "1:1: the expression is list(string), wanted is text or a number"},
		{`target.visits`, rule.Double, "1:1: the expression is int, wanted is double (1 is an int, 1u a uint, 1.0 a double)"},
		{`target.sizes`, rule.StringList, "1:1: the expression is list(int), wanted is list(string)"},
		{`["a", 1]`, rule.StringList, "1:1: the expression is list(dyn), wanted is list(string)"},
	}
	env := newEnv(t)
	for _, test := range tests {
		_, issues := env.Compile(test.src, test.want, rule.RoleContent)
		if len(issues) != 1 || issues[0].String() != test.says {
			t.Errorf("%s: got %v, want %s", test.src, issues, test.says)
		}
	}
}

func TestRoles(t *testing.T) {
	tests := []struct {
		role rule.Role
		want string
	}{
		{rule.RoleEnvironment, "1:1: offer.code is not available in an environment's filter"},
		{rule.RoleVisitor, "1:1: offer.code is not available in visitor data"},
		{rule.RoleCategory, ""}, {rule.RoleOffer, ""}, {rule.RoleWeight, ""}, {rule.RoleContent, ""},
	}
	env := newEnv(t)
	for _, test := range tests {
		_, issues := env.Compile(`offer.code == "a"`, rule.Bool, test.role)
		switch {
		case test.want == "" && issues != nil:
			t.Errorf("role %d: %v", test.role, issues)
		case test.want != "" && (len(issues) != 1 || issues[0].String() != test.want):
			t.Errorf("role %d: got %v, want %s", test.role, issues, test.want)
		}
	}
	_, issues := env.Compile(`ofer.code == "a"`, rule.Bool, rule.RoleEnvironment)
	if len(issues) != 1 || strings.Contains(issues[0].Hint, "offer.") {
		t.Errorf("a hint names what cannot be used: %v", issues)
	}
}

func TestSizeLimits(t *testing.T) {
	env := newEnv(t)
	deep := func(n int) string {
		return strings.Repeat("(target.visits + ", n) + "1" + strings.Repeat(")", n) + " > 0"
	}
	tests := []struct {
		name, src, want string
	}{
		{"longest source", `target.country == "` + strings.Repeat("x", rule.MaxSource-20) + `"`, ""},
		{"longer source", `target.country == "` + strings.Repeat("x", rule.MaxSource-19) + `"`,
			"1:1: the expression has 4097 bytes, at most 4096 are allowed"},
		{"longest list", `target.country in [` + strings.Repeat(`"a",`, 256) + `]`, ""},
		{"deepest stack", deep(31), ""},
		{"deeper stack", deep(32), "1:1: the expression is nested too deep (split it into several conditions)"},
		{"deepest conditions", nest(20), ""},
		{"deeper conditions", nest(40), "1:1: the expression is nested too deep (split it into several conditions)"},
		{"longer sum", "target.visits" + strings.Repeat("+1", 300) + " > 0",
			"1:1: the expression is nested too deep (split it into several conditions)"},
		{"parentheses", strings.Repeat("(", 300) + "true" + strings.Repeat(")", 300),
			"1:1: the expression is nested too deep (split it into several conditions)"},
		{"lists in lists", strings.Repeat("[", 200) + strings.Repeat("]", 200),
			"1:2: a list of lists or maps is not supported yet (write the comparisons out, as in a == x || b == x)"},
		{"lists in conditions in lists", strings.Repeat("[true?", 100) + "[]" + strings.Repeat(":[]]", 100),
			"1:49: the lists are nested too deep"},
		{"long sum", "target.visits" + strings.Repeat("+1", 100) + " > 0", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, issues := env.Compile(test.src, rule.Bool, rule.RoleOffer)
			switch {
			case test.want == "" && issues != nil:
				t.Error(issues)
			case test.want != "" && (len(issues) != 1 || issues[0].String() != test.want):
				t.Errorf("got %v, want %s", issues, test.want)
			}
		})
	}
}

// nest writes conditionals within the first branch of one another.
func nest(n int) string {
	return strings.Repeat("(target.member ? ", n) + "target.member" + strings.Repeat(" : false)", n)
}

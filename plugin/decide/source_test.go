package decide_test

import (
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/profferhq/proffer/catalog"
)

// The expressions of drawn catalogs: those that need no offer, and the rest.
var (
	generalFilters = []string{
		`true`, `false`, `target.vip`, `!target.vip`, `target.country == "FR"`, `target.country != "FR"`,
		`target.country in ["DE", "FR"]`, `target.visits > 1`, `target.visits <= 2.5`, `size(target.tags) == 1`,
		`"a" in target.tags`, `1 / target.visits >= 1`, `target.vip || target.country == "FR"`,
		`target.vip && 10 / target.visits > 3`, `target.score * 2.0 > 2.0`, `target.country.startsWith("F")`,
		`interaction.basket >= 2.0`, `interaction.coupon == "X"`, `interaction.coupon == "X" || target.vip`,
		`interaction.new_visit`, `interaction.space == "s1"`, `interaction.channel == "web"`,
		`interaction.mode == "anonymous"`, `interaction.mode != "implicit"`, `interaction.environment == "visitors"`,
		`interaction.language == "fr"`, `request.host.startsWith("www.")`, `request.path == "/"`,
		`request.country == "FR"`, `request.device == "phone"`,
		`interaction.space == "s0" ? target.vip : interaction.basket > 1.0`,
		`request.path.matches("^/[ab]?$") && !target.country.contains("E")`, `target.country.lowerAscii().endsWith("r")`,
		`"b" in target.country.split("") || target.tags.join() == "ab"`, `target.country.substring(1) == "R"`,
		`experiment.colour == "red"`, `experiment.hero != "b"`, `experiment.hero == experiment.colour`,
		`history.count("o1") > 0`, `history.age("o2") > duration("12h")`, `history.rejected("o0") + history.accepted("o0") == 0`,
		`history.count_in("c1") < 2 && history.age_in("c2") >= duration("6h")`, `history.accepted_in("c0") > history.rejected_in("c0")`,
		`request.query.a == "1"`, `"a" in request.query`, `!has(request.query.a) || request.query.a == ""`, `request.query["b c"].contains("x")`,
		`"é" in request.query && request.query["é"] != "é"`, `"%" in request.query || has(request.query.A)`, `size(request.query.a) > 2`, `request.query["%zz"] < "b"`,
		`request.header["x-a"] == "1"`, `!("x-b" in request.header)`, `request.header["x-a"] == request.query.a`, `request.header.accept.startsWith("text/")`,
		`known`, `!sure`, `sure || known`, `known && interaction.new_visit`, `!(sure && target.visits > 1)`,
	}
	offerFilters = []string{
		`offer.code != "o3"`, `offer.code in ["o0", "o1", "o2", "o5"]`, `offer.category == "c1"`,
		`offer.category != "c2"`, `"c0" in offer.categories`, `size(offer.categories) > 1`, `"t1" in offer.themes`,
		`offer.themes == ["t0"]`, `offer.margin > 1.0`, `offer.margin > target.score`, `offer.kind == "plain"`,
		`history.count(offer.code) < 1`, `history.age(offer.code) > duration("30h")`, `history.count_in(offer.category) == 0`,
		`good`, `!good`, `good && known || offer.category == "c3"`, `offer.margin > 0.0 || interaction.space == "s2"`, `offer.kind == target.country || offer.margin < 3.0`,
	}
	// indexFilters are those that an index tells, with a few that it tells in part.
	indexFilters = []string{
		`target.country == "DE"`, `target.country == ""`, `!(target.country in ["FR", "AT", ""])`, `target.country < "E"`,
		`target.country == "FR" || target.country == "DE"`, `target.country != "FR" && target.country != "DE"`,
		`target.country.startsWith("D") || target.country == ""`, `!(target.country == "FR") || target.country in ["FR"]`,
		`target.visits == 1`, `target.visits != 2`, `target.visits < 5`, `!(target.visits >= 2)`, `target.visits in [0, 5, 7]`,
		`!(target.visits in [1, 2])`, `target.visits > 0.5 && target.visits < 4.5`, `target.visits < 1 || target.visits > 2`,
		`2 <= target.visits`, `target.score > 0.5`, `target.score == 2.0`, `target.score < 2`, `target.score in [2.0, 3.0]`,
		`!(target.score <= 1.5)`, `target.vip == true`, `target.vip != true`, `!!target.vip`, `"b" in target.tags`,
		`!("a" in target.tags)`, `target.country == "FR" && target.country.endsWith("R") && target.visits > 1`, `"a" in target.tags && !("b" in target.tags)`, `"a" in target.tags || "b" in target.tags`,
		`interaction.basket < 2.0 || interaction.basket >= 20.0`, `interaction.coupon in ["X", "Y"]`,
		`experiment.colour == "blue"`, `experiment.hero in ["a", "c"]`, `!interaction.new_visit`, `interaction.mode in ["explicit", "implicit"]`, `request.country != "FR"`,
		`request.path in ["/a", "/b"]`, `request.query.a in ["1", ""]`, `request.header["x-a"] != "1"`, `target.vip ? target.visits > 1 : target.visits < 2`,
		`(target.country == "FR" || target.country == "DE") && target.visits > 1 && (target.vip || target.score > 1.0)`,
	}
	spaceFilters = []string{`interaction.space == "s1"`, `interaction.space != "s0"`}
	allFilters   = slices.Concat(generalFilters, offerFilters, indexFilters, spaceFilters)
	// targetFilters are those that the target of a rule may use.
	targetFilters = slices.DeleteFunc(slices.Clone(generalFilters), func(s string) bool { return strings.Contains(s, "known") })

	weightSources = []string{
		`target.visits`, `target.score`, `interaction.basket`, `offer.margin`, `10 / target.visits`,
		`1.0 / (target.score - 1.5)`, `0.0 / (target.score - 1.5)`, `target.visits * 2 - 3`,
		`interaction.space == "s1" ? 3 : 1`, `offer.margin * interaction.basket`, `target.vip ? 2u : 1u`,
		`offer.code == "o1" ? 2.0 : 0.5`, `size(offer.categories)`, `1e308 * (target.score + 1.0)`,
		`3 - history.count(offer.code)`, `experiment.hero == "a" ? 2 : 1`, `good ? 2 : 3`, `!sure ? target.visits : 1`, `request.query.a == "1" ? 5 : int(request.query["%4"])`,
	}
	writeSources = []catalog.Write{
		{Attribute: catalog.Text{S: "visits"}, Expr: catalog.Text{S: `target.visits + (interaction.new_visit ? 1 : history.count("o1") * 10)`}},
		{Attribute: catalog.Text{S: "country"}, Expr: catalog.Text{S: `interaction.new_visit ? request.country : request.query.a.substring(0, 1)`}},
		{Attribute: catalog.Text{S: "score"}, Expr: catalog.Text{S: `target.score / 2.0`}},
		{Attribute: catalog.Text{S: "vip"}, Expr: catalog.Text{S: `interaction.space == "s1" || interaction.mode == "implicit" || target.vip`}},
		{Attribute: catalog.Text{S: "tags"}, Expr: catalog.Text{S: `target.vip ? ["a", "b"] : target.country.trim().split("")`}},
	}
)

// The expressions of rules: about offers, and about propositions.
var (
	appliesSources = []string{
		`offer.category == "c1"`, `offer.code in ["o0", "o1", "o2", "o3", "o4"]`, `offer.margin > 0.0`, `"t0" in offer.themes`,
		`"c0" in offer.categories`,
	}
	propositionSources = []string{
		`proposition.code != "o1"`, `proposition.category == "c1"`, `proposition.channel == "web"`, `proposition.channel != "mobile"`,
		`proposition.status != "rejected"`, `proposition.status in ["generated", "presented"] && target.vip`,
		`proposition.code == "o2" || target.visits > 1`, `proposition.code == "o1" || interaction.space == "s1"`,
	}
)

// namedSources are what an environment's predefined filters may say: known and
// sure ask about no offer, good does, and each may name those before it.
var namedSources = map[string][]string{
	"known": {`target.visits > 1`, `target.vip || target.country == "FR"`, `interaction.new_visit`, `1 / 0 == 1`},
	"sure":  {`!known`, `known && target.score < 2.5`, `known ? target.vip : !target.vip`, `"new" in target.tags || known`},
	"good":  {`offer.margin > 1.0`, `offer.kind == "plain" && !sure`, `known || offer.margin < 2.0`, `sure == known && "t0" in offer.themes`},
}

// namedOrder is the order in which they are declared.
var namedOrder = []string{"good", "known", "sure"}

// compileCEL compiles every expression with cel-go itself, by source.
func compileCEL(t testing.TB) map[string]cel.Program {
	t.Helper()
	text, list := cel.StringType, cel.ListType(cel.StringType)
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true), ext.Strings()}
	for name, typ := range map[string]*cel.Type{
		"target.visits": cel.IntType, "target.country": text, "target.score": cel.DoubleType,
		"target.vip": cel.BoolType, "target.tags": list,
		"interaction.coupon": text, "interaction.basket": cel.DoubleType,
		"interaction.mode": text, "interaction.space": text, "interaction.channel": text,
		"interaction.environment": text, "interaction.language": text, "interaction.new_visit": cel.BoolType,
		"request.query": cel.MapType(text, text), "request.header": cel.MapType(text, text),
		"request.host": text, "request.path": text, "request.country": text, "request.device": text,
		"offer.code": text, "offer.category": text, "offer.categories": list, "offer.themes": list,
		"offer.margin": cel.DoubleType, "offer.kind": text,
		"proposition.code": text, "proposition.category": text, "proposition.channel": text, "proposition.status": text,
		"experiment.hero": text, "experiment.colour": text, "history": chronicleType,
	} {
		options = append(options, cel.Variable(name, typ))
	}
	for _, name := range namedOrder {
		options = append(options, cel.Variable(name, cel.BoolType))
	}
	env, err := cel.NewEnv(append(options, chronicleFunctions()...)...)
	if err != nil {
		t.Fatal(err)
	}
	sources := slices.Concat(allFilters, weightSources, appliesSources, propositionSources)
	for _, w := range writeSources {
		sources = append(sources, w.Expr.S)
	}
	for _, list := range namedSources {
		sources = append(sources, list...)
	}
	out := map[string]cel.Program{}
	for _, src := range sources {
		ast, found := env.Compile(src)
		if found.Err() != nil {
			t.Fatalf("%s: %v", src, found.Err())
		}
		if out[src], err = env.Program(ast); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
	}
	return out
}

package rule_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
)

// TestRefusedForms holds what times, macros, maps and conversions refuse, each
// at its place.
func TestRefusedForms(t *testing.T) {
	tests := []struct {
		src  string
		want []string
	}{
		// Times.
		{`interaction.time > timestamp("2026-13-01T00:00:00Z")`, []string{
			`1:30: not a timestamp (timestamps are written as in "2026-12-24T18:00:00Z" or "2026-12-24T18:00:00+01:00")`}},
		{`interaction.time > timestamp(target.country)`, []string{
			`1:30: the timestamp is not a fixed text (write it out, as in timestamp("2026-12-24T18:00:00Z"))`}},
		{`interaction.time > timestamp("2026-01-01T00:00:00.0000001Z")`, []string{
			"1:30: finer than a microsecond (leave the last digits out)"}},
		{`duration(target.country) > duration("1h")`, []string{
			`1:10: the duration is not a fixed text (write it out, as in duration("36h"))`}},
		{`duration("1d") > duration("1h")`, []string{`1:10: not a duration (durations are written as in "36h" or "1h30m")`}},
		{`duration("1ns") > duration("1h")`, []string{"1:10: finer than a microsecond (leave the last digits out)"}},
		{`interaction.time.getHours(target.country) > 1`, []string{`1:27: the zone is not a fixed text (write it out, as in "Europe/Paris")`}},
		{`interaction.time.getHours("Europe/Pari") > 1`, []string{
			`1:27: unknown zone "Europe/Pari" (zones are written as in "Europe/Paris" or "+02:00")`}},
		{`interaction.time.getHours("Local") > 1`, []string{
			`1:27: unknown zone "Local" (zones are written as in "Europe/Paris" or "+02:00")`}},
		{`interaction.time.getHours("24:00") > 1`, []string{
			`1:27: unknown zone "24:00" (zones are written as in "Europe/Paris" or "+02:00")`}},
		{`interaction.time > 3`, []string{"1:18: > does not take (timestamp, int)"}},
		{`target.country.getHours() == 1`, []string{"1:16: getHours does not take string.()"}},

		// has.
		{`has(target.contry)`, []string{"1:5: unknown name target.contry (did you mean target.country?)"}},
		{`has(returning)`, []string{"1:1: has() takes a name of a group (write has(target.NAME))"}},
		{`has(target.visits + 1)`, []string{"1:1: has() takes a name of a group (write has(target.NAME))"}},
		{`has(target.visits, 1)`, []string{"1:1: has() does not take this (write it as in target.NAME.has(x, x == 1))"}},

		// Macros.
		{`target.segments.exists(s)`, []string{"1:17: exists() does not take this (write it as in target.NAME.exists(x, x == 1))"}},
		{`target.segments.exists(target, true)`, []string{
			"1:17: target means something else already (give the variable of the macro another name)"}},
		{`target.segments.all(s, s > 1)`, []string{"1:26: > does not take (string, int)"}},
		{`target.segments.all(s, t == "x")`, []string{"1:24: unknown name t"}},
		{`target.segments.all(s, s.x == "x")`, []string{`1:25: a field of a computed value is not supported yet (names of groups have fields, as in target.NAME; a map's entry is read by ["NAME"])`}},
		{`target.segmants.all(s, s == "x")`, []string{"1:1: unknown name target.segmants (did you mean target.segments?)"}},
		{`[1, "a"].exists(x, x == 1)`, []string{"1:16: a macro over list(dyn) is not supported yet (the elements have to be of one type: texts, int, double or bool)"}},
		{`[1u].exists(x, x == 1u)`, []string{"1:12: a macro over list(uint) is not supported yet (the elements have to be of one type: texts, int, double or bool)"}},
		{`size([1].map(x, [x])) == 1`, []string{"1:13: a list of what is no text, number or bool is not supported yet (the elements have to be of one type: texts, int, double or bool)"}},
		{`size({"a": 1}.map(k, k)) == 1`, []string{"1:18: a list of a map's keys, which have no order, is not supported yet (exists() and all() ask about keys, as in MAP.exists(key, key == target.NAME))"}},
		{`target.segments.exists(a, target.segments.exists(b, target.segments.exists(c, a == b && b == c)))`, []string{
			"1:1: the expression goes through more than 8192 elements of lists, where a list that is not written out counts as 64 (use shorter lists, or fewer macros in one another)"}},
		{`[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, true)))))`, []string{
			"1:49: more than 4 macros in one another (split it into several conditions)"}},
		{`[target.visits].exists(x, x > 1)`, []string{
			"1:1: a list with computed elements that is not the right side of in is not supported yet (write the comparisons out, as in a == x || b == x)"}},

		// Maps and indexes.
		{`{"a": target.visits}["a"] == 1`, []string{"1:7: a map needs constants: texts, int, double and bool (use ?: or several conditions)"}},
		{`{"a": 1u}["a"] == 1u`, []string{"1:7: a map needs constants: texts, int, double and bool (use ?: or several conditions)"}},
		{`{1.5: 1}[1.5] == 1`, []string{"1:2: a double is no key of a map (use int or text)"}},
		{`{"a": [1]}["a"] == [1]`, []string{"1:7: a map of lists or maps is not supported yet (use ?: or several conditions)"}},
		{`{"a": 1, "a": 2}["a"] == 1`, []string{"1:1: a key stands twice in the map"}},
		{`{"a": 1, "b": "x"}[target.country] == 1`, []string{"1:19: a map with values of several types is not supported yet (give all values one type, or use several maps)"}},
		{`(target.member ? {"a": 1} : {"b": 1})["a"] == 1`, []string{`1:16: a choice between maps is not supported yet (read an entry of each, as in target.NAME ? {"a": 1}["a"] : {"a": 2}["a"])`}},
		{`{"a": 1}.a == 1`, []string{`1:9: a field of a computed value is not supported yet (names of groups have fields, as in target.NAME; a map's entry is read by ["NAME"])`}},
		{`[1, "a"][target.visits] == 1`, []string{"1:9: an index of list(dyn) is not supported yet (the elements have to be of one type: texts, int, double or bool)"}},
		{`target.segments["a"] == "b"`, []string{"1:16: [] does not take (list(string), string)"}},

		// Conversions.
		{`double(target.country) > 1.0`, []string{"1:1: double() of string is not supported (declare the attribute as double)"}},
		{`bool(target.country)`, []string{"1:1: bool() of string is not supported (declare the attribute as bool)"}},
		{`string(interaction.time) == ""`, []string{
			"1:1: string() of timestamp is not supported (write its parts, as in string(interaction.time.getFullYear()))"}},
		{`int(target.member) == 1`, []string{"1:1: int does not take (bool)"}},
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

// TestFoldedForms holds that constants of the rarer forms are computed when the
// catalog is compiled.
func TestFoldedForms(t *testing.T) {
	env := newEnv(t)
	for src, want := range map[string]any{
		`timestamp("2026-11-27T00:00:00Z") + duration("24h") == timestamp("2026-11-28T01:00:00+01:00")`: true,
		`timestamp("2026-07-01T00:00:00Z").getHours("Europe/Paris")`:                                    int64(2),
		`duration("90m").getHours()`:             int64(1),
		`{"a": 1, "b": 2}["b"]`:                  int64(2),
		`"c" in {"a": 1}`:                        false,
		`["a", "b"][1]`:                          "b",
		`int("12") + int(2.9)`:                   int64(14),
		`double("1.5")`:                          1.5,
		`string(1.0)`:                            "1",
		`size({"a": 1})`:                         int64(1),
		`{"a": 1} == {"a": 1}`:                   true,
		`int(timestamp("1970-01-01T00:00:01Z"))`: int64(1),
	} {
		typ := map[string]rule.Type{"bool": rule.Bool, "int64": rule.Int, "float64": rule.Double, "string": rule.String}[reflect.TypeOf(want).String()]
		p, issues := env.Compile(src, typ, rule.RoleContent)
		if got, _ := p.Constant(); issues != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", src, got, issues, want)
		}
	}
}

// TestZonesOfPrograms holds that a program tells the zones it needs, inside of
// loops too.
func TestZonesOfPrograms(t *testing.T) {
	p, issues := newEnv(t).Compile(`interaction.time.getHours("Europe/Paris") > 3 && target.segments.exists(s,
		interaction.time.getHours("Asia/Tokyo") > size(s) && interaction.time.getHours("+02:00") > 1)`, rule.Bool, rule.RoleOffer)
	if issues != nil {
		t.Fatal(issues)
	}
	var got []string
	for name := range p.Zones() {
		got = append(got, name)
	}
	if strings.Join(got, " ") != "Europe/Paris Asia/Tokyo" {
		t.Error(got)
	}
}

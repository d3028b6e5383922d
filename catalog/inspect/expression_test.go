package inspect_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// filtered is a catalog with one filter.
func filtered(filter string) string {
	return `experiments: {x: {arms: {a: 1}}, y: {arms: {a: 1, b: 2}}}
environments:
  e:
    kind: anonymous
    target: {a: bool, b: bool, i: int, j: int, d: double, s: string, r: string, l: list(string), n: list(int), m: list(double)}
    attributes: {basket: double}
    offer_attributes: {margin: double}
    spaces: {hero: {channel: web}}
    categories: {c: {offers: {o: {weights: 1, content: {hero: }, filter: '` + strings.ReplaceAll(filter, "'", "''") + "'}}}}\n"
}

// TestExpressionsCompileToTheSame holds that what is written of a program means
// what its source did: it compiles to the same code.
func TestExpressionsCompileToTheSame(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"target.a", "target.a"},
		{"!target.a", "!target.a"},
		{"target.a == false", "target.a == false"},
		{"target.i > 3 && target.d <= 2.0", "target.i > 3 && target.d <= 2.0"},
		{"3 < target.i", "target.i > 3"},
		{"!(target.i < 3)", "!(target.i < 3)"},
		{"!(target.i <= 3) || !(target.d > 1.5) || !(target.d >= -1.5)", "!(target.i <= 3) || !(target.d > 1.5) || !(target.d >= -1.5)"},
		{"!(target.s == 'x')", `target.s != "x"`},
		{"target.s == target.r || target.i < target.j", "target.s == target.r || target.i < target.j"},
		{"target.a && (target.b || target.i == 1)", "target.a && (target.b || target.i == 1)"},
		{"target.a || target.b && target.i == 1", "target.a || target.b && target.i == 1"},
		{"target.a ? target.b : target.i == 1", "target.a ? target.b : target.i == 1"},
		{"(target.a ? target.b : target.i == 1) && target.s != ''", `target.s != "" && (target.a ? target.b : target.i == 1)`},
		{"target.a ? (target.b ? target.i == 1 : target.i == 2) : target.i == 3", ""},
		{"(target.a ? target.b : target.a) ? target.i == 2 : target.i == 3", ""},
		{"target.i + 1 == target.j * 2 - 3", "target.i + 1 == target.j * 2 - 3"},
		{"(target.i + 1) * 2 == -target.j / (3 % target.i)", "(target.i + 1) * 2 == -target.j / (3 % target.i)"},
		{"target.i - (target.j - 1) == 0", "target.i - (target.j - 1) == 0"},
		{"-(-target.i) > 1 && -(target.i + 1) < -1", ""},
		{"target.s + 'é\"\\n' + target.r == 'x'", `target.s + "é\"\n" + target.r == "x"`},
		{"size(target.s) > 2 && size(target.l) == 0", ""},
		{`target.s.startsWith("/a") && !target.r.startsWith("/b")`, `target.s.startsWith("/a") && !target.r.startsWith("/b")`},
		{`(target.s + "x").startsWith(target.r)`, `(target.s + "x").startsWith(target.r)`},
		{`!(target.s + "x").startsWith(target.r)`, ""},
		{`target.s.endsWith("x") && !target.s.contains(target.r)`, `target.s.endsWith("x") && !target.s.contains(target.r)`},
		{`!(target.s + "x").matches("^\\pL+\"$") || matches(target.r, r'a\b')`, `!(target.s + "x").matches("^\\pL+\"$") || target.r.matches("a\\b")`},
		{`target.s.trim().lowerAscii().upperAscii() == "X"`, `target.s.trim().lowerAscii().upperAscii() == "X"`},
		{`"a" in target.s.split(",") || "b" in target.s.split(",", target.i)`, `"a" in target.s.split(",") || "b" in target.s.split(",", target.i)`},
		{`target.l.join() + target.l.join(",") + [target.s, target.r].join("-") == "x"`, `target.l.join() + target.l.join(",") + "" + target.s + "-" + target.r == "x"`},
		{`target.s.replace("a", "b") != target.s.replace("a", target.r, 2)`, `target.s.replace("a", "b") != target.s.replace("a", target.r, 2)`},
		{`target.s.substring(1) == target.r.substring(target.i, size(target.s))`, `target.s.substring(1) == target.r.substring(target.i, size(target.s))`},
		{`"a" in target.l && !("b" in target.l) && target.s in target.l`, ""},
		{`target.s in ["a", "b"] || target.i in [1, 2] || !(target.i in [3, 4])`, `target.s in ["a", "b"] || target.i in [1, 2] || !(target.i in [3, 4])`},
		{`target.d in [1.5, 2.0] && 1.5 in target.m`, ""},
		{`target.s in [target.r, "x"]`, `target.s in [target.r, "x"]`},
		{`!(target.s in [target.r + "y", "x"])`, ""},
		{`target.i + 1 in target.n`, "target.i + 1 in target.n"},
		{`!(target.i + 1 in target.n)`, ""},
		{`target.l == ["a", "b"] && target.m != [0.5]`, ""},
		{`request.query.a == "b" && request.header["x-a"] in ["1", "2"]`, `request.query["a"] == "b" && request.header["x-a"] in ["1", "2"]`},
		{`has(request.query.a) && !("é\"" in request.query) || "x" in request.header && request.header.x + "y" != "z"`, ""},
		{`interaction.basket > 10.0 && offer.margin > 0.25 && offer.code != "x"`, `interaction.basket > 10.0 && offer.margin > 0.25 && offer.code != "x"`},
		{`"c" in offer.categories && "t" in offer.themes && offer.category == "c"`, ""},
		{`interaction.mode == "explicit" && interaction.space == "hero" && interaction.channel == "web" && interaction.language == "en"`, ""},
		{`interaction.environment == "e" && interaction.new_visit && request.host == "h" && request.path == "/" && request.country == "FR" && request.device == "d"`, ""},
		{"target.i == 9223372036854775807 || target.i == -9223372036854775808 || target.d == 1e300 || target.d == 3.0", ""},
		{"target.d == 1.0 / 0.0 || target.d == -1.0 / 0.0", ""},
		{"target.i < 2.5 || target.i < 3u", ""},
		{"1 / 0 == 1", ""},
		{`history.count("a") > 1 && history.accepted(offer.code) + history.rejected_in(offer.category) == 0`, ""},
		{`history.age("a" + target.s) < duration("36h") || duration("90s") >= history.age_in("c")`, `history.age("a" + target.s) < duration("36h0m0s") || duration("1m30s") >= history.age_in("c")`},
		{`!(history.age("a") <= (target.a ? duration("1h") : history.age("b")))`, ""},
		{`experiment.x == "a" && size(experiment.y) > 0`, `experiment.x == "a" && size(experiment.y) > 0`},
		{`interaction.time > timestamp("2026-12-24T18:00:00+01:00")`, `interaction.time > timestamp("2026-12-24T17:00:00Z")`},
		{`interaction.time - duration("36h") < timestamp("2026-12-24T18:00:00.25Z")`, ""},
		{`interaction.time.getHours() >= 9 && interaction.time.getDayOfWeek("Europe/Paris") != 0`, ""},
		{`interaction.time.getFullYear("-08:30") == 2026 || interaction.time.getMilliseconds("5:45") == 1`, ""},
		{`(interaction.time - timestamp("2026-01-01T00:00:00Z")).getMinutes() > 90`, `(interaction.time - timestamp("2026-01-01T00:00:00Z")).getMinutes() > 90`},
		{`has(target.i) && !has(target.s)`, ""},
		{`target.l.exists(e, e == "a" || e in target.l)`, `target.l.exists(x, x == "a" || x in target.l)`},
		{`target.n.all(e, target.l.exists_one(f, size(f) == e) ? target.a : e > 2)`, ""},
		{`size(target.n.filter(e, e > 1).map(f, f * 2)) > 1 && !target.l.exists(e, e.startsWith("a"))`, ""},
		{`target.l[0] == "a" && target.n[target.i] == 1`, ""},
		{`{"a": 1, "b": 2}[target.s] == 1 && target.s in {"a": true}`, ""},
		{`int(target.d) == 1 && double(target.i) > 1.5 && string(target.i) == "1" && uint(target.i) > 1u && timestamp(target.i) < interaction.time`, ""},
		{"true", "true"},
	} {
		first := compiled(t, filtered(c.source))
		text := inspect.Read(first).Environments[0].Offers[0].Filter[0]
		if c.want != "" && text != c.want {
			t.Errorf("%s is written %s, want %s", c.source, text, c.want)
		}
		again := compiled(t, filtered(text))
		if !bytes.Equal(first.Section(snapshot.SecCode), again.Section(snapshot.SecCode)) {
			t.Errorf("%s is written %s, which compiles to something else", c.source, text)
		}
	}
}

// TestSourceAndSnapshotAgree holds the two readers to each other, where a
// snapshot keeps what the author wrote, and that nothing drawn is unknown.
func TestSourceAndSnapshotAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw.Catalog(t)
		b, d := compile.Compile(c)
		if d.HasErrors() {
			t.Fatal(d)
		}
		v, err := snapshot.Open(b)
		if err != nil {
			t.Fatal(err)
		}
		read := inspect.Read(&v)
		want, got := said(inspect.Source(c)), said(read)
		for place, text := range want {
			if got[place] != text {
				t.Errorf("%s: source %q, snapshot %q", place, text, got[place])
			}
		}
		var text bytes.Buffer
		if err := inspect.Print(&text, read); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "does not know") {
			t.Errorf("%s", text.String())
		}
	})
}

// said are the facts that a snapshot keeps as written: all but expressions,
// and what is inherited or summed up.
func said(c *inspect.Catalog) map[string]string {
	kept := map[string]bool{
		"zone": true, "language": true, "consent": true, "catalog": true, "environment": true, "kind": true, "ties": true, "type": true, "default": true,
		"slots": true, "channel": true, "identification implicit": true, "identification fallback": true, "allow_duplicates": true,
		"fallback_offer": true, "fields": true, "store propositions": true, "store on_proposition": true, "store on_acceptance": true,
		"holdout name": true, "holdout version": true, "holdout percent": true, "version": true, "below": true, "share_folder": true, "history": true, "merge_history": true, "viewable": true, "json": true, "always_include": true, "label": true, "category": true,
	}
	out := map[string]string{}
	var walk func(string, inspect.Item)
	walk = func(place string, i inspect.Item) {
		for _, f := range i.Facts {
			if !f.Ordered && len(f.List) > 0 {
				slices.Sort(f.List)
				f.Text = strings.Join(f.List, ", ")
			}
			if kept[f.Name] {
				out[place+f.Name] = f.Text
			}
		}
		for _, child := range i.Items {
			if child.Kind == "rule" {
				continue // a source has them at the top, a snapshot where they hold
			}
			walk(place+child.Kind+" "+child.Name+": ", child)
		}
	}
	walk("", c.Item("UTC"))
	return out
}

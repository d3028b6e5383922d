package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/rule"
)

// conflicting compiles filters, one a string, and describes their conflict.
func conflicting(t *testing.T, domains rule.Domains, filters ...string) string {
	t.Helper()
	env := factEnv(t)
	var all []*rule.Facts
	for _, f := range filters {
		p, issues := env.CompileFilter([]rule.Condition{{Expr: f}}, rule.RoleOffer)
		if issues != nil {
			t.Fatal(issues)
		}
		all = append(all, p.Facts())
	}
	c, ok := env.Conflict(domains, all...)
	if !ok {
		return ""
	}
	at := filters[c.Group][c.At.Offset:c.At.End]
	switch {
	case c.Domain:
		return fmt.Sprintf("%s not in %v", at, c.Values)
	case c.Alone:
		return at
	}
	if c.Several {
		return at + " ... " + filters[c.OtherGroup][c.Other.Offset:c.Other.End]
	}
	return at + " | " + filters[c.OtherGroup][c.Other.Offset:c.Other.End]
}

func factEnv(t *testing.T) *rule.Env {
	t.Helper()
	env, err := rule.NewEnv(rule.Schema{Target: []rule.Attribute{
		{Name: "s", Type: rule.String}, {Name: "n", Type: rule.Int}, {Name: "d", Type: rule.Double},
		{Name: "b", Type: rule.Bool}, {Name: "l", Type: rule.StringList},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestConflict(t *testing.T) {
	for _, c := range []struct{ filters, want string }{
		{`target.s == "a" && target.s == "b"`, `target.s == "b" | target.s == "a"`},
		{`target.s == "a"; target.b && target.s == "b"`, `target.s == "b" | target.s == "a"`},
		{`target.s == "a" && target.s != "b"`, ``},
		{`target.s in ["a", "b"] && !(target.s in ["b", "c", "a"])`, `!(target.s in ["b", "c", "a"]) | target.s in ["a", "b"]`},
		{`target.s in ["a", "b"] && target.s != "a"`, ``},
		{`target.s in ["a", "b"] && target.s != "a" && target.s != "b"`, `target.s != "b" ... target.s in ["a", "b"]`},
		{`target.s == "a" || target.s == "b"; target.s == "c"`, `target.s == "c" | target.s == "a" || target.s == "b"`},
		{`(target.s == "a" || target.s == "b") && target.s == "c"`, `target.s == "c" | target.s == "a" || target.s == "b"`},
		{`target.s == "a" || target.b; target.s == "c"`, ``},
		{`target.s.startsWith("ab") && target.s.startsWith("ac")`, `target.s.startsWith("ac") | target.s.startsWith("ab")`},
		{`target.s.startsWith("a") && target.s.startsWith("ab")`, ``},
		{`target.s.startsWith("a") && target.s == "b"`, `target.s == "b" | target.s.startsWith("a")`},
		{`target.s.startsWith("a") && target.s < "a"`, `target.s < "a" | target.s.startsWith("a")`},
		{`target.s.startsWith("a") && target.s > "a"`, ``},
		{`target.s < ""`, `target.s < ""`},
		{`target.n > 5 && target.n < 3`, `target.n < 3 | target.n > 5`},
		{`target.n > 2 && target.n < 3`, `target.n < 3 | target.n > 2`},
		{`target.n >= 2 && target.n < 3`, ``},
		{`target.n == 1 && target.n > 1.5 - 0.5`, `target.n > 1.5 - 0.5 | target.n == 1`},
		{`target.n > 1.2 && target.n < 1.8`, `target.n < 1.8 | target.n > 1.2`},
		{`!(target.n > 5 || target.b) && target.n > 6`, `target.n > 6 | target.n > 5`},
		{`target.n > 9007199254740993 && target.n < 9007199254740993`, ``}, // not reasoned about
		{`3 > target.n && 5 < target.n`, `5 < target.n | 3 > target.n`},
		{`target.d > 2.0 && target.d < 3.0`, ``},
		{`target.d > 3.0 && target.d < 3.0`, `target.d < 3.0 | target.d > 3.0`},
		{`!(target.d < 3.0) && !(target.d >= 3.0)`, ``}, // not a number
		{`target.d != 3.0 && !(target.d < 3.0) && !(target.d >= 3.0)`, ``},
		{`target.b && !target.b`, `!target.b | target.b`},
		{`target.b == true && target.b == false`, `target.b == false | target.b == true`},
		{`target.b && target.b`, ``},
		{`"x" in target.l && !("x" in target.l)`, `!("x" in target.l) | "x" in target.l`},
		{`"x" in target.l && !("y" in target.l)`, ``},
		{`target.s in []`, `target.s in []`},
		{`target.n > 1 && target.n < 9 && target.n != 2 && target.n in [2, 9]`, `target.n in [2, 9] ... target.n > 1`},
		{`target.s == "é" && target.s == "ü && (" && target.b`, `target.s == "ü && (" | target.s == "é"`},
		{`size(target.s) > 3 && size(target.s) < 2`, ``}, // unknown parts say nothing
		{`target.s == target.s && target.s == "a"`, ``},
		{`target.n > 2 ? true : false; target.n < 1`, ``},
	} {
		t.Run(c.filters, func(t *testing.T) {
			if got := conflicting(t, nil, strings.Split(c.filters, "; ")...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestConflictWithDomain(t *testing.T) {
	domains := rule.Domains{"interaction.space": {"hero", "side"}}
	for _, c := range []struct{ filter, want string }{
		{`interaction.space == "heroo"`, `interaction.space == "heroo" not in [hero side]`},
		{`interaction.space != "hero"`, ``},
		{`interaction.space != "hero" && interaction.space != "side"`, `interaction.space != "side" | interaction.space != "hero"`},
		{`interaction.space.startsWith("s")`, ``},
		{`interaction.space in ["a", "b"]`, `interaction.space in ["a", "b"] not in [hero side]`},
		{`interaction.channel == "heroo"`, ``},
	} {
		if got := conflicting(t, domains, c.filter); got != c.want {
			t.Errorf("%s: got %q, want %q", c.filter, got, c.want)
		}
	}
}

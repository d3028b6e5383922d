package rule_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/profferhq/proffer/catalog/rule"
)

// TestConflictsAreSound draws filters and asks cel-go for every value that
// their constants could tell apart: where a conflict is found none is true.
func TestConflictsAreSound(t *testing.T) {
	env := factEnv(t)
	judge, err := cel.NewEnv(cel.CrossTypeNumericComparisons(true),
		cel.Variable("target.s", cel.StringType), cel.Variable("target.n", cel.IntType), cel.Variable("target.d", cel.DoubleType))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	found, missed := 0, 0
	for range 1000 {
		variable := []string{"s", "n", "d"}[r.IntN(3)]
		parts := make([]string, 2+r.IntN(3))
		for i := range parts {
			parts[i] = drawPart(r, variable)
		}
		source := strings.Join(parts, " && ")
		p, issues := env.CompileFilter([]rule.Condition{{Expr: source}}, rule.RoleOffer)
		if issues != nil {
			t.Fatal(source, issues)
		}
		_, conflict := env.Conflict(nil, p.Facts())
		held, value := holdsForSome(t, judge, source, variable)
		switch {
		case conflict && held:
			t.Errorf("%s: a conflict, but true for %v", source, value)
		case conflict:
			found++
		case !held:
			missed++
		}
	}
	if found < 150 || missed > found/20 {
		t.Errorf("%d conflicts found, %d missed", found, missed)
	}
}

func drawPart(r *rand.Rand, variable string) string {
	constant := func() string {
		switch variable {
		case "s":
			return []string{`""`, `"a"`, `"aa"`, `"ab"`, `"b"`}[r.IntN(5)]
		case "n":
			return []string{"1", "2", "3", "2u", "1.5", "2.5"}[r.IntN(3)]
		}
		return []string{"1.0", "2.0", "1.5"}[r.IntN(3)]
	}
	name := "target." + variable
	part := fmt.Sprintf("%s %s %s", name, []string{"==", "!=", "<", "<=", ">", ">="}[r.IntN(6)], constant())
	switch k := r.IntN(6); {
	case k == 0:
		part = fmt.Sprintf("%s in [%s, %s]", name, constant(), constant())
	case k == 1:
		part = fmt.Sprintf("(%s || %s == %s)", part, name, constant())
	case k == 2 && variable == "s":
		part = fmt.Sprintf("%s.startsWith(%s)", name, constant())
	}
	if r.IntN(3) == 0 {
		return "!(" + part + ")"
	}
	return part
}

// holdsForSome is a value for which the expression is true.
func holdsForSome(t *testing.T, env *cel.Env, source, variable string) (bool, any) {
	t.Helper()
	tree, issues := env.Compile(source)
	if issues.Err() != nil {
		t.Fatal(issues.Err())
	}
	program, err := env.Program(tree)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]any{
		"s": {"", "\x00", "a", "a\x00", "aa", "aaa", "ab", "abz", "ac", "b", "ba", "c"},
		"n": {0, 1, 2, 3, 4},
		"d": {0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, math.NaN()},
	}
	for _, v := range values[variable] {
		out, _, err := program.Eval(map[string]any{"target." + variable: v})
		if err == nil && out == types.True {
			return true, v
		}
	}
	return false, nil
}

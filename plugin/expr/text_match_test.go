package expr_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/plugin/expr"
)

// search compares the machine's answer for a pattern and texts with regexp's.
// It gives false where the pattern is refused.
func search(t rapid.TB, env *rule.Env, m *expr.Machine, pattern string, texts ...string) bool {
	program, issues := env.Compile("target.s.matches("+strconv.Quote(pattern)+")", rule.Bool, rule.RoleContent)
	want, err := regexp.Compile(pattern)
	if len(issues) > 0 {
		if tooComplex := strings.Contains(issues[0].Message, "too complex") || strings.Contains(issues[0].Message, "too long"); err == nil && !tooComplex {
			t.Fatalf("%q: %v", pattern, issues)
		}
		return false
	}
	if err != nil {
		t.Fatalf("%q is accepted, regexp says %v", pattern, err)
	}
	for _, text := range texts {
		s := fullScope()
		*place(s, "target.s") = expr.FromString([]byte(text))
		m.Reset(1 << 20)
		if got := m.Eval(program.Code, s); got.Kind != expr.Bool || expr.True(got) != want.MatchString(text) {
			t.Fatalf("%q in %q: got %v, regexp says %v", pattern, text, got, want.MatchString(text))
		}
	}
	return true
}

func TestPatternsAnswerAsRegexpDoes(t *testing.T) {
	env, err := rule.NewEnv(schema())
	if err != nil {
		t.Fatal(err)
	}
	var m expr.Machine
	cases, refused := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		g := source{t: r}
		for range 10 {
			pattern := g.pattern(4)
			texts := make([]string, 20)
			for i := range texts {
				texts[i] = g.bytes()
			}
			if !search(r, env, &m, pattern, texts...) {
				refused++
				continue
			}
			cases += len(texts)
		}
	})
	if refused > cases/1000 {
		t.Errorf("%d patterns are refused, %d cases", refused, cases)
	}
	t.Logf("%d cases, %d patterns refused", cases, refused)
}

func TestPatternsThatPeopleWrite(t *testing.T) {
	env, err := rule.NewEnv(schema())
	if err != nil {
		t.Fatal(err)
	}
	var m expr.Machine
	texts := []string{
		"", "/travel/canada", "/travel/Canada/", "ada@example.org", "2026-11-27", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)",
		"utm_source=news&utm_medium=mail", "ΑΒΓ", "straße", "foo bar", "foobar", strings.Repeat("ab", 1000), "75001", "fr-CA", "\xff\xe6\x97",
	}
	for _, pattern := range []string{
		`^/travel/[a-z]+/?$`, `(?i)^/travel/canada`, `^[^@\s]+@[^@\s]+\.[a-z]{2,}$`, `^\d{4}-\d{2}-\d{2}$`, `(?i)iphone|ipad|android.*mobile`,
		`(^|&)utm_source=news(&|$)`, `\p{Greek}`, `^\pL+$`, `\bfoo\b`, `(ab){20,}`, `^\d{5}$`, `^(fr|nl)(-[A-Z]{2})?$`, ``, `a*`, `$^`, `\x{FFFD}`,
		`^[\x{10000}-\x{10FFFF}]$`, `.{1,100}`, `^.{1,100}$`,
	} {
		if !search(t, env, &m, pattern, texts...) {
			t.Errorf("%q is refused", pattern)
		}
	}
	for _, pattern := range []string{`\pL{300}`, `(a|b)*a(a|b){12}`, `x{1000}`, `^.{1,300}$`, `a.{12}b`, `(`, `a{2,1}`, `(?=a)`, `\1`} {
		if search(t, env, &m, pattern) {
			t.Errorf("%q is accepted", pattern)
		}
	}
}

func FuzzPattern(f *testing.F) {
	env, err := rule.NewEnv(schema())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`(?i)^[^a-k\d]+(é|\b.)*?$`, []byte("xé\xff\xe6\x97 K"))
	f.Add(`(?ms)^a.b$|\A\B\pL{2,3}\z`, []byte("a\nb\nc"))
	var m expr.Machine
	f.Fuzz(func(t *testing.T, pattern string, text []byte) {
		if len(pattern) > 60 || !utf8.ValidString(pattern) {
			return
		}
		search(t, env, &m, pattern, string(text))
	})
}

package expr_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
)

// pieces are what texts of these tests are made of: few, so that they are found
// in one another, with letters of all lengths and lengths of nonsense, white
// space of all kinds and letters whose other case is ASCII.
var pieces = []string{
	"a", "a", "a", "b", "A", "Z", "z", "0", "_", ",", ", ", "aa", "ab", " ", "\t", "\n", "\u00a0", "\u2028", "\u200b", "é", "日", "😀",
	"\u212a", "ſ", "\x00", "\ufffd", "\x80", "\xff", "\xe6", "\xe6\x97", "\xf0\x9f\x98", "\xed\xa0\x80",
}

func (g *source) bytes() string {
	var b strings.Builder
	for n := g.pick(7); n > 0; n-- {
		b.WriteString(pieces[g.pick(len(pieces))])
	}
	return b.String()
}

// quote writes a text literal; what is not UTF-8 cannot be in one.
func quote(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "?")) }

// text is an operand of a function on text.
func (g *source) text() string {
	if g.pick(3) == 0 {
		return quote(g.bytes())
	}
	return g.of(rule.String)
}

// index is a position or limit, near enough to be one.
func (g *source) index() string {
	if g.pick(8) == 0 {
		return g.of(rule.Int)
	}
	return strconv.Itoa(g.pick(8) - 1)
}

// listed is a list of texts.
func (g *source) listed() string {
	if g.pick(3) > 0 {
		return g.of(rule.StringList)
	}
	items := make([]string, g.pick(4))
	for i := range items {
		items[i] = g.text()
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// function writes a function on text that gives a type, or nothing.
func (g *source) function(t rule.Type) string {
	method := func(on, name string, args ...string) string {
		return "(" + on + ")." + name + "(" + strings.Join(args, ", ") + ")"
	}
	switch t {
	case rule.Bool:
		switch name := []string{"startsWith", "endsWith", "contains", "matches"}[g.pick(4)]; {
		case name != "matches":
			return method(g.text(), name, g.text())
		case g.pick(4) == 0:
			return "matches(" + g.text() + ", " + strconv.Quote(g.pattern(3)) + ")"
		}
		return method(g.text(), "matches", strconv.Quote(g.pattern(3)))
	case rule.Int:
		return "size(" + g.text() + ")"
	case rule.StringList:
		args := []string{g.text(), g.index()}
		return method(g.text(), "split", args[:1+g.pick(2)]...)
	case rule.String:
	default:
		return ""
	}
	switch g.pick(6) {
	case 0:
		return method(g.text(), "trim")
	case 1:
		return method(g.text(), "lowerAscii")
	case 2:
		return method(g.text(), "upperAscii")
	case 3:
		args := []string{g.index(), g.index()}
		return method(g.text(), "substring", args[:1+g.pick(2)]...)
	case 4:
		args := []string{g.text(), g.text(), g.index()}
		return method(g.text(), "replace", args[:2+g.pick(2)]...)
	}
	if g.pick(2) == 0 {
		return method(g.listed(), "join")
	}
	return method(g.listed(), "join", quote(g.bytes()))
}

// pattern writes a regular expression.
func (g *source) pattern(depth int) string {
	if depth == 0 || g.pick(4) == 0 {
		atoms := []string{
			"a", "b", "A", "z", "k", "é", "日", "😀", ",", " ", `\.`, ".", "^", "$", `\A`, `\z`, `\b`, `\B`, `\d`, `\w`, `\W`, `\s`, `\S`, "[a-c]", "[^a]",
			"[^\n]", "[é-日]", `\pL`, `\PL`, `\p{Greek}`, "[[:alpha:]]", "[[:^space:]]", `\x{fffd}`, `[^\x00-\x7f]`, "", `\Qa.b\E`, "(?i:k)", "(?s:.)", "(?m:^)", "(?m:$)",
			"(?-s:.)", "[^\ufffd]", `\n`,
		}
		return atoms[g.pick(len(atoms))]
	}
	p := func() string { return g.pattern(depth - 1) }
	switch g.pick(8) {
	case 0, 1, 2:
		return p() + p()
	case 3:
		return "(" + p() + "|" + p() + ")"
	case 4:
		return "(?:" + p() + ")" + []string{"*", "+", "?", "*?", "+?", "??"}[g.pick(6)]
	case 5:
		return "(?:" + p() + ")" + []string{"{0,2}", "{2}", "{1,}", "{3,4}?"}[g.pick(4)]
	case 6:
		return "(" + []string{"?i", "?s", "?m", "?U", "?ism"}[g.pick(5)] + ":" + p() + ")"
	}
	return "^" + p() + "$"
}

// drawText gives a value for a name of a type that functions on text use: mostly
// short texts of pieces.
func drawText(g *source, typ rule.Type) (v any, ok bool) {
	if g.pick(5) == 0 {
		return draw(g.t, typ)
	}
	switch typ {
	case rule.String:
		return g.bytes(), true
	case rule.Int:
		return int64(g.pick(8) - 1), true
	case rule.StringList:
		items := make([]string, g.pick(4))
		for i := range items {
			items[i] = g.bytes()
		}
		return items, true
	}
	return draw(g.t, typ)
}

// weight is what a value takes of the machine's scratch if it is built there.
func weight(v ref.Val) int {
	switch v := v.(type) {
	case types.String:
		return len(v) + 5
	case traits.Lister:
		total := 5
		for it := v.Iterator(); it.HasNext() == types.True; {
			total += weight(it.Next())
		}
		return total
	}
	return 0
}

// large reports whether cel-go makes so much text of an expression that the
// machine may fail: it copies what it adds to at most once.
func large(t *rapid.T, env *cel.Env, ast *cel.Ast, activation map[string]any) bool {
	program, err := env.Program(ast, cel.EvalOptions(cel.OptTrackState))
	if err != nil {
		t.Fatal(err)
	}
	_, details, _ := program.Eval(activation)
	total := 0
	for _, id := range details.State().IDs() {
		v, _ := details.State().Value(id)
		total += 2 * weight(v)
	}
	return total > expr.MaxText
}

func TestFunctionsOnTextAnswerAsCELDoes(t *testing.T) {
	const (
		sources = 20 // in a round; rapid makes 100 rounds
		scopes  = 11 // for each source
	)
	env, err := rule.NewEnv(schema())
	if err != nil {
		t.Fatal(err)
	}
	cels, err := reference(t).Extend(ext.Strings())
	if err != nil {
		t.Fatal(err)
	}
	var m expr.Machine
	cases, failures, spared, refused, ops := 0, 0, 0, 0, map[byte]int{}
	rapid.Check(t, func(r *rapid.T) {
		for range sources {
			g := source{t: r, left: rapid.IntRange(1, 10).Draw(r, "operators"), functions: true}
			typ := []rule.Type{rule.Bool, rule.Bool, rule.String, rule.String, rule.StringList}[g.pick(5)]
			src := g.of(typ)
			program, issues := env.Compile(src, typ, rule.RoleContent)
			if len(issues) > 0 {
				if !strings.Contains(issues[0].Message, "too complex") && !strings.Contains(issues[0].Message, "computed") &&
					!strings.Contains(issues[0].Message, "nested too deep") && !strings.Contains(issues[0].Message, "goes through more than") {
					r.Fatalf("%s\n%v", src, issues)
				}
				refused++
				continue
			}
			ast, found := cels.Compile(asked.ReplaceAllString(src, "has.$1"))
			if found.Err() != nil {
				r.Fatalf("%s\n%v", src, found.Err())
			}
			celProgram, err := cels.Program(ast)
			if err != nil {
				r.Fatal(err)
			}
			count(ops, program.Code)
			for range scopes {
				s := expr.Scope{Target: make([]expr.Value, 11), Interaction: make([]expr.Value, 2), Offer: make([]expr.Value, 2), Past: shown(), Now: now, Zones: clocks{}, Sent: make([]expr.Value, len(sent))}
				activation := map[string]any{"history": chronicle{}}
				ask(src, &s, activation, func() (any, bool) { return drawText(&g, rule.String) })
				for typ := rule.Bool; typ <= rule.Instant; typ++ {
					for _, name := range variables[typ] {
						if strings.HasPrefix(name, "request.") || !strings.Contains(src, name) {
							continue
						}
						v, ok := drawText(&g, typ)
						activation["has."+name] = ok
						if ok {
							activation[name] = v
							*place(&s, name) = valueOf(v)
						}
					}
				}
				m.Reset(1 << 20)
				got := m.Eval(program.Code, &s)
				want, _, err := celProgram.Eval(activation)
				if d := differ(got, want, err); d != "" {
					if got.Kind == expr.Error && large(r, cels, ast, activation) {
						spared++
						continue
					}
					r.Fatalf("%s\nwith %#v\n%s", src, activation, d)
				}
				if cases++; err != nil {
					failures++
				}
			}
		}
	})
	if cases < 15000 || failures > cases*2/3 || spared > cases/20 || refused > 400 {
		t.Errorf("%d cases, %d of them errors, %d not compared, %d expressions refused: too few to say anything", cases, failures, spared, refused)
	}
	for op := snapshot.OpEndsWith; op <= snapshot.OpSubstringFrom; op++ {
		if ops[op] < 20 {
			t.Errorf("%d programs used the opcode %d", ops[op], op)
		}
	}
	t.Logf("%d cases, %d errors, %d too large, %d sources refused", cases, failures, spared, refused)
}

func TestTrimKnowsAllWhiteSpace(t *testing.T) {
	code, s := compile(t, `size(target.s.trim()) == 0`), fullScope()
	var m expr.Machine
	for r := rune(0); r <= unicode.MaxRune; r++ {
		*place(s, "target.s") = expr.FromString([]byte(string(r)))
		m.Reset(100)
		if m.Holds(code, s) != unicode.IsSpace(r) {
			t.Errorf("%U is white space: %v", r, unicode.IsSpace(r))
		}
	}
}

// count is mark with numbers.
func count(ops map[byte]int, code []byte) {
	seen := map[byte]bool{}
	mark(seen, code)
	for op := range seen {
		ops[op]++
	}
}

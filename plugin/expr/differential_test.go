package expr_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/expr"
)

// The schema of the tests has two names of every type, so that names meet names.
func schema() rule.Schema {
	return rule.Schema{
		Target: []rule.Attribute{
			{Name: "yes", Type: rule.Bool}, {Name: "no", Type: rule.Bool},
			{Name: "i", Type: rule.Int}, {Name: "j", Type: rule.Int},
			{Name: "d", Type: rule.Double}, {Name: "e", Type: rule.Double},
			{Name: "s", Type: rule.String}, {Name: "t", Type: rule.String},
			{Name: "strings", Type: rule.StringList},
			{Name: "ints", Type: rule.IntList},
			{Name: "doubles", Type: rule.DoubleList},
		},
		Interaction: []rule.Attribute{{Name: "basket", Type: rule.Double}, {Name: "page", Type: rule.String}},
		Offer:       []rule.Attribute{{Name: "margin", Type: rule.Int}, {Name: "tags", Type: rule.StringList}},
		Parameters:  parameters(),
	}
}

// variables are the names that generated sources use, by type.
var variables = map[rule.Type][]string{
	rule.Bool:   {"target.yes", "target.no", "interaction.new_visit"},
	rule.Int:    {"target.i", "target.j", "offer.margin"},
	rule.Double: {"target.d", "target.e", "interaction.basket"},
	rule.String: {"target.s", "target.t", "interaction.page", "interaction.space", "offer.code",
		"request.query.a", `request.query["b c"]`, "request.header.a", `request.header["x-b"]`},
	rule.StringList: {"target.strings", "offer.tags", "offer.categories"},
	rule.IntList:    {"target.ints"},
	rule.DoubleList: {"target.doubles"},
	rule.Instant:    {"interaction.time"},
}

// literals are the constants that generated sources use, by type.
var literals = map[rule.Type][]string{
	rule.Bool: {"true", "false"},
	rule.Int: {"0", "1", "-1", "2", "3", "7", "100", "0x10", "9223372036854775807", "-9223372036854775808",
		"4611686018427387904", "9007199254740993"},
	rule.Uint:   {"0u", "1u", "2u", "18446744073709551615u", "9223372036854775808u"},
	rule.Double: {"0.0", "-0.0", "1.0", "2.5", "-1.0", "0.1", "1e308", "1e-320", "9223372036854775808.0", "9007199254740992.0", "(0.0/0.0)", "(1.0/0.0)", "18446744073709551616.0"},
	rule.String: {`""`, `"a"`, `"b"`, `"ab"`, `"FR"`, `"é"`, `"日本"`, `"a\x00"`, `'abcdefgh'`, `"abcdefghi"`, `"` + long + `"`},
}

// long is a text that is longer than a byte can count.
var long = strings.Repeat("long", 70)

func isLong(v any) bool {
	s, ok := v.(string)
	return ok && s == long
}

// source writes random expressions of a wanted type.
type source struct {
	t *rapid.T
	// left is the number of operators that may still be written.
	left int
	// functions says that functions on text are written, too.
	functions bool
	// elements are the variables of the macros around.
	elements []element
	macros   int // around, also those whose variable is hidden
	// full says that lists have an element at least, for of those without one
	// nobody knows the type.
	full bool
}

func (g *source) pick(n int) int { return rapid.IntRange(0, n-1).Draw(g.t, "pick") }

func (g *source) of(t rule.Type) string {
	if g.left <= 0 || g.pick(6) == 0 {
		return g.leaf(t)
	}
	g.left--
	if g.functions && g.pick(3) > 0 {
		if src := g.function(t); src != "" {
			return src
		}
	}
	switch t {
	case rule.Instant, rule.Span:
		return g.time(t)
	case rule.Bool:
		if g.pick(3) == 0 {
			return g.rareTruth()
		}
		return g.truth()
	case rule.Int, rule.Uint, rule.Double, rule.String:
		return g.value(t)
	}
	return g.list(t)
}

func (g *source) leaf(t rule.Type) string {
	names, constants := variables[t], literals[t]
	switch found := g.elementsOf(t); {
	case len(found) > 0 && g.pick(2) == 0:
		return found[g.pick(len(found))]
	case len(names)+len(constants) == 0 || len(constants) == 0 && g.pick(4) == 0:
		return g.literal(t)
	case len(names) == 0 || len(constants) > 0 && g.pick(5) < 2:
		return constants[g.pick(len(constants))]
	}
	return names[g.pick(len(names))]
}

var elementTypes = map[rule.Type]rule.Type{
	rule.StringList: rule.String, rule.IntList: rule.Int, rule.DoubleList: rule.Double,
	rule.BoolList: rule.Bool, rule.UintList: rule.Uint,
}

// literal writes a list of constants.
func (g *source) literal(t rule.Type) string {
	var items []string
	if t == rule.MixedList {
		items = []string{"1", `"a"`}
	}
	n := g.pick(5)
	if n == 0 && g.full {
		n = 1
	}
	for ; n > 0; n-- {
		element := elementTypes[t]
		if t == rule.MixedList {
			element = []rule.Type{rule.Bool, rule.Int, rule.Uint, rule.Double, rule.String}[g.pick(5)]
		}
		items = append(items, literals[element][g.pick(len(literals[element]))])
	}
	return "[" + strings.Join(items, ", ") + "]"
}

var (
	scalars   = []rule.Type{rule.Bool, rule.Int, rule.Uint, rule.Double, rule.String}
	lists     = []rule.Type{rule.StringList, rule.IntList, rule.DoubleList, rule.BoolList, rule.UintList, rule.MixedList}
	relations = []string{"==", "!=", "<", "<=", ">", ">="}
)

func (g *source) truth() string {
	switch g.pick(13) {
	case 12:
		return "(" + g.age() + " " + relations[g.pick(len(relations))] + " " + g.age() + ")"
	case 0, 1:
		return "(" + g.of(rule.Bool) + " && " + g.of(rule.Bool) + ")"
	case 2, 3:
		return "(" + g.of(rule.Bool) + " || " + g.of(rule.Bool) + ")"
	case 4:
		return "!" + g.of(rule.Bool)
	case 5:
		return g.choose(rule.Bool)
	case 6:
		return g.of(rule.String) + ".startsWith(" + g.of(rule.String) + ")"
	case 7, 8:
		return g.in()
	case 9: // across numeric types
		numbers := scalars[1:4]
		return "(" + g.of(numbers[g.pick(3)]) + " " + relations[2+g.pick(4)] + " " + g.of(numbers[g.pick(3)]) + ")"
	case 10:
		t := lists[g.pick(len(lists))]
		return "(" + g.of(t) + " " + relations[g.pick(2)] + " " + g.of(t) + ")"
	}
	t := scalars[g.pick(len(scalars))]
	return "(" + g.of(t) + " " + relations[g.pick(len(relations))] + " " + g.of(t) + ")"
}

func (g *source) in() string {
	t := lists[g.pick(len(lists))]
	element, fixed := elementTypes[t]
	if !fixed {
		element = scalars[g.pick(len(scalars))]
	}
	if g.pick(3) > 0 {
		return "(" + g.of(element) + " in " + g.of(t) + ")"
	}
	var items []string
	for n := g.pick(4); n >= 0; n-- {
		items = append(items, g.of(element))
	}
	return "(" + g.of(element) + " in [" + strings.Join(items, ", ") + "])"
}

func (g *source) choose(t rule.Type) string {
	return "(" + g.of(rule.Bool) + " ? " + g.of(t) + " : " + g.of(t) + ")"
}

func (g *source) value(t rule.Type) string {
	switch g.pick(8) {
	case 0, 1:
		return g.choose(t)
	case 2, 3:
		return g.rareValue(t)
	}
	switch t {
	case rule.String:
		return "(" + g.of(t) + " + " + g.of(t) + ")"
	case rule.Int:
		switch g.pick(5) {
		case 4:
			return g.history("count", "accepted", "rejected")
		case 0:
			return "size(" + g.of(rule.String) + ")"
		case 1:
			return g.of(lists[g.pick(len(lists))]) + ".size()"
		case 2:
			return "-(" + g.of(t) + ")"
		}
	case rule.Double:
		if g.pick(4) == 0 {
			return "-(" + g.of(t) + ")"
		}
		return "(" + g.of(t) + " " + []string{"+", "-", "*", "/"}[g.pick(4)] + " " + g.of(t) + ")"
	}
	return "(" + g.of(t) + " " + []string{"+", "-", "*", "/", "%"}[g.pick(5)] + " " + g.of(t) + ")"
}

// history writes a call of one of some functions of history.*, of the code or
// the category.
func (g *source) history(names ...string) string {
	return "history." + names[g.pick(len(names))] + []string{"", "_in"}[g.pick(2)] + "(" + g.of(rule.String) + ")"
}

// age writes an expression that is a duration.
func (g *source) age() string {
	if g.pick(3) == 0 {
		return []string{`duration("0s")`, `duration("1ms")`, `duration("1h")`, `duration("876000h")`}[g.pick(4)]
	}
	if g.left--; g.left > 0 && g.pick(4) == 0 {
		return "(" + g.of(rule.Bool) + " ? " + g.age() + " : " + g.age() + ")"
	}
	return g.history("age")
}

func (g *source) list(t rule.Type) string {
	switch g.pick(3) {
	case 0:
		return g.choose(t)
	case 1:
		return g.gathered(t)
	}
	return g.leaf(t)
}

// pool has values for each type. The empty interface stands for a missing one.
var pool = map[rule.Type][]any{
	rule.Bool: {true, false},
	rule.Int: {int64(0), int64(1), int64(-1), int64(2), int64(3), int64(100), int64(math.MaxInt64), int64(math.MinInt64),
		int64(9007199254740993)},
	rule.Uint: {uint64(0), uint64(1), uint64(math.MaxUint64)},
	rule.Double: {0.0, math.Copysign(0, -1), 1.0, 2.5, -1.0, math.NaN(), math.Inf(1), math.Inf(-1), 9223372036854775808.0, 1e308,
		9007199254740992.0, math.SmallestNonzeroFloat64},
	rule.String: {"", "a", "b", "ab", "FR", "é", "日本", "a\x00", "\xff\xfe", "abcdefgh", "abcdefghi", long},
	rule.StringList: {[]string{}, []string{"a"}, []string{"a", "FR", "é"}, []string{"", "ab", "\xff"},
		[]any{"a", int64(1), 2.0, true}},
	rule.IntList:    {[]int64{}, []int64{1}, []int64{-1, math.MaxInt64, math.MinInt64}, []any{int64(1), 2.0, uint64(math.MaxUint64), "a"}},
	rule.DoubleList: {[]float64{}, []float64{1, math.NaN()}, []float64{2.5, math.Inf(1)}, []any{1.0, int64(2), false}},
}

// draw gives a value for a name of a type: mostly one of the type, at times
// none, rarely a scalar of another.
func draw(t *rapid.T, want rule.Type) (v any, ok bool) {
	switch rapid.IntRange(0, 39).Draw(t, "class") {
	case 0, 1, 2, 3, 4:
		return nil, false
	case 5:
		// cel-go's macros go through the characters of a text, ours through lists
		// alone: no catalog can ask for the former.
		other := scalars[rapid.IntRange(0, len(scalars)-1).Draw(t, "type")]
		if other == rule.String && elementTypes[want] != 0 {
			other = rule.Int
		}
		want = other
	}
	return pool[want][rapid.IntRange(0, len(pool[want])-1).Draw(t, "value")], true
}

// valueOf gives the value of the machine for a Go value.
func valueOf(v any) expr.Value {
	switch v := v.(type) {
	case bool:
		return expr.FromBool(v)
	case int64:
		return expr.FromInt(v)
	case uint64:
		return expr.Value{Kind: expr.Uint, Bits: v}
	case float64:
		return expr.FromDouble(v)
	case string:
		return expr.FromString([]byte(v))
	case []string:
		return expr.FromList(pack(v))
	case []int64:
		return expr.FromList(pack(v))
	case []float64:
		return expr.FromList(pack(v))
	case []any:
		return expr.FromList(pack(v))
	case time.Time:
		return expr.FromMillis(v.UnixMilli())
	}
	return expr.Value{}
}

func pack[T any](items []T) []byte {
	b := wire.AppendArray(nil, len(items))
	for _, item := range items {
		switch v := any(item).(type) {
		case bool:
			b = wire.AppendBool(b, v)
		case int64:
			b = wire.AppendInt(b, v)
		case uint64:
			b = wire.AppendUint(b, v)
		case float64:
			b = wire.AppendFloat(b, v)
		case string:
			b = wire.AppendStr(b, v)
		}
	}
	return b
}

// sent are the query parameters and headers of the tests, in the order of their
// places, by what sources write for them.
var sent = []struct{ name, table, key string }{
	{"request.query.a", "request.query", "a"}, {`request.query["b c"]`, "request.query", "b c"},
	{"request.header.a", "request.header", "a"}, {`request.header["x-b"]`, "request.header", "x-b"},
}

func parameters() *rule.Parameters {
	return rule.NewParameters([]rule.Parameter{
		{Kind: snapshot.ParameterQuery, Name: "a"}, {Kind: snapshot.ParameterQuery, Name: "b c"},
		{Kind: snapshot.ParameterHeader, Name: "a"}, {Kind: snapshot.ParameterHeader, Name: "x-b"},
	})
}

// place is where the machine finds a name.
func place(s *expr.Scope, name string) *expr.Value {
	group, short, _ := strings.Cut(name, ".")
	find := func(attributes []rule.Attribute, values []expr.Value) *expr.Value {
		for i, a := range attributes {
			if a.Name == short {
				return &values[i]
			}
		}
		return nil
	}
	declared := schema()
	for i := range sent {
		if sent[i].name == name {
			return &s.Sent[i]
		}
	}
	var v *expr.Value
	switch group {
	case "target":
		v = find(declared.Target, s.Target)
	case "interaction":
		v = find(declared.Interaction, s.Interaction)
	case "offer":
		v = find(declared.Offer, s.Offer)
	}
	if v != nil {
		return v
	}
	return &s.Builtin[map[string]int{
		"interaction.space":     snapshot.BuiltinSpace,
		"interaction.new_visit": snapshot.BuiltinNewVisit,
		"interaction.time":      snapshot.BuiltinTime,
		"offer.code":            snapshot.BuiltinCode,
		"offer.categories":      snapshot.BuiltinCategories,
	}[name]]
}

// reference is cel-go with the same names.
func reference(t *testing.T) *cel.Env {
	celTypes := map[rule.Type]*cel.Type{
		rule.Bool: cel.BoolType, rule.Int: cel.IntType, rule.Double: cel.DoubleType, rule.String: cel.StringType,
		rule.StringList: cel.ListType(cel.StringType), rule.IntList: cel.ListType(cel.IntType),
		rule.DoubleList: cel.ListType(cel.DoubleType), rule.Instant: cel.TimestampType,
	}
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true), cel.Variable("history", chronicleType)}
	options = append(options, chronicleFunctions()...)
	for _, table := range []string{"request.query", "request.header"} {
		options = append(options, cel.Variable(table, cel.MapType(cel.StringType, cel.StringType)))
	}
	for typ, names := range variables {
		for _, name := range names {
			if strings.HasPrefix(name, "request.") {
				continue
			}
			options = append(options, cel.Variable(name, celTypes[typ]), cel.Variable("has."+name, cel.BoolType))
		}
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// differ says how the machine's value differs from cel-go's; empty if it does
// not.
func differ(got expr.Value, want ref.Val, err error) string {
	if err != nil {
		if got.Kind != expr.Error {
			return fmt.Sprintf("got %v, cel-go fails: %v", got, err)
		}
		return ""
	}
	same := false
	switch w := want.(type) {
	case types.Bool:
		same = got.Kind == expr.Bool && (got.Bits == 1) == bool(w)
	case types.Int:
		same = got.Kind == expr.Int && int64(got.Bits) == int64(w)
	case types.Uint:
		same = got.Kind == expr.Uint && got.Bits == uint64(w)
	case types.Double:
		f := math.Float64frombits(got.Bits)
		same = got.Kind == expr.Double && (got.Bits == math.Float64bits(float64(w)) || math.IsNaN(f) && math.IsNaN(float64(w)))
	case types.String:
		same = got.Kind == expr.String && string(got.Bytes) == string(w)
	case traits.Lister:
		same = got.Kind == expr.List && string(got.Bytes) == string(pack(goList(w)))
	}
	if !same {
		return fmt.Sprintf("got %v, cel-go gives %v", got, want)
	}
	return ""
}

func goList(l traits.Lister) []any {
	var items []any
	for it := l.Iterator(); it.HasNext() == types.True; {
		items = append(items, it.Next().Value())
	}
	return items
}

// mark notes the opcodes of a program.
func mark(ops map[byte]bool, code []byte) {
	for len(code) > 0 {
		in, err := snapshot.Instruction(code)
		if err != nil {
			return
		}
		ops[in[0]] = true
		if in[0] == snapshot.OpAll || in[0] == snapshot.OpAny {
			mark(ops, in[4:])
		}
		if in[0] == snapshot.OpLoop {
			mark(ops, in[4:])
		}
		code = code[len(in):]
	}
}

// ask draws the request's query parameters and headers, whose values are texts if
// they are there.
func ask(src string, s *expr.Scope, activation map[string]any, draw func() (any, bool)) {
	query, header := map[string]string{}, map[string]string{}
	activation["request.query"], activation["request.header"] = query, header
	if !strings.Contains(src, "request.") {
		return
	}
	for i, p := range sent {
		v, ok := draw()
		text, isText := v.(string)
		if !ok || !isText {
			continue
		}
		if text == long && (strings.Contains(src, ".map(") || strings.Contains(src, ".filter(")) {
			text = "longlong"
		}
		map[string]map[string]string{"request.query": query, "request.header": header}[p.table][p.key] = text
		s.Sent[i] = expr.FromString([]byte(text))
	}
}

func TestEveryAcceptedExpressionAnswersAsCELDoes(t *testing.T) {
	const (
		sources = 80 // in a round; rapid makes 100 rounds
		scopes  = 11 // for each source
	)
	env, err := rule.NewEnv(schema())
	if err != nil {
		t.Fatal(err)
	}
	cels := reference(t)
	var m expr.Machine
	cases, failures, refused, ops := 0, 0, 0, map[byte]bool{}
	rapid.Check(t, func(r *rapid.T) {
		for range sources {
			g := source{t: r, left: rapid.IntRange(0, 14).Draw(r, "operators")}
			all := append(append([]rule.Type{}, scalars...), rule.Bool, rule.Bool, rule.Bool, rule.Int, rule.StringList, rule.IntList)
			typ := all[g.pick(len(all))]
			src := g.of(typ)
			gathers := strings.Contains(src, ".map(") || strings.Contains(src, ".filter(")
			if gathers {
				src = strings.ReplaceAll(src, long, "longlong")
			}
			program, issues := env.Compile(src, typ, rule.RoleContent)
			if len(issues) == 1 && strings.Contains(issues[0].Message, "goes through more than") {
				refused++
				continue
			}
			if len(issues) > 0 {
				r.Fatalf("%s\n%v", src, issues)
			}
			mark(ops, program.Code)
			ast, found := cels.Compile(asked.ReplaceAllString(src, "has.$1"))
			if found.Err() != nil {
				r.Fatalf("%s\n%v", src, found.Err())
			}
			celProgram, err := cels.Program(ast)
			if err != nil {
				r.Fatal(err)
			}
			for range scopes {
				s := expr.Scope{Target: make([]expr.Value, 11), Interaction: make([]expr.Value, 2), Offer: make([]expr.Value, 2), Past: shown(), Now: now, Zones: clocks{}, Sent: make([]expr.Value, len(sent))}
				activation := map[string]any{"history": chronicle{}}
				ask(src, &s, activation, func() (any, bool) { return draw(r, rule.String) })
				for typ := rule.Bool; typ <= rule.Instant; typ++ {
					for _, name := range variables[typ] {
						if strings.HasPrefix(name, "request.") || !strings.Contains(src, name) {
							continue
						}
						v, ok := draw(r, typ)
						if gathers && isLong(v) {
							v = "longlong" // or the result may be too long for the machine
						}
						if u, is := v.(uint64); is && gathers {
							v = int64(u) // no attribute has a uint, and a list does not keep it
						}
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
					r.Fatalf("%s\nwith %#v\n%s", src, activation, d)
				}
				if holds := m.Holds(program.Code, &s); holds != (err == nil && want == types.True) {
					r.Fatalf("%s\nwith %#v\nHolds gives %v", src, activation, holds)
				}
				if cases++; err != nil {
					failures++
				}
				if value, constant := program.Constant(); constant {
					if d := differ(valueOf(value), want, err); d != "" {
						r.Fatalf("%s: folded: %s", src, d)
					}
				}
			}
		}
	})
	if cases < 20000 || failures > cases*2/3 || refused > cases/scopes/20 {
		t.Errorf("%d cases, %d of them errors, and %d sources refused: too few to say anything", cases, failures, refused)
	}
	// About one run in ten draws no program for the rarest opcode; one that
	// misses several has a generator that is broken.
	var missing []byte
	for op := range snapshot.OpLoop + 1 {
		if (op >= snapshot.OpTestBool && op <= snapshot.OpHistory || op >= snapshot.OpInstant) && !ops[op] {
			missing = append(missing, op)
		}
	}
	if len(missing) > 4 {
		t.Errorf("no program used the opcodes %d", missing)
	}
	t.Logf("%d cases, %d errors, %d sources with too many turns", cases, failures, refused)
}

// TestNumbersAreThoseOfCEL pairs all numbers that are likely to go wrong, with
// every operator, for random sources meet few of the pairs.
func TestNumbersAreThoseOfCEL(t *testing.T) {
	numbers := append(append(append([]any{
		int64(math.MinInt64 + 1), int64(math.MaxInt64 - 1), int64(1 << 32), int64(-1 << 32), int64(3037000500), int64(-3037000500),
		uint64(math.MaxUint64 - 1), uint64(math.MaxInt64), uint64(1 << 63), uint64(1 << 32), uint64(4294967295),
		-9223372036854775808.0, 9223372036854774784.0, 18446744073709551616.0, -0.5, 0.5,
	}, pool[rule.Int]...), pool[rule.Uint]...), pool[rule.Double]...)
	cels := reference(t)
	var m expr.Machine
	for _, op := range []string{"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="} {
		src := "target.i " + op + " target.j"
		code := compile(t, src)
		ast, found := cels.Compile(src)
		if found.Err() != nil {
			t.Fatal(found.Err())
		}
		program, err := cels.Program(ast)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range numbers {
			for _, b := range numbers {
				s := fullScope()
				*place(s, "target.i"), *place(s, "target.j") = valueOf(a), valueOf(b)
				m.Reset(100)
				want, _, err := program.Eval(map[string]any{"target.i": a, "target.j": b})
				if d := differ(m.Eval(code, s), want, err); d != "" {
					t.Errorf("%v %s %v: %s", a, op, b, d)
				}
			}
		}
	}
}

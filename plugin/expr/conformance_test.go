package expr_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	pb "cel.dev/expr"
	conformance "cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"

	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/plugin/expr"
)

// claimed are the sections of the published conformance cases that the language
// claims, with how many of their cases it takes: as they are written, where most
// are constants that are folded, and with their constants in attributes, so that
// the machine computes them. Cases beyond these need what the language refuses,
// such as bytes, null, messages, types as values, or computed lists and maps.
var claimed = map[string][2]int{
	"basic/functions":                   {1, 1},
	"basic/self_eval_nonzeroish":        {16, 16},
	"basic/self_eval_zeroish":           {12, 12},
	"basic/variables":                   {1, 1},
	"comparisons/bound":                 {4, 4},
	"comparisons/eq_literal":            {32, 32},
	"comparisons/gt_literal":            {13, 13},
	"comparisons/gte_literal":           {20, 20},
	"comparisons/in_list_literal":       {4, 4},
	"comparisons/in_map_literal":        {3, 3},
	"comparisons/lt_literal":            {18, 18},
	"comparisons/lte_literal":           {19, 19},
	"comparisons/ne_literal":            {22, 22},
	"conversions/bool":                  {10, 0},
	"conversions/double":                {20, 10},
	"conversions/identity":              {7, 7},
	"conversions/int":                   {16, 16},
	"conversions/string":                {5, 5},
	"conversions/uint":                  {11, 11},
	"fp_math/fp_math":                   {29, 29},
	"integer_math/int64_math":           {44, 44},
	"integer_math/uint64_math":          {17, 17},
	"lists/in":                          {6, 6},
	"lists/index":                       {5, 5},
	"lists/size":                        {4, 4},
	"logic/AND":                         {8, 8},
	"logic/NOT":                         {2, 2},
	"logic/OR":                          {8, 8},
	"logic/conditional":                 {3, 3},
	"macros/all":                        {7, 7},
	"macros/exists":                     {9, 9},
	"macros/exists_one":                 {9, 9},
	"macros/filter":                     {7, 7},
	"macros/map":                        {4, 4},
	"macros/nested":                     {2, 2},
	"string/concatenation":              {9, 9},
	"string/contains":                   {8, 8},
	"string/ends_with":                  {7, 7},
	"string/matches":                    {9, 0},
	"string/size":                       {5, 5},
	"string/starts_with":                {7, 7},
	"timestamps/comparisons":            {12, 12},
	"timestamps/duration_conversions":   {1, 1},
	"timestamps/duration_converters":    {3, 3},
	"timestamps/duration_equality":      {4, 4},
	"timestamps/timestamp_arithmetic":   {6, 6},
	"timestamps/timestamp_conversions":  {2, 2},
	"timestamps/timestamp_equality":     {4, 4},
	"timestamps/timestamp_selectors":    {9, 9},
	"timestamps/timestamp_selectors_tz": {12, 12},
}

// TestConformance runs the cases that come with the module cel.dev/expr, which
// the build has anyway.
func TestConformance(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cel.dev/expr").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]int{}
	for _, file := range []string{
		"basic", "comparisons", "conversions", "fp_math", "integer_math", "lists", "logic", "macros", "string", "timestamps",
	} {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "tests/simple/testdata", file+".textproto"))
		if err != nil {
			t.Fatal(err)
		}
		var cases conformance.SimpleTestFile
		if err := (prototext.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, &cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, section := range cases.Section {
			name := file + "/" + section.Name
			for _, c := range section.Test {
				n := got[name]
				for i, form := range []func(*testing.T, *conformance.SimpleTest) *written{asWritten, inAttributes} {
					if w := form(t, c); w != nil && w.run(t, name+"/"+c.Name, c) {
						n[i]++
					}
				}
				if n != [2]int{} {
					got[name] = n
				}
			}
		}
	}
	var total [2]int
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != claimed[name] {
			t.Errorf("%q: {%d, %d}, // claimed are %v", name, got[name][0], got[name][1], claimed[name])
		}
		total[0], total[1] = total[0]+got[name][0], total[1]+got[name][1]
	}
	for name := range claimed {
		if _, ran := got[name]; !ran {
			t.Errorf("%s is claimed and has no case", name)
		}
	}
	t.Logf("%d cases as written, %d with their constants in attributes", total[0], total[1])
}

// written is a case's expression with the attributes that it reads.
type written struct {
	source string
	schema []rule.Attribute
	values []expr.Value
}

// attribute adds one and gives its name.
func (w *written) attribute(name string, typ rule.Type, v any) {
	w.schema = append(w.schema, rule.Attribute{Name: name, Type: typ})
	w.values = append(w.values, valueOf(v))
}

// asWritten leaves the constants; variables become attributes. Nil is a case
// that is about something else than evaluation.
func asWritten(t *testing.T, c *conformance.SimpleTest) *written { return write(t, c, false) }

// inAttributes puts constants into attributes.
func inAttributes(t *testing.T, c *conformance.SimpleTest) *written { return write(t, c, true) }

func write(t *testing.T, c *conformance.SimpleTest, constants bool) *written {
	if c.CheckOnly || c.DisableCheck || c.DisableMacros || c.Container != "" {
		return nil
	}
	w := &written{}
	for _, name := range slices.Sorted(maps.Keys(c.Bindings)) {
		typ, v := native(c.Bindings[name].GetValue())
		if typ == 0 {
			return nil
		}
		w.attribute(name, typ, v)
	}
	env, err := cel.NewEnv(cel.ClearMacros())
	if err != nil {
		t.Fatal(err)
	}
	parsed, issues := env.Parse(c.Expr)
	if issues.Err() != nil {
		return nil
	}
	w.rewrite(parsed.NativeRep().Expr(), constants)
	if w.source, err = cel.AstToString(parsed); err != nil {
		return nil
	}
	return w
}

// rewrite puts the names of attributes in the place of variables, and of
// constants if they are wanted. Those of lists, maps, times and zones stay.
func (w *written) rewrite(e ast.Expr, constants bool) {
	names := ast.NewExprFactory()
	switch e.Kind() {
	case ast.IdentKind:
		for _, a := range w.schema {
			if a.Name == e.AsIdent() {
				e.SetKindCase(names.NewIdent(e.ID(), "target."+a.Name))
			}
		}
	case ast.LiteralKind:
		typ := map[string]rule.Type{"bool": rule.Bool, "int": rule.Int, "double": rule.Double, "string": rule.String}[e.AsLiteral().Type().TypeName()]
		if constants && typ != 0 {
			name := fmt.Sprintf("constant_%d", len(w.schema))
			w.attribute(name, typ, e.AsLiteral().Value())
			e.SetKindCase(names.NewIdent(e.ID(), "target."+name))
		}
	case ast.CallKind:
		call := e.AsCall()
		fn := call.FunctionName()
		constants = constants && fn != "duration" && !strings.HasPrefix(fn, "get") && (fn != "timestamp" || call.Args()[0].Kind() == ast.LiteralKind && call.Args()[0].AsLiteral().Type() == types.IntType)
		if call.IsMemberFunction() {
			w.rewrite(call.Target(), constants || strings.HasPrefix(fn, "get"))
		}
		for _, arg := range call.Args() {
			w.rewrite(arg, constants)
		}
	}
}

// native is the value of a binding, and its type; 0 for what no attribute has.
func native(v *pb.Value) (rule.Type, any) {
	switch v := v.GetKind().(type) {
	case *pb.Value_BoolValue:
		return rule.Bool, v.BoolValue
	case *pb.Value_Int64Value:
		return rule.Int, v.Int64Value
	case *pb.Value_DoubleValue:
		return rule.Double, v.DoubleValue
	case *pb.Value_StringValue:
		return rule.String, v.StringValue
	}
	return 0, nil
}

// run evaluates the case and reports whether the language takes it.
func (w *written) run(t *testing.T, name string, c *conformance.SimpleTest) bool {
	env, err := rule.NewEnv(rule.Schema{Target: w.schema})
	if err != nil {
		return false // a name that attributes cannot have
	}
	for _, typ := range append(append([]rule.Type{}, scalars...), lists...) {
		program, issues := env.Compile(w.source, typ, rule.RoleContent)
		if issues != nil {
			continue
		}
		var m expr.Machine
		m.Reset(1 << 20)
		got := m.Eval(program.Code, &expr.Scope{Target: w.values, Zones: clocks{}})
		if says := expected(c, got); says != "" {
			t.Errorf("%s: %s: got %v, want %s", name, w.source, got, says)
		}
		return true
	}
	return false
}

// expected says what a case wants, if that is not what came.
func expected(c *conformance.SimpleTest, got expr.Value) string {
	if c.GetEvalError() != nil || c.GetAnyEvalErrors() != nil {
		if got.Kind != expr.Error {
			return "an error"
		}
		return ""
	}
	want := c.GetValue()
	if want == nil {
		want = &pb.Value{Kind: &pb.Value_BoolValue{BoolValue: true}}
	}
	return differ(got, refOf(want), nil)
}

// refOf is a value of cel-go for one of a case.
func refOf(v *pb.Value) ref.Val {
	switch k := v.GetKind().(type) {
	case *pb.Value_Uint64Value:
		return types.Uint(k.Uint64Value)
	case *pb.Value_ListValue:
		var items []ref.Val
		for _, item := range k.ListValue.Values {
			items = append(items, refOf(item))
		}
		return types.NewRefValList(types.DefaultTypeAdapter, items)
	}
	_, value := native(v)
	return types.DefaultTypeAdapter.NativeToValue(value)
}

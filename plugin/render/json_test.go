package render_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/render"
)

// checkJSON holds the escape to encoding/json, and to what no page's script may
// be ended by.
func checkJSON(t interface{ Errorf(string, ...any) }, before, s string) {
	got := string(render.EscapeJSON([]byte(before+s), len(before)))
	text, ok := strings.CutPrefix(got, before)
	if !ok || strings.ContainsAny(text, "<>&\u2028\u2029") {
		t.Errorf("EscapeJSON(%q) = %q", s, got)
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		t.Errorf("%v", err)
	}
	var value, want string
	if err := json.Unmarshal([]byte(`"`+text+`"`), &value); err != nil {
		t.Errorf("EscapeJSON(%q) = %q: %v", s, got, err)
	}
	if err := json.Unmarshal(quoted, &want); err != nil || value != want {
		t.Errorf("EscapeJSON(%q) = %q, which reads %q, want %q, %v", s, got, value, want, err)
	}
}

func TestEscapeJSON(t *testing.T) {
	for c := range 256 {
		for _, s := range []string{"", "a", "é", "ab<", "\xff"} {
			checkJSON(t, s, s+string([]byte{byte(c)})+s)
		}
	}
	special := rapid.SliceOf(rapid.SampledFrom([]byte("\"\\<>&/ab\xe2\x80\xa8\xa9\xc3\xed\xf0\x9f\x98\x80\x00\n\x7f")))
	rapid.Check(t, func(t *rapid.T) {
		checkJSON(t, rapid.String().Draw(t, "before"), string(special.Draw(t, "special")))
		checkJSON(t, "", string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
	})
}

// TestAppendJSON: every value is written as where it stands needs it.
func TestAppendJSON(t *testing.T) {
	part, value := snapshot.FormJSON, snapshot.FormValue
	inString, whole := snapshot.EscapeJSON, snapshot.EscapeValue
	typed := func(typ catalog.FieldType, s string) render.Field { return render.Field{Raw: literal(s), Type: typ} }
	failing := join(literal("a"), program(snapshot.EscapeNone, missing))
	const quoted = `"\u003c\"\u0026'\u003e é"`
	tests := []struct {
		name  string
		tmpl  []byte
		field render.Field
		want  string
		res   render.Result
	}{
		{"text", field(value, 0), typed(catalog.FieldText, `a"b`), `"a\"b"`, render.Whole},
		{"part of a string", field(part, 0), typed(catalog.FieldText, `a"b`), `a\"b`, render.Whole},
		{"empty text", field(value, 0), typed(catalog.FieldText, ""), `""`, render.Whole},
		{"absent text", field(value, 0), render.Field{Type: catalog.FieldText}, `null`, render.Whole},
		{"absent part", field(part, 0), render.Field{Type: catalog.FieldText}, ``, render.Whole},
		{"text that reads like a number", field(value, 0), typed(catalog.FieldText, "12"), `"12"`, render.Whole},
		{"address", field(value, 0), typed(catalog.FieldURL, "/a?b&c"), `"/a?b\u0026c"`, render.Whole},
		{"number", field(value, 0), typed(catalog.FieldNumber, "-12.50e+3"), `-12.50e+3`, render.Whole},
		{"number in a string", field(part, 0), typed(catalog.FieldNumber, "-12.50"), `-12.50`, render.Whole},
		{"absent number", field(value, 0), render.Field{Type: catalog.FieldNumber}, `null`, render.Whole},
		{"bool", join(field(value, 0), field(part, 0)), typed(catalog.FieldBool, "true"), `truetrue`, render.Whole},
		{"no bool", field(value, 0), typed(catalog.FieldBool, "TRUE"), `null`, render.Whole},
		{"text of an expression", field(value, 0), render.Field{Raw: program(snapshot.EscapeNone, hostile), Type: catalog.FieldText}, quoted, render.Whole},
		{"number of an expression", field(value, 0), render.Field{Raw: program(snapshot.EscapeNone, double), Type: catalog.FieldNumber}, "1e+21", render.Whole},
		{"number that is text", field(value, 0), render.Field{Raw: program(snapshot.EscapeNone, hostile), Type: catalog.FieldNumber}, "null", render.Whole},
		{"text with a part that fails", field(value, 0), render.Field{Raw: failing, Type: catalog.FieldText}, `"a"`, render.Partial},
		{"number that fails", field(value, 0), render.Field{Raw: program(snapshot.EscapeNone, missing), Type: catalog.FieldNumber}, `null`, render.Partial},
		{"condition", condition(0, literal(`,"a":`), field(value, 0)), typed(catalog.FieldText, "x"), `,"a":"x"`, render.Whole},

		{"expressions in a string", join(program(inString, hostile), program(inString, number)), render.Field{}, strings.Trim(quoted, `"`) + "-3", render.Whole},
		{"text", program(whole, hostile), render.Field{}, quoted, render.Whole},
		{"empty text", program(whole, nothing), render.Field{}, `""`, render.Whole},
		{"int", program(whole, number), render.Field{}, "-3", render.Whole},
		{"double", program(whole, double), render.Field{}, "1e+21", render.Whole},
		{"bool", program(whole, truth), render.Field{}, "true", render.Whole},
		{"missing", program(whole, missing), render.Field{}, "null", render.Partial},
		{"missing in a string", program(inString, missing), render.Field{}, "", render.Partial},
		{"list", program(whole, list), render.Field{}, "null", render.Partial},
		{"infinite", program(whole, infinite), render.Field{}, "null", render.Whole},
		{"unknown escape", program(whole+1, truth), render.Field{}, "", render.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, res := render.Append([]byte("x"), tt.tmpl, []render.Field{tt.field}, environment())
			if string(got) != "x"+tt.want || res != tt.res {
				t.Errorf("got %q %d, want %q %d", got, res, "x"+tt.want, tt.res)
			}
		})
	}
}

func TestNumbersInJSON(t *testing.T) {
	for _, s := range []string{
		"0", "-0", "1", "10", "1.5", "-1.5e3", "1E+2", "0.0", "0e0", "12345678901234567890", "1e-07",
		"", "-", "+1", "01", "-01", "00", ".5", "1.", "1.e3", "1e", "1e+", "1e1.5", "NaN", "+Inf", "0x1", "1 ", " 1", "1_000", "١",
	} {
		want := s
		if !json.Valid([]byte(s)) || s != strings.TrimSpace(s) {
			want = "null"
		}
		fields := []render.Field{{Raw: literal(s), Type: catalog.FieldNumber}}
		if got, _ := render.Append(nil, field(snapshot.FormValue, 0), fields, environment()); string(got) != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

// TestAppendJSONIsBounded: what an escape adds counts.
func TestAppendJSONIsBounded(t *testing.T) {
	full := strings.Repeat("x", render.MaxOutput-6)
	fields := []render.Field{{Raw: literal("<"), Type: catalog.FieldText}}
	for i, fits := range []string{full, full[2:]} {
		tmpl := field(snapshot.FormJSON+byte(i), 0)
		if _, res := render.Append(nil, join(literal(fits), tmpl), fields, environment()); res != render.Whole {
			t.Errorf("form %d that fits: result %d", i, res)
		}
		if got, res := render.Append(nil, join(literal(fits+"x"), tmpl), fields, environment()); res != render.Refused || len(got) > 0 {
			t.Errorf("form %d that does not: result %d", i, res)
		}
	}
	tmpl := program(snapshot.EscapeValue, long)
	if got, res := render.Append(nil, join(tmpl, literal(full[12000-4:])), nil, environment()); res != render.Whole || len(got) != render.MaxOutput {
		t.Errorf("an expression that fits: %d bytes, result %d", len(got), res)
	}
	if _, res := render.Append(nil, join(literal(full[12000-5:]), tmpl), nil, environment()); res != render.Refused {
		t.Errorf("an expression that does not: result %d", res)
	}
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	env := environment()
	fields := []render.Field{{Raw: literal("a<b"), Type: catalog.FieldText}, {Raw: literal("12"), Type: catalog.FieldNumber}}
	tmpl := join(field(snapshot.FormValue, 0), field(snapshot.FormValue, 1), field(snapshot.FormJSON, 0), program(snapshot.EscapeValue, hostile))
	buffer := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { render.Append(buffer, tmpl, fields, env) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzEscapeJSON(f *testing.F) {
	f.Add("before", "</script>\u2028\xff\\\"")
	f.Fuzz(func(t *testing.T, before, s string) { checkJSON(t, before, s) })
}

package render_test

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/render"
)

// testFields are a space's fields: both forms of a text, an absent one, an
// empty one, one whose expression gives "", one whose expression fails, and one
// that starts with an expression.
func testFields() []render.Field {
	return []render.Field{
		{Raw: literal("a<b"), HTML: literal("a&lt;b")},
		{},
		{Raw: []byte{}, HTML: []byte{}},
		{Raw: program(snapshot.EscapeNone, nothing), HTML: program(snapshot.EscapeHTML, nothing)},
		{Raw: program(snapshot.EscapeNone, missing), HTML: program(snapshot.EscapeHTML, missing)},
		{Raw: join(program(snapshot.EscapeNone, nothing), literal("x")), HTML: join(program(snapshot.EscapeHTML, nothing), literal("x"))},
		{HTML: literal("tracked")},
	}
}

func TestAppend(t *testing.T) {
	none, asHTML, asURL := snapshot.EscapeNone, snapshot.EscapeHTML, snapshot.EscapeURL
	raw, escaped := snapshot.FormRaw, snapshot.FormHTML
	tests := []struct {
		name string
		tmpl []byte
		want string
		res  render.Result
	}{
		{"nothing", nil, "", render.Whole},
		{"literal", literal("<b>x</b>"), "<b>x</b>", render.Whole},
		{"empty literal", join(literal(""), literal("x")), "x", render.Whole},
		{"expression as it is", program(none, hostile), hostileText, render.Whole},
		{"expression in HTML", join(literal("<"), program(asHTML, hostile), literal(">")), "<" + html.EscapeString(hostileText) + ">", render.Whole},
		{"expression in a URL", join(literal("/"), program(asURL, hostile), literal("?")), "/%3C%22%26%27%3E%20%C3%A9?", render.Whole},
		{"int", program(asHTML, number), "-3", render.Whole},
		{"double in HTML", program(asHTML, double), "1e+21", render.Whole},
		{"double in a URL", program(asURL, double), "1e%2B21", render.Whole},
		{"bool", program(asURL, truth), "true", render.Whole},
		{"empty string", program(asHTML, nothing), "", render.Whole},
		{"missing", join(literal("a"), program(asHTML, missing), literal("b")), "ab", render.Partial},
		{"missing in a URL", join(literal("/"), program(asURL, missing)), "/", render.Partial},
		{"list", join(literal("a"), program(asHTML, list)), "a", render.Partial},
		{"corrupt program", join(literal("a"), program(asHTML, corrupt)), "a", render.Partial},
		{"field in both forms", join(field(raw, 0), field(escaped, 0)), "a<ba&lt;b", render.Whole},
		{"absent field", join(literal("a"), field(escaped, 1), literal("b")), "ab", render.Whole},
		{"empty field", field(escaped, 2), "", render.Whole},
		{"field that fails", field(escaped, 4), "", render.Partial},
		{"part of a field that is there", condition(0, literal("<"), field(escaped, 0), literal(">")), "<a&lt;b>", render.Whole},
		{"part of an absent field", join(literal("a"), condition(1, literal("x")), literal("b")), "ab", render.Whole},
		{"part of an empty field", condition(2, literal("x")), "", render.Whole},
		{"part of a field that gives nothing", condition(3, literal("x")), "", render.Whole},
		{"part of a field that fails", condition(4, literal("x")), "", render.Whole},
		{"part of a field that starts with nothing", condition(5, field(escaped, 5)), "x", render.Whole},
		{"part of a field of one form", condition(6, field(escaped, 6)), "tracked", render.Whole},
		{"empty part", condition(0), "", render.Whole},
		{"parts in parts", condition(0, literal("a"), condition(1, literal("b")), condition(5, literal("c"), condition(0, literal("d"))), literal("e")), "acde", render.Whole},
		{"skipped parts are not read", condition(1, []byte{0xff}), "", render.Whole},

		{"unknown segment", []byte{9}, "", render.Refused},
		{"zero", []byte{0}, "", render.Refused},
		{"cut literal header", []byte{snapshot.SegLiteral, 1, 0}, "", render.Refused},
		{"cut literal", literal("abc")[:6], "", render.Refused},
		{"huge literal", []byte{snapshot.SegLiteral, 0xff, 0xff, 0xff, 0xff, 'a'}, "", render.Refused},
		{"cut expression", program(asHTML, hostile)[:5], "", render.Refused},
		{"unknown escape", program(9, hostile), "", render.Refused},
		{"unknown program", program(asHTML, numPrograms), "", render.Refused},
		{"program beyond 32 bits", program(asHTML, 0xffffffff), "", render.Refused},
		{"cut field", field(raw, 0)[:3], "", render.Refused},
		{"unknown form", field(5, 0), "", render.Refused},
		{"unknown field", field(raw, 99), "", render.Refused},
		{"cut part header", condition(0)[:6], "", render.Refused},
		{"cut part", condition(0, literal("abc"))[:10], "", render.Refused},
		{"part of an unknown field", condition(99, literal("x")), "", render.Refused},
		{"refused after output", join(literal("abc"), program(asHTML, hostile), []byte{9}), "", render.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, before := range []string{"", "before"} {
				got, res := render.Append([]byte(before), tt.tmpl, testFields(), environment())
				if string(got) != before+tt.want || res != tt.res {
					t.Errorf("got %q %d, want %q %d", got, res, before+tt.want, tt.res)
				}
			}
		})
	}
}

func TestAppendFieldsAreNotNested(t *testing.T) {
	for name, inner := range map[string][]byte{"field": field(snapshot.FormRaw, 0), "part": condition(0, literal("x"))} {
		fields := []render.Field{{Raw: literal("a")}, {Raw: inner, HTML: inner}}
		for _, tmpl := range [][]byte{field(snapshot.FormRaw, 1), condition(1, literal("x"))} {
			if got, res := render.Append(nil, tmpl, fields, environment()); res != render.Refused || len(got) > 0 {
				t.Errorf("%s in a field: got %q %d, want it refused", name, got, res)
			}
		}
	}
}

func TestAppendBound(t *testing.T) {
	full := strings.Repeat("x", render.MaxOutput)
	before := []byte(strings.Repeat("y", 100))
	tests := []struct {
		name string
		tmpl []byte
		size int // of the output, -1 = refused
	}{
		{"all of it", literal(full), render.MaxOutput},
		{"a byte more", literal(full + "x"), -1},
		{"two literals", join(literal(full), literal("x")), -1},
		{"empty literal behind", join(literal(full), literal("")), render.MaxOutput},
		{"escape that fits", join(literal(full[8000:]), program(snapshot.EscapeHTML, long)), render.MaxOutput},
		{"escape that does not", join(literal(full[7999:]), program(snapshot.EscapeHTML, long)), -1},
		{"text that does not", join(literal(full[1999:]), program(snapshot.EscapeNone, long)), -1},
		{"number that does not", join(literal(full[1:]), program(snapshot.EscapeNone, number)), -1},
		{"fields", join(field(snapshot.FormRaw, 0), field(snapshot.FormRaw, 0)), -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields := []render.Field{{Raw: literal(full[1:])}}
			got, res := render.Append(before, tt.tmpl, fields, environment())
			switch {
			case tt.size < 0 && (res != render.Refused || !bytes.Equal(got, before)):
				t.Errorf("got %d bytes, result %d, want it refused", len(got), res)
			case tt.size >= 0 && (res != render.Whole || len(got) != len(before)+tt.size):
				t.Errorf("got %d bytes, result %d, want %d", len(got)-len(before), res, tt.size)
			}
		})
	}
}

// TestAppendEnds gives it templates that write nothing and never seem to end.
func TestAppendEnds(t *testing.T) {
	empty := bytes.Repeat(literal(""), 1000)
	fields := []render.Field{{Raw: empty, HTML: empty}}
	for name, segment := range map[string][]byte{"fields": field(snapshot.FormRaw, 0), "parts": condition(0)} {
		tmpl := bytes.Repeat(segment, 1000)
		if _, res := render.Append(nil, tmpl, fields, environment()); res != render.Refused {
			t.Errorf("%s: a million segments gave result %d", name, res)
		}
		if _, res := render.Append(nil, tmpl[:len(segment)*100], fields, environment()); res != render.Whole {
			t.Errorf("%s: a hundred thousand segments gave result %d", name, res)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	env := environment()
	fields := testFields()
	tmpl := join(literal("<a>"), program(snapshot.EscapeHTML, hostile), program(snapshot.EscapeURL, double), field(snapshot.FormHTML, 0),
		condition(5, literal("x"), program(snapshot.EscapeURL, hostile)), condition(3, literal("y")), program(snapshot.EscapeHTML, missing))
	buffer := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { render.Append(buffer, tmpl, fields, env) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPrograms(t *testing.T) {
	table := []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0}
	p := render.Programs{Table: table, Code: []byte("abc")}
	tests := []struct {
		i    uint32
		code string
		ok   bool
	}{
		{0, "bc", true}, {1, "", true}, {2, "", false}, {3, "", false}, {4, "", false}, {0x20000000, "", false}, {0xffffffff, "", false},
	}
	for _, tt := range tests {
		if code, ok := p.At(tt.i); string(code) != tt.code || ok != tt.ok {
			t.Errorf("program %d: got %q %v, want %q %v", tt.i, code, ok, tt.code, tt.ok)
		}
	}
	if code, _ := p.At(0); cap(code) != len(code) {
		t.Error("a program reaches into the next")
	}
}

// FuzzAppend takes any bytes as templates: it must end, stay within the bound
// and leave what was there.
func FuzzAppend(f *testing.F) {
	all := join(literal("a"), program(snapshot.EscapeHTML, hostile), field(snapshot.FormHTML, 0), condition(0, literal("b"), field(snapshot.FormRaw, 0)))
	f.Add(all, literal("x"), []byte{0, 0, 0, 0, 3, 0, 0, 0}, []byte{snapshot.OpLoad, 0, 0})
	f.Add(condition(0, condition(0)), program(snapshot.EscapeURL, 0), []byte{0, 0, 0, 0, 9, 0, 0, 0}, []byte{snapshot.OpString, 2, 0, '<', '/'})
	f.Add(join(field(snapshot.FormClick, 0), field(1, snapshot.PropositionSeen), condition(snapshot.PropositionID, literal("a"))), literal("/"), []byte{}, []byte{})
	f.Add(join(field(2, 0), field(3, 0), program(3, 0), program(4, 0)), literal("<"), []byte{0, 0, 0, 0, 3, 0, 0, 0}, []byte{snapshot.OpLoad, 0, 0})
	f.Add(field(1, 0), join(literal(""), program(0, 1)), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []byte{})
	f.Fuzz(func(t *testing.T, tmpl, value, table, code []byte) {
		env := environment()
		env.Machine.Reset(1 << 16)
		env.Programs = render.Programs{Table: table, Code: code}
		fields := []render.Field{{Raw: value, HTML: value}, {}}
		const before = "before"
		for _, with := range []render.Links{nil, links{}} {
			env.Links = with
			got, res := render.Append([]byte(before), tmpl, fields, env)
			switch {
			case !bytes.HasPrefix(got, []byte(before)):
				t.Errorf("what was there is now %q", got)
			case res == render.Refused && len(got) > len(before):
				t.Errorf("refused, and yet wrote %q", got)
			case len(got)-len(before) > render.MaxOutput:
				t.Errorf("wrote %d bytes", len(got)-len(before))
			}
		}
	})
}

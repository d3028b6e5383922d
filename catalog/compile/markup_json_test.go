package compile

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// jsonFiller renders JSON templates as SNAPSHOT.md says, with values of its own.
type jsonFiller struct {
	fields []markupField
	absent []bool
	text   string  // of fields and expressions that are text
	number float64 // and of others
}

func (f *jsonFiller) fill(t []byte) string {
	var b strings.Builder
	for len(t) > 0 {
		switch t[0] {
		case snapshot.SegLiteral:
			n := 5 + binary.LittleEndian.Uint32(t[1:])
			b.Write(t[5:n])
			t = t[n:]
		case snapshot.SegExpr:
			b.WriteString(f.value(f.text, t[1] == snapshot.EscapeValue))
			t = t[6:]
		case snapshot.SegField:
			b.WriteString(f.field(int(binary.LittleEndian.Uint16(t[2:])), t[1] == snapshot.FormValue))
			t = t[4:]
		case snapshot.SegIf:
			n := 7 + binary.LittleEndian.Uint32(t[3:])
			if !f.absent[binary.LittleEndian.Uint16(t[1:])] {
				b.WriteString(f.fill(t[7:n]))
			}
			t = t[n:]
		}
	}
	return b.String()
}

func (f *jsonFiller) field(i int, whole bool) string {
	switch {
	case f.absent[i] && whole:
		return "null"
	case f.absent[i]:
		return ""
	case f.fields[i].typ == catalog.FieldNumber:
		return f.value(f.number, whole)
	case f.fields[i].typ == catalog.FieldBool:
		return f.value(true, whole)
	}
	return f.value(f.text, whole)
}

func (f *jsonFiller) value(v any, whole bool) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if _, text := v.(string); text && !whole {
		b = b[1 : len(b)-1]
	}
	return string(b)
}

var jsonFields = []markupField{
	{name: "a", typ: catalog.FieldText, index: 0}, {name: "n", typ: catalog.FieldNumber, index: 1},
	{name: "s", typ: catalog.FieldBool, index: 2}, {name: "h", typ: catalog.FieldHTML, index: 3},
}

// jsonPieces are what sources are made of and damaged with.
var jsonPieces = []string{
	"{", "}", "[", "]", ",", ":", `"`, `"k"`, `"k":`, "1", "-", ".5", "e", "true", "null", `\`, `\u00`, `\n`, " ", "x", "é",
	"{{ a }}", "{{ n }}", "{{ s }}", "{{ h }}", "{{ target.name }}", "{{? a }}", "{{? n }}", "{{? s }}", "{{/}}",
}

// drawJSON draws the pieces of a value, most often a good one.
func drawJSON(t *rapid.T, depth int) []string {
	hole := func() string { return rapid.SampledFrom(jsonPieces[21:26]).Draw(t, "hole") }
	condition := func() string { return rapid.SampledFrom(jsonPieces[26:29]).Draw(t, "condition") }
	switch rapid.IntRange(0, 6-depth).Draw(t, "form") {
	case 0:
		return []string{hole()}
	case 1:
		return []string{`"`, hole(), condition(), "x", hole(), "{{/}}", `\n`, `"`}
	case 2:
		return []string{rapid.SampledFrom([]string{"1", "true", "null", `"k"`}).Draw(t, "constant")}
	case 3:
		return slices.Concat([]string{condition()}, drawJSON(t, depth+1), []string{"{{/}}"})
	case 4:
		out := []string{"[", "1"}
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			out = slices.Concat(out, []string{condition(), ","}, drawJSON(t, depth+1), []string{"{{/}}"})
		}
		return append(out, "]")
	}
	out := []string{"{"}
	for range rapid.IntRange(0, 2).Draw(t, "members") {
		out = slices.Concat(out, []string{condition(), `"k":`}, drawJSON(t, depth+1), []string{",", "{{/}}"})
	}
	return slices.Concat(out, []string{`"k":`}, drawJSON(t, depth+1), []string{"}"})
}

// TestJSONRenderingsMakeJSON damages sources: one that is accepted makes one
// JSON value whatever is there and whatever it is.
func TestJSONRenderingsMakeJSON(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		pieces := drawJSON(t, 0)
		for range rapid.IntRange(0, 2).Draw(t, "damages") {
			at := rapid.IntRange(0, len(pieces)).Draw(t, "at")
			if at < len(pieces) && rapid.Bool().Draw(t, "remove") {
				pieces = slices.Delete(pieces, at, at+1)
			} else {
				pieces = slices.Insert(pieces, at, rapid.SampledFrom(jsonPieces).Draw(t, "piece"))
			}
		}
		source := strings.Join(pieces, "")
		lab := newMarkupLab("")
		template := markupJSON(markupSource(source), slices.Clone(jsonFields), nil, lab.expr, lab.report)
		if template == nil {
			if !lab.diagnostics.HasErrors() {
				t.Fatalf("%q is refused without a word", source)
			}
			refused++
			return
		}
		accepted++
		for absent := range 1 << len(jsonFields) {
			f := jsonFiller{fields: jsonFields, number: -12.5, text: rapid.SampledFrom([]string{"", `"`, `\`, "a\nb", "</script>", "é", `\u12`}).Draw(t, "text")}
			for i := range jsonFields {
				f.absent = append(f.absent, absent>>i&1 == 1)
			}
			if got := f.fill(template); !json.Valid([]byte(got)) {
				t.Fatalf("%q gives %q", source, got)
			}
		}
	})
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
}

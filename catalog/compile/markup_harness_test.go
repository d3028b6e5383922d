package compile

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/expr"
	"github.com/profferhq/proffer/plugin/render"
)

// markupNames are the attributes that test sources may use, with their types.
var markupNames = []struct {
	name string
	typ  catalog.FieldType
}{
	{"target.country", catalog.FieldText},
	{"target.name", catalog.FieldText},
	{"target.visits", catalog.FieldNumber},
	{"target.vip", catalog.FieldBool},
	{"target.missing", catalog.FieldText},
}

// markupLab compiles and renders sources. Instead of CEL it knows the names
// above and string constants, as real programs.
type markupLab struct {
	programs    render.Programs
	compiled    []catalog.Text
	diagnostics catalog.Diagnostics
	target      []expr.Value
	links       render.Links
}

func newMarkupLab(text string) *markupLab {
	return &markupLab{target: []expr.Value{
		expr.FromString([]byte(text)), expr.FromString([]byte(text)),
		expr.FromInt(3), expr.FromBool(true), {},
	}}
}

func (l *markupLab) report(d catalog.Diagnostic) { l.diagnostics = append(l.diagnostics, d) }

// expr is the markupExpr of the lab.
func (l *markupLab) expr(src catalog.Text, want catalog.FieldType) (uint32, bool) {
	l.compiled = append(l.compiled, src)
	for i, n := range markupNames {
		if n.name != src.S {
			continue
		}
		if (want == catalog.FieldNumber || want == catalog.FieldBool) && want != n.typ {
			l.report(catalog.Diagnostic{Pos: src.Pos, Code: "expr-type", Message: "wants a " + want.String(), Hint: "-"})
			return 0, false
		}
		return l.add(binary.LittleEndian.AppendUint16([]byte{snapshot.OpLoad}, snapshot.Ref(snapshot.RootTarget, i))), true
	}
	s, err := strconv.Unquote(src.S)
	if err != nil {
		l.report(catalog.Diagnostic{Pos: src.Pos, Code: "expr-syntax", Message: "cannot compile " + src.S, Hint: "-"})
		return 0, false
	}
	code := binary.LittleEndian.AppendUint16([]byte{snapshot.OpString}, uint16(len(s)))
	return l.add(append(code, s...)), true
}

func (l *markupLab) add(code []byte) uint32 {
	id := len(l.programs.Table) / 8
	l.programs.Table = binary.LittleEndian.AppendUint32(l.programs.Table, uint32(len(l.programs.Code)))
	l.programs.Table = binary.LittleEndian.AppendUint32(l.programs.Table, uint32(len(code)))
	l.programs.Code = append(l.programs.Code, code...)
	return uint32(id)
}

func (l *markupLab) value(f markupField, src string) (raw, html []byte) {
	return markupValue(markupSource(src), f, l.expr, l.report)
}

func (l *markupLab) rendering(src string, fields []markupField) []byte {
	return markupRendering(markupSource(src), fields, nil, l.expr, l.report)
}

// markupScope is one scope for every program.
type markupScope struct{ scope expr.Scope }

func (s *markupScope) Scope(uint32) *expr.Scope { return &s.scope }

// append writes a template as a request would.
func (l *markupLab) append(tmpl []byte, fields []render.Field) (string, render.Result) {
	var machine expr.Machine
	machine.Reset(1 << 20)
	env := render.Env{Programs: l.programs, Machine: &machine, Scope: &markupScope{expr.Scope{Target: l.target}}, Links: l.links}
	out, result := render.Append(nil, tmpl, fields, &env)
	return string(out), result
}

// show compiles and renders, and fails the test where either does.
func (l *markupLab) show(t *testing.T, src string, fields []markupField, values map[string]string) string {
	t.Helper()
	tmpl := l.rendering(src, fields)
	content := make([]render.Field, len(fields))
	for i, f := range fields {
		if v, ok := values[f.name]; ok {
			content[i].Raw, content[i].HTML = l.value(f, v)
		}
	}
	if l.diagnostics.HasErrors() {
		t.Fatalf("%s\n%s", src, markupLines(l.diagnostics))
	}
	out, result := l.append(tmpl, content)
	if result != render.Whole {
		t.Fatalf("%s: result %d", src, result)
	}
	return out
}

// markupSource is source as the reader of YAML hands it over: from a block if
// it has lines, else from a flow scalar.
func markupSource(s string) catalog.Text {
	t := catalog.Text{Pos: catalog.Pos{File: "c.yaml", Line: 10, Column: 5}, S: s}
	if strings.Contains(s, "\n") {
		for i := range strings.Count(s, "\n") + 1 {
			t.Lines = append(t.Lines, catalog.Pos{File: "c.yaml", Line: 11 + i, Column: 7})
		}
		t.Pos = t.Lines[0]
	}
	return t
}

// markupLabFields are the fields of the space that test sources use.
func markupLabFields() []markupField {
	fields := []markupField{
		{name: "title", typ: catalog.FieldText, required: true},
		{name: "teaser", typ: catalog.FieldText},
		{name: "url", typ: catalog.FieldURL, required: true},
		{name: "image", typ: catalog.FieldImage},
		{name: "body", typ: catalog.FieldHTML},
		{name: "price", typ: catalog.FieldNumber},
		{name: "sale", typ: catalog.FieldBool},
	}
	for i := range fields {
		fields[i].index = uint16(i)
	}
	return fields
}

func markupLines(list catalog.Diagnostics) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n    %s\n", d.Pos, d.Severity, d.Message, d.Code, d.Hint)
	}
	return b.String()
}

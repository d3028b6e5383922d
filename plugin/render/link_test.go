package render_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/render"
)

// links writes the number of a field, and puts clicks into brackets. Addresses
// of more than 20 bytes have no click.
type links struct{}

func (links) Append(dst []byte, field uint16) []byte {
	return strconv.AppendInt(append(dst, 'p'), int64(field-snapshot.PropositionFields), 10)
}

func (links) Click(dst []byte, from int) []byte {
	if len(dst)-from > 20 {
		return dst
	}
	return append(append(dst, dst[from:]...), ")"...)
}

func TestAppendLinks(t *testing.T) {
	raw, escaped, click := snapshot.FormRaw, snapshot.FormHTML, snapshot.FormClick
	id, reject := snapshot.PropositionID, snapshot.PropositionReject
	fields := []render.Field{
		{Raw: literal("/a&b"), HTML: literal("/a&amp;b")},
		{},
		{Raw: []byte{}, HTML: []byte{}},
		{Raw: literal("/a?" + strings.Repeat("&", 18)), HTML: literal("/a?" + strings.Repeat("&amp;", 18))},
		{Raw: join(literal("/"), program(snapshot.EscapeURL, double)), HTML: join(literal("/"), program(snapshot.EscapeURL, double))},
		{Raw: program(snapshot.EscapeURL, nothing), HTML: program(snapshot.EscapeURL, nothing)},
		{Raw: join(literal("/"), program(snapshot.EscapeURL, missing)), HTML: join(literal("/"), program(snapshot.EscapeURL, missing))},
	}
	tests := []struct {
		name          string
		tmpl          []byte
		with, without string
		res           render.Result
	}{
		{"own fields", join(field(raw, id), field(escaped, reject)), "p0p3", "", render.Whole},
		{"part", join(literal("a"), condition(id, literal("b"), field(escaped, id)), literal("c")), "abp0c", "ac", render.Whole},
		{"parts in parts", condition(reject, condition(0, literal("a")), condition(1, literal("b"))), "a", "", render.Whole},
		{"click", join(literal("<"), field(click, 0), literal(">")), "</a&amp;b/a&amp;b)>", "</a&amp;b>", render.Whole},
		{"click of an absent field", field(click, 1), "", "", render.Whole},
		{"click of an empty field", field(click, 2), "", "", render.Whole},
		{"click that is too long", field(click, 3), "/a?" + strings.Repeat("&amp;", 18), "/a?" + strings.Repeat("&amp;", 18), render.Whole},
		{"click of an expression", field(click, 4), "/1e%2B21/1e%2B21)", "/1e%2B21", render.Whole},
		{"click of nothing", field(click, 5), "", "", render.Whole},
		{"click that fails", field(click, 6), "//)", "/", render.Partial},
		{"click and field", join(field(click, 0), field(escaped, 0), field(click, 4)), "/a&amp;b/a&amp;b)/a&amp;b/1e%2B21/1e%2B21)", "/a&amp;b/a&amp;b/1e%2B21", render.Whole},

		{"own fields in JSON", join(field(snapshot.FormJSON, id), field(snapshot.FormValue, reject)), `p0"p3"`, "null", render.Whole},

		{"unknown own field", field(raw, reject+1), "", "", render.Refused},
		{"own field as a click", field(click, id), "", "", render.Refused},
		{"own field in an unknown form", field(snapshot.FormClick+1, id), "", "", render.Refused},
		{"cut own field", field(raw, id)[:3], "", "", render.Refused},
		{"unknown field as a click", field(click, 99), "", "", render.Refused},
		{"part of an unknown own field", condition(reject+1, literal("x")), "", "", render.Refused},
		{"cut part of an own field", condition(id, literal("abc"))[:10], "", "", render.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := environment()
			if got, res := render.Append([]byte("a"), tt.tmpl, fields, env); string(got) != "a"+tt.without || res != tt.res {
				t.Errorf("without a proposition: got %q %d, want %q %d", got, res, tt.without, tt.res)
			}
			env.Links = links{}
			if got, res := render.Append([]byte("a"), tt.tmpl, fields, env); string(got) != "a"+tt.with || res != tt.res {
				t.Errorf("got %q %d, want %q %d", got, res, tt.with, tt.res)
			}
		})
	}
}

// TestAppendLinksAreBounded: what links add counts.
func TestAppendLinksAreBounded(t *testing.T) {
	env := environment()
	env.Links = links{}
	full := strings.Repeat("x", render.MaxOutput-2)
	fields := []render.Field{{Raw: literal("/"), HTML: literal("/")}}
	for name, tmpl := range map[string][]byte{
		"own":   field(snapshot.FormHTML, snapshot.PropositionID),
		"click": field(snapshot.FormClick, 0),
	} {
		if _, res := render.Append(nil, join(literal(full[1:]), tmpl), fields, env); res != render.Whole {
			t.Errorf("%s that fits: result %d", name, res)
		}
		if got, res := render.Append(nil, join(literal(full+"x"), tmpl), fields, env); res != render.Refused || len(got) > 0 {
			t.Errorf("%s that does not: result %d", name, res)
		}
	}
}

func TestAppendLinksDoesNotAllocate(t *testing.T) {
	env := environment()
	env.Links = links{}
	fields := []render.Field{{Raw: literal("/a&b"), HTML: literal("/a&amp;b")}}
	tmpl := join(field(snapshot.FormClick, 0), condition(snapshot.PropositionID, field(snapshot.FormHTML, snapshot.PropositionSeen)))
	buffer := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { render.Append(buffer, tmpl, fields, env) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

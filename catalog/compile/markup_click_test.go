package compile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// markupTickets makes the addresses of a proposition as a module does.
type markupTickets struct{}

const (
	markupClickURL = "/.proffer/click?t="
	markupID       = "00112233445566ff"
)

func (markupTickets) Append(dst []byte, field uint16) []byte {
	if field == snapshot.PropositionID {
		return append(dst, markupID...)
	}
	a := visitor.Action(field - snapshot.PropositionID)
	return visitor.AppendTicket(append(dst, "/.proffer/event?"+a.String()+"="...), seal.TestKeyring(), a, &visitor.Ticket{})
}

func (markupTickets) Click(dst []byte, from int) []byte {
	t := &visitor.Ticket{Destination: slices.Clone(dst[from:])}
	return visitor.AppendTicket(append(dst[:from], markupClickURL...), seal.TestKeyring(), visitor.Click, t)
}

// markupTracked are the fields of the lab in a space that counts clicks.
func markupTracked() []markupField {
	fields := markupLabFields()
	for i := range fields {
		fields[i].click = fields[i].typ == catalog.FieldURL
	}
	return fields
}

// TestMarkupClicks puts a url field and an image field wherever an address can
// stand.
func TestMarkupClicks(t *testing.T) {
	const plain = "/x/v?q=v"
	tests := []struct {
		src   string
		click bool
	}{
		{`<a href="{{ url }}">x</a>`, true},
		{`<a class="c" href='{{ url }}' target="_blank">x</a>`, true},
		{`<map name="m"><area href="{{ url }}" alt=""></map>`, true},
		{`<a data-href="{{ url }}">x</a>`, false},
		{`<a title="{{ url }}">x</a>`, false},
		{`<a ping="{{ url }}">x</a>`, false},
		{`<a>{{ url }}</a>`, false},
		{`<img src="{{ url }}" alt="">`, false},
		{`<form action="{{ url }}"></form>`, false},
		{`<form><button formaction="{{ url }}">x</button></form>`, false},
		{`<blockquote cite="{{ url }}">x</blockquote>`, false},
		{`<my-card href="{{ url }}">x</my-card>`, false},
		{`<svg><use href="{{ url }}"></use></svg>`, false},
		{`<video src="{{ url }}" poster="{{ url }}"></video>`, false},
	}
	for _, tt := range tests {
		for _, tracks := range []bool{true, false} {
			l, fields := newMarkupLab("v"), markupLabFields()
			if tracks {
				fields = markupTracked()
			}
			l.links = markupTickets{}
			page := l.show(t, tt.src, fields, map[string]string{"url": "/x/{{ target.name }}?q={{ target.name }}"})
			if got, want := strings.Contains(page, markupClickURL), tt.click && tracks; got != want || got == strings.Contains(page, plain) {
				t.Errorf("%s, tracked %v: %s", tt.src, tracks, page)
			}
		}
	}
	l := newMarkupLab("v")
	l.links = markupTickets{}
	if page := l.show(t, `<a href="{{ image }}">x</a>`, markupTracked(), map[string]string{"image": plain}); strings.Contains(page, markupClickURL) {
		t.Errorf("an image's address counts clicks: %s", page)
	}
}

// markupOwnEverywhere has what a rendering says of its proposition wherever it
// may stand.
const markupOwnEverywhere = `<i title="{{ proposition.id }}" data-p='{{ proposition.seen_url }}' id="p-{{ proposition.id }}" class="a{{? proposition.id }} b{{/}}">{{ proposition.id }} {{ proposition.reject_url }}</i>
{{? proposition.accept_url }}<form action="{{ proposition.accept_url }}"><button formaction='{{ proposition.reject_url }}' data-url="{{ proposition.seen_url }}">x</button></form>{{/}}
<a href="/q?p={{ proposition.id }}&amp;n={{ target.name }}">x</a><my-card link="{{ proposition.seen_url }}">x</my-card>`

// TestMarkupHostileLinks renders every payload as a visitor's attribute beside and
// within the addresses of a proposition. The tree of the page is that of harmless
// data, and behind each ticket is the address that a plain link has.
func TestMarkupHostileLinks(t *testing.T) {
	const src = markupEverywhere + markupOwnEverywhere
	show := func(value string, fields []markupField) string {
		l := newMarkupLab(value)
		l.links = markupTickets{}
		return l.show(t, src, fields, markupContent)
	}
	want, danger := markupShape(t, show("x", markupTracked()))
	if len(danger) > 0 {
		t.Fatalf("without an attack: %q", danger)
	}
	for _, p := range append(markupPayloads(), "", "/", "//", "&", "&amp", "\\", "%", "\xff\xfe", strings.Repeat("<", 100)) {
		page := show(p, markupTracked())
		got, danger := markupShape(t, page)
		if len(danger) > 0 || p != "" && !slices.Equal(got, want) {
			t.Errorf("%q changes the tree: %q\n%s", p, danger, page)
		}
		links, plain := markupLinks(t, page), markupLinks(t, show(p, markupLabFields()))
		if !slices.Equal(links, plain) {
			t.Errorf("%q: links lead to\n%q, want\n%q", p, links, plain)
		}
	}
}

// markupLinks are the places that the links of a page lead to in the end.
func markupLinks(t *testing.T, page string) (out []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if n.Data != "a" || a.Key != "href" {
				continue
			}
			url := a.Val
			if ticket, ok := strings.CutPrefix(url, markupClickURL); ok {
				opened, ok := visitor.OpenTicket(make([]byte, 0, seal.OpenSize), seal.TestKeyring(), visitor.Click, []byte(ticket))
				if !ok {
					t.Errorf("a ticket does not verify: %s", ticket)
				}
				url = string(opened.Destination)
			}
			out = append(out, url)
		}
	}
	return out
}

// TestMarkupWithoutProposition leaves out what a rendering says of one.
func TestMarkupWithoutProposition(t *testing.T) {
	l := newMarkupLab("v")
	page := l.show(t, markupOwnEverywhere+`<a href="{{ url }}">y</a>`, markupTracked(), map[string]string{"url": "/y?a=1&b=2"})
	want := `<i title="" data-p='' id="p-" class="a"> </i>` + "\n\n" +
		`<a href="/q?p=&amp;n=v">x</a><my-card link="">x</my-card><a href="/y?a=1&amp;b=2">y</a>`
	if page != want {
		t.Errorf("got  %s\nwant %s", page, want)
	}
}

// TestMarkupGuards: a part for one of a proposition's fields has the others.
func TestMarkupGuards(t *testing.T) {
	for i, name := range snapshot.PropositionNames {
		l := newMarkupLab("v")
		src := fmt.Sprintf(`{{? %s }}<form action="{{ proposition.accept_url }}"></form>{{/}}`, name)
		if l.rendering(src, markupLabFields()) == nil || len(l.diagnostics) > 0 {
			t.Errorf("field %d: %s", i, markupLines(l.diagnostics))
		}
	}
	l := newMarkupLab("v")
	l.rendering(`{{? teaser }}<form action="{{ proposition.accept_url }}"></form>{{/}}`, markupLabFields())
	if len(l.diagnostics) != 1 || l.diagnostics[0].Code != "unguarded-url" {
		t.Errorf("a part for another field: %s", markupLines(l.diagnostics))
	}
}

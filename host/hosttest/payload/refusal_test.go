package payload_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/hosttest/payload"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
)

var update = flag.Bool("update", false, "rewrite testdata/refusals.golden; read the diff")

// source is a catalog with a text in the places that are kept, and where each
// stands: its line, counted from 1.
func source(text string, keep func(place string) bool) (yaml string, lines map[int]string) {
	lines = map[int]string{}
	list := []string{"catalog: c", "consent: assumed", "default_weight: 1", "language: en", "environments:", "  visitors:", "    kind: anonymous", "    spaces:"}
	for _, place := range payload.Places {
		if !keep(place) {
			continue
		}
		render, field := payload.Shown[place], place
		if place == "render" {
			render, field = payload.Rendered(text), "text"
			lines[len(list)+1] = place
		}
		list = append(list, fmt.Sprintf("      %s: {channel: web, store: false, fields: {f: {type: %s, required: true}}, render: {html: %s}}", place, field, payload.Quote(render)))
	}
	list = append(list, "    categories:", "      all:", "        offers:")
	for _, place := range payload.Places {
		if !keep(place) {
			continue
		}
		value := payload.Quote(text)
		if place == "render" {
			value = "x"
		} else {
			lines[len(list)+1] = place
		}
		list = append(list, fmt.Sprintf("          %s: {content: {%[1]s: {f: %[2]s}}, translations: {fr: {%[1]s: {f: %[2]s}}}}", place, value))
	}
	return strings.Join(list, "\n") + "\n", lines
}

// compiled is a catalog's snapshot, and the codes of the errors by place. A
// problem of the file as a whole, as bytes that are no text are, is one of every
// place.
func compiled(t testing.TB, text string, keep func(string) bool) (snapshot []byte, codes map[string][]string) {
	t.Helper()
	yaml, lines := source(text, keep)
	c, diags := author.Parse([]catalog.File{{Name: "c.yaml", Text: []byte(yaml)}})
	if !diags.HasErrors() {
		var more catalog.Diagnostics
		snapshot, more = compile.Compile(c)
		diags = append(diags, more...)
	}
	codes = map[string][]string{}
	for _, d := range diags {
		if d.Severity != catalog.Error {
			continue
		}
		at := []string{lines[d.Pos.Line]}
		if at[0] == "" || d.Code == "not-text" {
			at = payload.Places
		}
		for _, place := range at {
			if !slices.Contains(codes[place], d.Code) {
				codes[place] = append(codes[place], d.Code)
			}
		}
	}
	return snapshot, codes
}

// pages are what a catalog's offers become, by place, in English and French.
func pages(t testing.TB, snapshot []byte, keep func(string) bool) map[string][2]string {
	t.Helper()
	g := guest.New()
	if status, text := g.Load(snapshot); status != abi.StatusOK {
		t.Fatal(text)
	}
	out := map[string][2]string{}
	for i, language := range []string{"en", "fr"} {
		d, err := document.Parse([]byte(`{"time":"2026-07-10T12:00:00Z","seed":1,"attributes":{"language":"` + language + `"},"slots":[{"space":"text"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		d.Slots = nil
		for _, place := range payload.Places {
			if keep(place) {
				d.Slots = append(d.Slots, abi.Slot{Space: []byte(place), N: 1})
			}
		}
		_, a, err := d.Decide(seal.TestKeyring(), func(r *abi.Request) ([]byte, error) {
			r.Snapshot = g.View().Hash()
			return g.Handle(nil, abi.AppendRequest(nil, r)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Slots {
			p := out[string(s.Space)]
			p[i] = string(s.HTML)
			out[string(s.Space)] = p
		}
	}
	return out
}

// TestWhatAuthorsWrite writes every payload into a field of each type, in the
// catalog's language and in a translation, and into a rendering. What is refused
// is refused for the reason that the golden file has; what is not is harmless.
func TestWhatAuthorsWrite(t *testing.T) {
	var golden strings.Builder
	counts := map[string]int{}
	for _, p := range payload.All() {
		_, codes := compiled(t, p.Text, func(string) bool { return true })
		fmt.Fprintf(&golden, "%s %q", p.Class, p.Text)
		for _, place := range payload.Places {
			outcome := strings.Join(codes[place], ",")
			if outcome == "" {
				outcome = "taken"
				counts[place]++
			}
			fmt.Fprintf(&golden, " %s:%s", place, outcome)
		}
		golden.WriteByte('\n')
		keep := func(place string) bool { return codes[place] == nil }
		if len(codes) == len(payload.Places) {
			continue
		}
		snapshot, more := compiled(t, p.Text, keep)
		if len(more) > 0 {
			t.Fatalf("%q: what was not refused is refused then: %v", p.Text, more)
		}
		for place, html := range pages(t, snapshot, keep) {
			inert(t, p.Text, place, html)
		}
	}
	t.Logf("taken of %d: %v", len(payload.All()), counts)
	compareGolden(t, golden.String())
}

// inert holds that what was taken is harmless. A style that an author writes is:
// it runs nothing, and takes no placeholder.
func inert(t *testing.T, text, place string, html [2]string) {
	t.Helper()
	if html[0] == "" || html[0] != html[1] {
		t.Errorf("%q as %s is %q, and %q in French", text, place, html[0], html[1])
	}
	n := parse(t, html[0])
	d := slices.DeleteFunc(payload.Dangers(n), func(d string) bool { return strings.HasPrefix(d, "<div style=") && place != "text" })
	if len(d) > 0 {
		t.Errorf("%q is taken as %s and gives %q", text, place, d)
	}
	if place == "html" || place == "render" {
		return
	}
	want := payload.Shape(parse(t, strings.ReplaceAll(payload.Shown[place], "{{ f }}", "1")))
	if got := payload.Shape(n); !slices.Equal(got, want) {
		t.Errorf("%q is taken as %s and changes the page: %s", text, place, html[0])
	}
}

func compareGolden(t *testing.T, got string) {
	t.Helper()
	name := filepath.Join("testdata", "refusals.golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d is %s, %s has %s; go test ./host/hosttest/payload -update", i+1, a[i], name, b[i])
		}
	}
	t.Fatalf("%d lines, %s has %d", len(a), name, len(b))
}

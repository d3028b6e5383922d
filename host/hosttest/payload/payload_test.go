package payload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/payload"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/inject"
	"github.com/profferhq/proffer/plugin/seal"
)

// ways are all ways by which a stranger's text comes into an offer: those for
// which visitors' offers are asked in English, and people's in French.
var ways = map[string][]payload.Way{
	"visitors": {
		{Space: "target", Expression: "target.name"},
		{Space: "query", Expression: "request.query.q"},
		{Space: "path", Expression: "request.path"},
		{Space: "language", Expression: "interaction.language"},
		{Space: "joined", Expression: `"a" + target.name + request.query.q`},
	},
	"people": {
		{Space: "person", Expression: "target.name"},
		{Space: "call", Expression: "interaction.word"},
		{Space: "slot", Expression: "interaction.place"},
		{Space: "header", Expression: `request.header["x-q"]`},
		{Space: "host", Expression: "request.host"},
		{Space: "country", Expression: "request.country"},
	},
}

// load is a guest that has a catalog.
func load(t testing.TB, text string) *guest.Guest {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	g := guest.New()
	if status, text := g.Configure(hosttest.Settings()); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Load(b); status != abi.StatusOK {
		t.Fatal(text)
	}
	return g
}

// places are pages' markers of slots; %s is the space.
var places = []string{
	`<div data-offer-space="%s">own</div>`,
	`<section class="s" id='i_%s'><p>own</p></section>`,
	"<div>before<!-- offer:%s --><b>own</b><!-- /offer -->after</div>",
	`<table><tr><td data-offer-space=%s>own</td></tr></table>`,
	`<ul><li><!-- offer:%s -->own<!-- /offer --></li></ul>`,
}

// whole is a page with the offers of an answer.
func whole(t testing.TB, ways []payload.Way, slots []abi.SlotAnswer) string {
	t.Helper()
	var page strings.Builder
	var fills []inject.Fill
	for i, w := range ways {
		if slots[i].Offer == nil {
			t.Fatalf("no offer for %s", w.Space)
		}
		slot, _ := inject.ParseSlot([]byte(w.Space))
		fills = append(fills, inject.Fill{Slot: slot, HTML: slots[i].HTML})
		fmt.Fprintf(&page, places[i%len(places)], w.Space)
	}
	var in inject.Injector
	in.Reset(fills)
	out := in.Close(in.Write(nil, []byte(page.String())))
	for i, w := range ways {
		if !in.Filled(i) {
			t.Fatalf("%s is not in the page", w.Space)
		}
	}
	return string(out)
}

// decide gives the page of a request that brings a text in every way.
func decide(t testing.TB, g *guest.Guest, environment, text string) string {
	t.Helper()
	slots := []any{}
	for _, w := range ways[environment] {
		slots = append(slots, map[string]any{"space": w.Space, "environment": environment, "attributes": map[string]string{"place": text}})
	}
	known := map[string]string{"name": text}
	doc, err := json.Marshal(map[string]any{
		"time": "2026-07-10T12:00:00Z", "seed": 1, "slots": slots, "attributes": map[string]string{"word": text},
		"visitor": map[string]any{"id": strings.Repeat("ab", 16), "attributes": known},
		"people":  map[string]any{"k": map[string]any{"attributes": known}}, "target": "k",
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	_, a, err := d.Decide(seal.TestKeyring(), func(r *abi.Request) ([]byte, error) {
		r.Query, r.Path, r.Host = []byte("q="+url.QueryEscape(text)), []byte("/"+text), []byte(text)
		r.Headers = []abi.Header{{Name: []byte("x-q"), Value: []byte(text)}, {Name: []byte("x-country"), Value: []byte(text)}}
		r.Language = []byte(text)
		if environment == "people" { // in French
			r.Language = nil
			r.Headers = append(r.Headers, abi.Header{Name: []byte("accept-language"), Value: []byte("fr, " + text)})
		}
		r.Snapshot = g.View().Hash()
		return g.Handle(nil, abi.AppendRequest(nil, r)), nil
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return whole(t, ways[environment], a.Slots)
}

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	n, err := payload.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPayloads(t *testing.T) {
	classes := map[string]int{}
	all := payload.All()
	for _, p := range all {
		classes[p.Class]++
	}
	if len(all) < 600 || len(classes) < 20 {
		t.Errorf("%d payloads of %d classes, want 600 of 20", len(all), len(classes))
	}
	t.Logf("%d payloads: %v", len(all), classes)
}

// TestTextsAreInert brings every payload in every way into every place of an
// offer, of visitors and of people, in both languages: the page's elements and
// their attributes are those of a harmless text, nothing in it runs or leads
// elsewhere, and the text is there as it was sent.
func TestTextsAreInert(t *testing.T) {
	g := load(t, payload.Catalog(slices.Concat(ways["visitors"], ways["people"]), "{name: string}", "{word: string, place: string}"))
	for _, environment := range []string{"visitors", "people"} {
		t.Run(environment, func(t *testing.T) {
			harmless := parse(t, decide(t, g, environment, "x"))
			want := payload.Shape(harmless)
			if d := payload.Dangers(harmless); len(want) < 150 || !onlySlots(d, environment) {
				t.Fatalf("a harmless page has %d elements and %q", len(want), d)
			}
			for _, p := range payload.All() {
				page := decide(t, g, environment, p.Text)
				n := parse(t, page)
				if got := payload.Shape(n); !slices.Equal(got, want) {
					t.Errorf("%s %q changes the page: %s", p.Class, p.Text, page)
				}
				if d := payload.Dangers(n); !onlySlots(d, environment) {
					t.Errorf("%s %q gives %q", p.Class, p.Text, d)
				}
				if utf8.ValidString(p.Text) {
					readBack(t, n, p.Text)
				}
			}
		})
	}
}

// onlySlots reports whether there is nothing but the page's own markers.
func onlySlots(dangers []string, environment string) bool {
	markers := 0
	for i := range ways[environment] {
		if !strings.Contains(places[i%len(places)], "<!--") {
			markers++
		}
	}
	return len(dangers) == markers && !slices.ContainsFunc(dangers, func(d string) bool {
		return !strings.Contains(d, "data-offer-space=") && !strings.Contains(d, "id=i_")
	})
}

// readBack wants a text, as HTML reads it, in places that hold nothing else.
func readBack(t *testing.T, n *html.Node, text string) {
	t.Helper()
	inPage, inAttribute := 0, 0
	want := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	for d := range n.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if d.Data == "td" && d.FirstChild != nil && strings.ReplaceAll(d.FirstChild.Data, "\ufffd", "") == strings.ReplaceAll(want, "\ufffd", "") {
			inPage++
		}
		for _, a := range d.Attr {
			if d.Data == "input" && a.Key == "value" && strings.ReplaceAll(a.Val, "\ufffd", "") == strings.ReplaceAll(want, "\ufffd", "") {
				inAttribute++
			}
		}
	}
	if inPage < 3 || inAttribute < 3 {
		t.Errorf("%q is %d times in the text and %d times in attributes", text, inPage, inAttribute)
	}
}

// TestDangersAreFound holds the reader of pages itself to the payloads as they
// are: it sees what is wrong with most of those that are markup.
func TestDangersAreFound(t *testing.T) {
	seen, of := 0, 0
	for _, p := range payload.All() {
		if !strings.HasPrefix(p.Text, "<") || !slices.Contains([]string{"element", "handler", "frame", "document", "address in an element", "foreign content"}, p.Class) {
			continue
		}
		of++
		n := parse(t, p.Text)
		body := n
		if len(payload.Dangers(body)) > 0 || bytes.Contains([]byte(p.Text), []byte("<!")) {
			seen++
			continue
		}
		t.Logf("not seen: %q", p.Text)
	}
	if seen*10 < of*9 {
		t.Errorf("dangers are seen in %d of %d", seen, of)
	}
}

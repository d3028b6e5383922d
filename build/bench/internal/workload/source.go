package workload

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// Grammar switches parts of the authoring format on in a Source.
type Grammar struct {
	Rules     bool // five presentation rules
	Languages bool // content in a second language for every offer
}

// perFile is how many offers a file has: some 6 MB in two languages.
const perFile = 3000

// Source is the text of a catalog of n offers, as an author writes it: Catalog
// in YAML, with dates, labels, and more filters, of which some come often. The
// first file has everything but the offers.
func Source(n int, with Grammar) (files []catalog.File) {
	w := &writer{maker: maker{random: rand.New(rand.NewPCG(2, uint64(n)))}, with: with}
	w.head()
	files = append(files, w.file("catalog.yaml"))
	for i := 0; i < n; i += perFile {
		w.line("environments:\n  %s:\n    categories:", Folder)
		w.offers(i, min(i+perFile, n))
		files = append(files, w.file(fmt.Sprintf("offers-%d.yaml", i)))
	}
	return files
}

// file is what was written since the last one.
func (w *writer) file(name string) catalog.File {
	text := []byte(w.b.String())
	w.b.Reset()
	return catalog.File{Name: name, Text: text}
}

// offers writes categories with the offers from first to last.
func (w *writer) offers(first, n int) {
	for i := first; i < n; i += 4 * perCategory {
		w.line("      top%d:\n        themes: [theme%d]\n        multiplier: {value: %.1f, from: 2026-02-01, to: 2026-02-15T00:00}\n        categories:",
			i, i%7, 1+float64(w.random.IntN(10))/10)
		for j := i; j < min(i+4*perCategory, n); j += perCategory {
			w.line("          category%d:\n            from: 2026-01-01\n            offers:", j)
			for k := j; k < min(j+perCategory, n); k++ {
				w.offer(k)
			}
		}
	}
}

// writer writes a Source.
type writer struct {
	maker
	with Grammar
	b    strings.Builder
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *writer) head() {
	w.line("catalog: bench\nzone: Europe/Paris\nlanguage: en\nconsent: assumed\nsites: {%s: %s}", Host, Folder)
	if w.with.Rules {
		w.line("rules:")
		for i := range 5 {
			w.line("  rule%d: {applies_to: '\"theme%d\" in offer.themes', period: %dd, quantity: %d, counted: category, status: seen}", i, i, 3+i, 1+i)
		}
	}
	w.line("environments:\n  %s:\n    kind: anonymous", Folder)
	if w.with.Rules {
		w.line("    typology: [rule0, rule1, rule2, rule3, rule4]")
	}
	w.line("    target: {country: string, visits: {type: int, default: 0}, member: {type: bool, default: false}, newsletter: {type: bool, default: false}}")
	w.line("    pages: [{match: %s, slots: [%s]}]\n    spaces:", Path, strings.Join(Spaces[:], ", "))
	for _, name := range Spaces {
		w.line("      %s:\n        channel: web\n        fields: {title: {type: text, required: true}, text: text, image: image, url: {type: url, required: true}}\n        render: {html: '%s'}",
			name, rendering)
	}
}

func (w *writer) offer(i int) {
	w.line("              offer%d:\n                label: Offer %d\n                from: 2026-01-%02dT00:00\n                to: 2027-01-01T00:00",
		i, i, 1+w.random.IntN(28))
	w.line("                filter: '%s'", w.filter())
	w.line("                weights: [{value: %.1f}, {value: %.1f, from: 2026-06-01T00:00, to: 2026-07-01T00:00}]", w.weight(), w.weight())
	w.line("                content:")
	w.contents(i, "                  ")
	if w.with.Languages {
		w.line("                translations:\n                  fr:")
		w.contents(i, "                    ")
	}
}

// contents are those of an offer for two of the spaces, in one language.
func (w *writer) contents(i int, indent string) {
	for s, name := range Spaces {
		if s == i%len(Spaces) {
			continue
		}
		w.line("%s%s:", indent, name)
		for _, f := range w.content(i, name).Fields {
			w.line("%s  %s: %s", indent, f.Name.S, strconv.Quote(f.Value.S))
		}
	}
}

package matrix

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Place is where a test stands.
type Place struct {
	File   string // from examples
	Target string // of the Makefile, which runs it
}

// Lines between which the table stands in examples/README.md.
const (
	Begin = "<!-- matrix: written by go test ./examples/internal/matrix -update -->"
	End   = "<!-- /matrix -->"
)

// table makes the text of one.
type table struct {
	edges    []Edge
	measured Measured
	place    func(Test) (Place, error)
	text     strings.Builder
	errs     map[string]error // by their texts: each is told once
}

// Table is the table of edges, and the notes to it, as Markdown for a page in
// examples. place says where a test stands.
func Table(edges []Edge, measured Measured, place func(Test) (Place, error)) (string, error) {
	t := &table{edges: edges, measured: measured, place: place, errs: map[string]error{}}
	t.text.WriteString("| you run | variant | " + strings.Join(names[:], " | ") + " | MiB | ms | limit |\n")
	t.text.WriteString("|---|---|" + strings.Repeat(":-:|", len(names)) + "--:|--:|---|\n")
	for i := range edges {
		t.row(&edges[i])
	}
	t.text.WriteString("\n" + legend + "\n\n" + t.machines() + "\n\n## Notes\n")
	for i := range edges {
		t.note(&edges[i])
	}
	return t.text.String(), t.failed()
}

func (t *table) fail(err error) { t.errs[err.Error()] = err }

// failed is all that went wrong.
func (t *table) failed() error {
	var all []error
	for _, text := range slices.Sorted(maps.Keys(t.errs)) {
		all = append(all, t.errs[text])
	}
	return errors.Join(all...)
}

// row writes that of an edge.
func (t *table) row(e *Edge) {
	cells := []string{fmt.Sprintf("[%s](%s)", e.Title, e.Page), e.Variant}
	for _, c := range e.Works {
		cells = append(cells, t.cell(e, c))
	}
	cells = append(cells, t.memory(e), t.time(e), e.Limit)
	t.text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// cell is a mark that leads to the proof, or to the reason.
func (t *table) cell(e *Edge, c Cell) string {
	if len(c.Tests) == 0 {
		return none(e, c.Not)
	}
	first := c.Tests[0]
	return fmt.Sprintf("[✓](%s %q)", t.find(first).File, name(first))
}

// none is a mark that leads to an edge's note.
func none(e *Edge, why string) string {
	return fmt.Sprintf(`[–](#%s "%s")`, anchor(e.Title), why)
}

// anchor is that of a heading, as GitHub makes it.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// name is a test's, as go test has it.
func name(t Test) string {
	_, name, _ := strings.Cut(string(t), ":")
	return name
}

func (t *table) find(test Test) Place {
	p, err := t.place(test)
	if err != nil {
		t.fail(err)
	}
	return p
}

// figures are an edge's.
func (t *table) figures(e *Edge) Figures {
	f, ok := t.measured[e.Name]
	if !ok {
		t.fail(fmt.Errorf("edge %s was never measured: run make matrix, or with EDGES=%s", e.Name, e.Name))
	}
	return f
}

// memory is that of an instance, in MiB.
func (t *table) memory(e *Edge) string {
	bytes := t.figures(e).Memory
	if e.Memory.Of != "" {
		bytes = t.measured[e.Memory.Of].Memory
	}
	switch {
	case e.Memory.Why != "":
		return none(e, e.Memory.Why)
	case bytes == 0:
		t.fail(fmt.Errorf("edge %s has no figure of memory, and no reason for it", e.Name))
	}
	return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64)
}

func (t *table) time(e *Edge) string { return millis(t.figures(e).Median) }

// millis gives microseconds as milliseconds, in two digits.
func millis(micros float64) string {
	ms, digits := micros/1000, 2
	for below := 1.0; digits > 0 && ms >= below; below *= 10 {
		digits--
	}
	return strconv.FormatFloat(ms, 'f', digits, 64)
}

package matrix

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	measured Measured
	place    func(Test) (Place, error)
	text     strings.Builder
	errs     map[string]error // by their texts: each is told once
}

// Table is the table of edges, and the notes to it, as Markdown for a page in
// examples. place says where a test stands.
func Table(edges []Edge, measured Measured, place func(Test) (Place, error)) (string, error) {
	t := &table{measured: measured, place: place, errs: map[string]error{}}
	t.text.WriteString("| you run | Proffer is | " + strings.Join(names[:], " | ") + " | MiB | ms | tested by | foremost limit |\n")
	t.text.WriteString("|---|---|" + strings.Repeat(":-:|", len(names)) + "--:|--:|---|---|\n")
	for i := range edges {
		t.row(&edges[i])
	}
	t.text.WriteString("\n## Notes\n\n")
	t.text.WriteString(t.machines() + "\n\n")
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
		cells = append(cells, t.cell(c))
	}
	var targets []string
	for _, test := range e.tests() {
		targets = append(targets, "`make "+t.find(test).Target+"`")
	}
	slices.Sort(targets)
	cells = append(cells, t.memory(e), t.time(e), strings.Join(slices.Compact(targets), ", "), e.Limit)
	t.text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// cell is a mark that leads to the proof, or to the reason.
func (t *table) cell(c Cell) string {
	if len(c.Tests) == 0 {
		return `[–](#notes "` + c.Not + `")`
	}
	first := c.Tests[0]
	return fmt.Sprintf("[✓](%s %q)", t.find(first).File, name(first))
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
		return `[–](#notes "` + e.Memory.Why + `")`
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

// machines says what the figures were measured on.
func (t *table) machines() string {
	var all []string
	for _, f := range t.measured {
		all = append(all, f.Machine)
	}
	slices.Sort(all)
	return "Measured on " + strings.Join(slices.Compact(all), "; and on ") + "."
}

// note writes what does not fit into the row.
func (t *table) note(e *Edge) {
	parts := []string{"- **" + e.Title + "**:"}
	for i, c := range e.Works {
		if c.Not != "" {
			parts = append(parts, fmt.Sprintf("No %s: %s.", names[i], c.Not))
		}
	}
	if e.More != "" {
		parts = append(parts, e.More)
	}
	if e.Memory.Why != "" {
		parts = append(parts, "No memory: "+e.Memory.Why+".")
	}
	f := t.figures(e)
	if e.Memory.Of != "" {
		parts = append(parts, "The memory is that of the same instances in row `"+e.Memory.Of+"`.")
	}
	beside := ""
	if f.Without > 0 {
		beside = ", and " + millis(f.Without) + " ms without Proffer"
	}
	parts = append(parts, fmt.Sprintf("%s, %s: %s to %s ms for the middle half of %d%s.", f.Engine, f.Date, millis(f.Low), millis(f.High), f.Samples, beside))
	var tests []string
	for _, test := range e.tests() {
		tests = append(tests, fmt.Sprintf("[`%s`](%s)", name(test), t.find(test).File))
	}
	parts = append(parts, "Tests: "+strings.Join(tests, ", ")+".")
	t.text.WriteString(strings.Join(parts, " ") + "\n")
}

// tests are all that prove something about an edge, each once.
func (e *Edge) tests() []Test {
	var out []Test
	for _, c := range e.Works {
		for _, test := range c.Tests {
			if !slices.Contains(out, test) {
				out = append(out, test)
			}
		}
	}
	return out
}

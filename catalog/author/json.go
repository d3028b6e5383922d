package author

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// jsonProblem is a diagnostic for programs. Its names are part of FORMAT.md.
type jsonProblem struct {
	File      string        `json:"file"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	EndColumn int           `json:"end_column"`
	Severity  string        `json:"severity"`
	Code      string        `json:"code"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint"`
	Related   []jsonRelated `json:"related"`
}

type jsonRelated struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndColumn int    `json:"end_column"`
	Message   string `json:"message"`
}

// WriteJSON prints diagnostics for programs: one JSON list with an object for
// each, one a line. Lines and columns count from 1, columns in Unicode code
// points whatever their width; end_column is the first behind what the problem
// is about. A problem without a place has 0 in all three.
func WriteJSON(w io.Writer, files []catalog.File, d catalog.Diagnostics) error {
	out := bufio.NewWriter(w)
	q := quoter{w: out, files: files, sources: map[string]*yaml.Source{}}
	before := "[\n" // a buffered writer keeps its error for Flush
	for i := range d {
		fmt.Fprint(out, before)
		if err := q.json(&d[i]); err != nil {
			return fmt.Errorf("author: %w", err)
		}
		before = ",\n"
	}
	if len(d) == 0 {
		fmt.Fprint(out, "[]\n")
	} else {
		fmt.Fprint(out, "\n]\n")
	}
	return out.Flush()
}

// json prints one entry of the list.
func (q *quoter) json(d *catalog.Diagnostic) error {
	p := jsonProblem{
		File: d.Pos.File, Line: d.Pos.Line, Column: d.Pos.Column, EndColumn: q.end(d.Pos, d.Length),
		Severity: d.Severity.String(), Code: d.Code, Message: d.Message, Hint: d.Hint, Related: []jsonRelated{},
	}
	if r := d.Related; r != nil {
		p.Related = append(p.Related, jsonRelated{r.Pos.File, r.Pos.Line, r.Pos.Column, q.end(r.Pos, r.Length), r.Message})
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return err
	}
	_, err := q.w.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return err
}

// end is the first column behind what a diagnostic is about.
func (q *quoter) end(p catalog.Pos, length int) int {
	source := q.source(p.File)
	if source == nil || !p.IsValid() {
		return p.Column
	}
	off, ok := source.Offset(p.Line, p.Column)
	if !ok {
		return p.Column
	}
	_, end, _ := source.Line(p.Line)
	rest := source.Text[off:end]
	if length > 0 {
		return p.Column + min(length, utf8.RuneCountInString(rest))
	}
	return p.Column + min(word([]rune(rest)), utf8.RuneCountInString(rest))
}

// Summary counts diagnostics: "2 errors, 1 warning". It is empty where there
// are none.
func Summary(d catalog.Diagnostics) string {
	errors, warnings := d.Count()
	var parts []string
	if errors > 0 {
		parts = append(parts, counted(errors, "error"))
	}
	if warnings > 0 {
		parts = append(parts, counted(warnings, "warning"))
	}
	if slices.ContainsFunc(d, func(one catalog.Diagnostic) bool { return one.Code == "more-problems" }) {
		parts = append(parts, "and more that are not listed")
	}
	return strings.Join(parts, ", ")
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

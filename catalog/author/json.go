package author

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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
	out.WriteByte('[')
	for i := range d {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		if err := q.json(&d[i]); err != nil {
			return fmt.Errorf("author: %w", err)
		}
	}
	if len(d) > 0 {
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
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
	more := ""
	if n := len(d) - 1; n >= 0 && d[n].Code == "more-problems" {
		d, more = d[:n], " and more"
	}
	errors, warnings := d.Count()
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{errors, "error"}, {warnings, "warning"}} {
		switch {
		case c.n == 1:
			parts = append(parts, "1 "+c.word)
		case c.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ") + more
}

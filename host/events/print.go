package events

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// measure is a column of a report behind its keys: what was counted, and its
// share of what was shown.
type measure struct {
	name string
	of   func(*Counts) int
	rate string // empty: has none
}

var measures = []measure{
	{"shown", func(c *Counts) int { return c.Shown }, ""},
	{"seen", func(c *Counts) int { return c.Seen }, "seen_rate"},
	{"clicked", func(c *Counts) int { return c.Clicked }, "click_rate"},
	{"accepted", func(c *Counts) int { return c.Accepted }, "accept_rate"},
	{"rejected", func(c *Counts) int { return c.Rejected }, "reject_rate"},
}

// subjectMeasures are the columns of a report whose events tell of subjects.
var subjectMeasures = []measure{
	{"shown_subjects", func(c *Counts) int { return c.ShownSubjects }, ""},
	{"accepted_subjects", func(c *Counts) int { return c.AcceptedSubjects }, ""},
}

// measures are the columns of a report.
func (t *Table) measures() []measure {
	if t.Total.ShownSubjects == 0 {
		return measures
	}
	return slices.Concat(measures, subjectMeasures)
}

// share is a part of what was shown; nothing of nothing is 0.
func (c *Counts) share(n int) float64 {
	if c.Shown == 0 {
		return 0
	}
	return float64(n) / float64(c.Shown)
}

// Print writes a report for people, with a line for all of it.
func (t *Table) Print(w io.Writer) error {
	var lines [][]string
	head := []string{}
	for _, d := range t.By {
		head = append(head, strings.ToUpper(string(d)))
	}
	columns := t.measures()
	for _, m := range columns {
		head = append(head, strings.ToUpper(m.name))
		if m.rate != "" {
			head = append(head, "%")
		}
	}
	lines = append(lines, head)
	for i := range t.Rows {
		lines = append(lines, append(append([]string{}, t.Rows[i].Keys...), t.Rows[i].cells(columns, percent)...))
	}
	keys := make([]string, len(t.By))
	keys[0] = "all"
	lines = append(lines, append(keys, t.Total.cells(columns, percent)...))
	return align(w, lines, len(t.By))
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

func (c *Counts) cells(columns []measure, rate func(float64) string) (out []string) {
	for _, m := range columns {
		n := m.of(c)
		out = append(out, strconv.Itoa(n))
		if m.rate != "" {
			out = append(out, rate(c.share(n)))
		}
	}
	return out
}

// align writes cells in columns: the first ones to the left, the others, which
// are numbers, to the right.
func align(w io.Writer, lines [][]string, left int) error {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	out := bufio.NewWriter(w)
	for _, cells := range lines {
		for i, c := range cells {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			switch {
			case i < left:
				fmt.Fprint(out, c, space, "  ")
			case i == len(cells)-1:
				fmt.Fprintln(out, space+c)
			default:
				fmt.Fprint(out, space, c, "  ")
			}
		}
	}
	return out.Flush()
}

// PrintCSV writes a report as RFC 4180 says, with a header, shares from 0 to 1,
// and no line for all of it.
func (t *Table) PrintCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var head []string
	for _, d := range t.By {
		head = append(head, string(d))
	}
	columns := t.measures()
	for _, m := range columns {
		head = append(head, m.name)
		if m.rate != "" {
			head = append(head, m.rate)
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for i := range t.Rows {
		cells := append(append([]string{}, t.Rows[i].Keys...), t.Rows[i].cells(columns, fraction)...)
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func fraction(share float64) string { return strconv.FormatFloat(share, 'f', 6, 64) }

// PrintJSON writes a report as one object: "by", "rows", each an object with the
// columns of the CSV, and "total", an object without keys.
func (t *Table) PrintJSON(w io.Writer) error {
	rows, columns := make([]map[string]any, len(t.Rows)), t.measures()
	for i := range t.Rows {
		rows[i] = t.Rows[i].object(columns)
		for k, d := range t.By {
			rows[i][string(d)] = t.Rows[i].Keys[k]
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"by": t.By, "rows": rows, "total": t.Total.object(columns)})
}

func (c *Counts) object(columns []measure) map[string]any {
	out := map[string]any{}
	for _, m := range columns {
		n := m.of(c)
		out[m.name] = n
		if m.rate != "" {
			out[m.rate] = c.share(n)
		}
	}
	return out
}

// Columns are the header of events as CSV: the keys of the files.
func Columns() []string {
	return []string{"time", "event", "interaction", "proposition", "environment", "space", "channel", "offer", "rank", "mode", "fallback", "subject"}
}

// Cells are an event as CSV; what is not told is empty.
func (e *Event) Cells() []string {
	rank, fallback := "", ""
	if e.Rank > 0 {
		rank = strconv.Itoa(e.Rank)
	}
	if e.Fallback {
		fallback = "true"
	}
	return []string{
		time.UnixMilli(e.Time).UTC().Format(stamp), e.Kind.String(), e.Interaction, e.Proposition,
		e.Environment, e.Space, e.Channel, e.Offer, rank, e.Mode, fallback, e.Subject,
	}
}

// Text is an event for people.
func (e *Event) Text() string {
	begin := fmt.Sprintf("%s  %-8s  ", time.UnixMilli(e.Time).UTC().Format(stamp), e.Kind)
	if e.Kind == Erased {
		return begin + "subject " + e.Subject
	}
	more, subject := "", ""
	if e.Rank > 0 {
		more += fmt.Sprintf(" rank %d", e.Rank)
	}
	if e.Mode != "" {
		more += " " + e.Mode
	}
	if e.Fallback {
		more += " fallback"
	}
	if e.Subject != "" {
		subject = "  subject " + e.Subject
	}
	return fmt.Sprintf("%s%s in %s/%s (%s)%s  %s%s", begin, e.Offer, e.Environment, e.Space, e.Channel, more, e.Proposition, subject)
}

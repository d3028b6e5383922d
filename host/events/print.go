package events

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// measures are the columns of a report behind its keys: what was counted, and
// its share of what was shown.
var measures = []struct {
	name string
	of   func(*Counts) int
	rate string // empty: has none
}{
	{"shown", func(c *Counts) int { return c.Shown }, ""},
	{"seen", func(c *Counts) int { return c.Seen }, "seen_rate"},
	{"clicked", func(c *Counts) int { return c.Clicked }, "click_rate"},
	{"accepted", func(c *Counts) int { return c.Accepted }, "accept_rate"},
	{"rejected", func(c *Counts) int { return c.Rejected }, "reject_rate"},
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
	for _, m := range measures {
		head = append(head, strings.ToUpper(m.name))
		if m.rate != "" {
			head = append(head, "%")
		}
	}
	lines = append(lines, head)
	for i := range t.Rows {
		lines = append(lines, append(append([]string{}, t.Rows[i].Keys...), t.Rows[i].cells(percent)...))
	}
	keys := make([]string, len(t.By))
	keys[0] = "all"
	lines = append(lines, append(keys, t.Total.cells(percent)...))
	return align(w, lines, len(t.By))
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

func (c *Counts) cells(rate func(float64) string) (out []string) {
	for _, m := range measures {
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
	for _, m := range measures {
		head = append(head, m.name)
		if m.rate != "" {
			head = append(head, m.rate)
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for i := range t.Rows {
		cells := append(append([]string{}, t.Rows[i].Keys...), t.Rows[i].cells(fraction)...)
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
	rows := make([]map[string]any, len(t.Rows))
	for i := range t.Rows {
		rows[i] = t.Rows[i].object()
		for k, d := range t.By {
			rows[i][string(d)] = t.Rows[i].Keys[k]
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"by": t.By, "rows": rows, "total": t.Total.object()})
}

func (c *Counts) object() map[string]any {
	out := map[string]any{}
	for _, m := range measures {
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
	return []string{"time", "event", "interaction", "proposition", "environment", "space", "channel", "offer", "rank", "mode", "fallback"}
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
		e.Environment, e.Space, e.Channel, e.Offer, rank, e.Mode, fallback,
	}
}

// Text is an event for people.
func (e *Event) Text() string {
	more := ""
	if e.Rank > 0 {
		more += fmt.Sprintf(" rank %d", e.Rank)
	}
	if e.Mode != "" {
		more += " " + e.Mode
	}
	if e.Fallback {
		more += " fallback"
	}
	return fmt.Sprintf("%s  %-8s  %s in %s/%s (%s)%s  %s", time.UnixMilli(e.Time).UTC().Format(stamp), e.Kind,
		e.Offer, e.Environment, e.Space, e.Channel, more, e.Proposition)
}

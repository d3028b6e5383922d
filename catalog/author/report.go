package author

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog"
)

const (
	// maxReports bounds the list: nobody reads on, and a file of another
	// format would give one problem for each of its lines.
	maxReports = catalog.MaxDiagnostics
	// maxQuoted is how many bytes of a value a message quotes.
	maxQuoted = 60
)

// reports collects problems.
type reports struct {
	diags   catalog.Diagnostics
	dropped catalog.Diagnostics // the first, of the worst severity
	more    int
}

// skip counts a problem without its message, if the list is full already:
// making millions of messages takes longer than finding their causes.
func (r *reports) skip(pos catalog.Pos) bool {
	if len(r.diags) < maxReports {
		return false
	}
	r.add(catalog.Diagnostic{Pos: pos})
	return true
}

func (r *reports) add(d catalog.Diagnostic) {
	if len(r.diags) < maxReports {
		r.diags = append(r.diags, d)
		return
	}
	r.more++
	if len(r.dropped) == 0 || d.Severity < r.dropped[0].Severity {
		r.dropped = catalog.Diagnostics{d}
	}
}

func (r *reports) error(pos catalog.Pos, code, message, hint string) {
	r.add(catalog.Diagnostic{Pos: pos, Code: code, Message: message, Hint: hint})
}

func (r *reports) warn(pos catalog.Pos, code, message, hint string) {
	r.add(catalog.Diagnostic{Pos: pos, Severity: catalog.Warning, Code: code, Message: message, Hint: hint})
}

// related reports a problem that another place has a part in.
func (r *reports) related(pos catalog.Pos, code, message string, other catalog.Pos, what string) {
	r.add(catalog.Diagnostic{Pos: pos, Code: code, Message: message,
		Related: &catalog.Related{Pos: other, Message: what}})
}

// finish is the sorted list, and the count of what it leaves out.
func (r *reports) finish() catalog.Diagnostics {
	r.diags.Sort()
	if r.more > 0 {
		r.diags = append(r.diags, catalog.Diagnostic{
			Pos: r.dropped[0].Pos, Severity: r.dropped[0].Severity, Code: "more-problems",
			Message: fmt.Sprintf("%d more problems are not listed; the next of them is here", r.more),
		})
	}
	return r.diags
}

// quote quotes a value of the source, shortened.
func quote(s string) string { return strconv.Quote(clip(s)) }

// clip shortens a value of the source.
func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	end := maxQuoted
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// didYouMean is a hint that names the nearest known name, or "".
func didYouMean(name string, known []string) string {
	if k := catalog.Nearest(name, known); k != "" {
		return "did you mean " + strconv.Quote(k) + "?"
	}
	return ""
}

// join lists words: "a, b and c".
func join(words []string, last string) string {
	n := len(words) - 1
	if n < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

package catalog

import (
	"slices"
	"strconv"
	"strings"
)

// Severity tells a refusal from a remark.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // refuses the build
	Warning                 // printed, compiled
)

// String is the word that messages start with.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one problem of a catalog.
type Diagnostic struct {
	Pos Pos
	// Length is how many characters from Pos on it is about; a place never
	// goes beyond its line. 0 = the word that stands there.
	Length   int
	Severity Severity
	Code     string // one of Codes
	Message  string // one sentence, lower case, no full stop
	Hint     string // what to do, or the nearest known name; may be empty
	Related  *Related
}

// Related is another place that a diagnostic speaks of.
type Related struct {
	Pos     Pos
	Length  int    // as a Diagnostic's
	Message string // "first defined here"
}

// Diagnostics is a list of problems.
type Diagnostics []Diagnostic

// HasErrors reports whether any of the problems refuses the build.
func (d Diagnostics) HasErrors() bool {
	for i := range d {
		if d[i].Severity == Error {
			return true
		}
	}
	return false
}

// Count is how many errors and warnings there are.
func (d Diagnostics) Count() (errors, warnings int) {
	for i := range d {
		if d[i].Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// MaxDiagnostics bounds the lists that are printed: nobody reads on.
const MaxDiagnostics = 1000

// Limited is d, sorted, or its first MaxDiagnostics, errors before warnings,
// and an entry that counts the others.
func (d Diagnostics) Limited() Diagnostics {
	d.Sort()
	if len(d) <= MaxDiagnostics {
		return d
	}
	byWeight := slices.Clone(d)
	slices.SortStableFunc(byWeight, func(a, b Diagnostic) int { return int(a.Severity) - int(b.Severity) })
	next := byWeight[MaxDiagnostics]
	out := byWeight[:MaxDiagnostics]
	out.Sort()
	return append(out, Diagnostic{
		Pos: next.Pos, Severity: next.Severity, Code: "more-problems",
		Message: strconv.Itoa(len(d)-MaxDiagnostics) + " more problems are not listed; the next of them is here",
	})
}

// Sort orders by place, then errors before warnings, then code and message.
func (d Diagnostics) Sort() {
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		if c := strings.Compare(a.Pos.File, b.Pos.File); c != 0 {
			return c
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		if a.Pos.Column != b.Pos.Column {
			return a.Pos.Column - b.Pos.Column
		}
		if a.Severity != b.Severity {
			return int(a.Severity) - int(b.Severity)
		}
		if c := strings.Compare(a.Code, b.Code); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
}

package matrix

import "strings"

// Capability is something that an edge can do: a column of the table.
type Capability int

// The capabilities.
const (
	Decide    Capability = iota // decides as the module's own tests say, case by case
	Inject                      // writes offers into HTML
	JSON                        // and into answers in JSON
	Cookies                     // keeps what it knows of a visitor in the cookie
	Endpoints                   // answers clicks and the rest below the prefix
	Swap                        // takes a new catalog over while it serves
	LookUps                     // asks others who somebody is, or what he was shown
	numCapabilities
)

// names are the heads of the columns.
var names = [numCapabilities]string{"decide", "inject", "JSON", "cookies", "endpoints", "hot swap", "look-ups"}

// nouns are what a note calls them.
var nouns = [numCapabilities]string{"decision", "injection", "JSON", "cookies", "endpoints", "hot swap", "look-ups"}

// String implements fmt.Stringer.
func (c Capability) String() string { return names[c] }

// Cell says of an edge and a capability either which tests prove it, or why it does
// not have it.
type Cell struct {
	Tests []Test
	Not   string
}

// Test names one: "directory:TestName" or "directory:TestName/sub-test", the directory
// from the project's root.
type Test string

// Dir is the directory.
func (t Test) Dir() string {
	dir, _, _ := strings.Cut(string(t), ":")
	return dir
}

// Func is the name of the function.
func (t Test) Func() string {
	_, name, _ := strings.Cut(string(t), ":")
	name, _, _ = strings.Cut(name, "/")
	return name
}

// Sub is the name of the sub-test, without spaces; empty for none.
func (t Test) Sub() string {
	_, name, _ := strings.Cut(string(t), ":")
	_, sub, _ := strings.Cut(name, "/")
	return sub
}

// by is a cell that tests prove.
func by(tests ...Test) Cell { return Cell{Tests: tests} }

// no is a cell of what is not there, with the reason.
func no(why string) Cell { return Cell{Not: why} }

// Edge is a row of the table.
type Edge struct {
	Name    string   // short, and the key of its figures
	Title   string   // what a reader runs
	Page    string   // what to read, from examples
	Dirs    []string // the directories below examples that it is about
	Variant string   // of the module (plugin/ABI.md, section 1), and how it is used
	Works   [numCapabilities]Cell
	Bench   Test   // what measures it, "directory:BenchmarkName"
	Memory  Memory // whose instances are meant, where the benchmark cannot see them
	Limit   string // the foremost, in a few words
	More    string // further ones, in sentences; may be empty
}

// Memory is why an edge has no memory of its own among its figures: it is Of another
// edge, or it is not there. The zero value means that it has.
type Memory struct {
	Of  string // the name of the edge whose figure is shown
	Why string
}

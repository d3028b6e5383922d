// Package author reads the authoring format, YAML or JSON, into the model of
// package catalog: one file, or a directory of files that are read as one.
//
// Every value keeps its place, and every problem is reported in one run, with
// a stable code and, where something near is known, a hint. What is checked
// here is what the text itself can say: syntax, keys, types, names, numbers,
// dates. Whether a name refers to something is for package compile.
//
// It reads no more than 1,000 files of 16 MiB, 64 MiB together, with 4 million
// values and lines, nested 64 deep, and reports at most 1,000 problems. Parse
// is a function of its argument: time zones are those of package zone.
//
// Where to look next: parse.go for the order of things, shape.go for the keys
// of each map, package yaml below for the syntax, RATIONALE.md for decisions.
package author

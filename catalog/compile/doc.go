// Package compile checks a catalog and turns it into snapshot bytes: equal
// catalogs give equal bytes on every machine, whatever the order of their
// entries.
//
// It reports every problem it finds and compiles nothing while there is an
// error. It does no I/O.
//
// Where to look next: link.go resolves references, emit.go writes records,
// markup.go analyses content, catalog/SNAPSHOT.md is the format.
package compile

// Package inspect shows what a catalog says in plain values: for people as
// text, for programs as JSON.
//
// Read takes them from a snapshot, which holds what the engine sees: settings
// with what is inherited, and compiled expressions, which are written out
// again as text of the same meaning. Source takes the same values from the
// model, with the author's words. Nothing here checks anything: a View has
// been verified, a model has compiled.
//
// Where to look next: value.go for the values, snapshot.go and source.go for
// the two readers, item.go for the one list that text and package diff are
// made from.
package inspect

// Package diff says in words what differs between two catalogs: which offers,
// spaces and categories came and went, and which of their settings changed.
//
// It compares the values of package inspect, thing by thing and key by key, so
// the order in which things stand says nothing, and a key that inspect shows is
// a key that is compared. Catalogs with one hash have no difference, whatever
// their texts; catalogs with two have at least one.
//
// Where to look next: compare.go for what is a change, print.go for its words.
package diff

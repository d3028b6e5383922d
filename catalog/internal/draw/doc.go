// Package draw draws catalogs for property tests: whole and without errors,
// small, and saying everything that a catalog can say.
//
// Names come from small sets, so that they meet: the same name for a space, a
// category and an offer, the same code in two environments. A drawn catalog has
// no places; its diagnostics are warnings only.
//
// Where to look next: the property tests of catalog/compile and
// catalog/snapshot.
package draw

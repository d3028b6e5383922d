// Package catalog is the model of an offer catalog: plain structs for sites,
// environments, spaces, categories, offers and weights, and the diagnostics
// that say what is wrong with one.
//
// It does no I/O, holds no rules and checks nothing by itself. Values keep the
// place they were written at, so that every later check can point there.
//
// Where to look next: catalog/author reads YAML into this model,
// catalog/compile checks it and writes a snapshot, catalog/FORMAT.md is the
// authoring format.
package catalog

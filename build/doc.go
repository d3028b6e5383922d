// Package build holds the gates of the project: what its packages may import,
// what the Wasm modules may ask of a host and give it, how large they are, and
// that building them again gives the same bytes. Every rule that a gate holds
// stands beside it with its reason.
//
// Limits. Parse reads of a Wasm module what crosses its border and nothing
// else. The gates on modules read build/out, which "make wasm" fills; a module
// that is missing there is a failure.
//
// Where to look next: the tests of this package are the gates; build/fuzz runs
// the fuzz targets, plugin/ABI.md says what the modules import and export.
package build

// Package edge is what a variant of the module does that has no host of ours
// around it: it makes the request from an HTTP exchange, derives the entropy,
// answers a need with an empty record or a peer's, and injects the offers into a
// body that was read whole, or, by a Stream, into one that goes by in parts. It
// decides listed pages only.
//
// It knows no foreign host: the adapters under plugin/cmd fetch header values
// and bodies and put the outcome back.
//
// Where to look next: plugin/ABI.md, the section of each variant; plugin/cmd
// for the adapters.
package edge

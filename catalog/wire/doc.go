// Package wire reads and writes MessagePack in bounded steps, and holds the two
// other encodings that every layer shares: civil calendar instants and hex.
//
// Limits. The reader never allocates, never panics and never recurses: whatever
// the bytes say, a read costs at most one pass over what is left of them. A
// count or length greater than the remaining bytes is refused before anything
// is sized by it, and nesting ends at [MaxDepth]. Strings are not checked for
// UTF-8 and maps not for repeated keys; that is the caller's decision. Integers
// are 64 bits wide, instants are milliseconds since 1970-01-01T00:00:00Z, and
// the text form of an instant covers the years 1 to 9999. Extension types can
// be skipped but not read. The package imports nothing but math, so that it
// fits into the WebAssembly guest.
//
// The format is the MessagePack specification,
// https://github.com/msgpack/msgpack/blob/master/spec.md.
//
// Where to look next: package catalog/snapshot reads compiled catalogs with it,
// package plugin/abi the messages between host and guest; RATIONALE.md says why
// the package exists at all.
package wire

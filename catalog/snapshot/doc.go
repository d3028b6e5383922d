// Package snapshot is the wire format of a compiled catalog and View, the
// reader that decides from the bytes where they lie.
//
// Opening is O(1) in the catalog: magic, format, section table. Records are
// fixed, little-endian and read through pointers to arrays; nothing is decoded
// and nothing is allocated. An index that points outside its section panics, so
// bytes must pass Verify before anything else is read from them. Limits stand in
// limits.go; a snapshot has at most 64 MiB.
//
// Where to look next: catalog/SNAPSHOT.md describes every byte, record.go and
// program.go name them, catalog/compile writes them, plugin/decide reads them,
// RATIONALE.md says why they are so.
package snapshot

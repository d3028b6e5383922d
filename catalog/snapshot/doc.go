// Package snapshot is the wire format of a compiled catalog and View, the
// reader that decides from the bytes where they lie.
//
// Opening is O(1) in the catalog: magic, format, section table. Records are
// fixed, little-endian and read through pointers to arrays; nothing is decoded
// and nothing is allocated. An index that points outside its section panics,
// so bytes that did not come from the compiler must pass Verify first.
//
// Where to look next: catalog/SNAPSHOT.md describes every byte, catalog/compile
// writes them, plugin/decide reads them.
package snapshot

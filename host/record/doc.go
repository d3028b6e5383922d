// Package record keeps page requests as documents from which their decisions
// can be repeated byte for byte, and explained, later.
//
// Kept is only what the module's answer allows ("keep" of plugin/ABI.md: the
// visitor consents), a share of that, and for a week at most. A directory has
// one directory for each snapshot that decided, named by its hash: the
// snapshot, and files of records, one line of package document each, named by
// the time at which they begin. What goes is files as a whole, the oldest
// first, and a snapshot with the last of its files.
//
// Records hold what a decision needs: the cookies and headers that the module
// reads, identity tokens among them, host, path and query, and the ids of the
// visitors. So files can be read by their owner alone, and [Erase] takes a
// visitor out of them.
//
// Where to look next: writer.go writes, read.go finds.
package record

// Package explain says in words why a decision is as it is: of every slot how it
// came to the space that answers it, of every offer the first constraint that
// removed it.
//
// [New] makes an [Explanation] of what a module answers to a request to explain
// (plugin/ABI.md, "Trace") and of the snapshot that decided. It is plain values:
// JSON as it stands, a tree for a terminal with [Explanation.Tree], and a page
// with [Page]. Nothing here decides anything, and nothing asks for more than the
// request and the snapshot hold. Expressions are written out again from their
// compiled form, as package inspect does.
//
// Where to look next: explanation.go for the values, reason.go for the words.
package explain

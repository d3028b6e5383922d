// Package decide is the decision core: from a snapshot, what is known of the
// visitor, the time and a seed to the offer of every slot. It is pure and
// total: no clock, no randomness, no I/O, no allocation on the request path.
//
// A call has three steps. Resolve finds for each slot the environment and
// space that answer it. The caller then fills the target attributes of the
// environments that were reached. Decide groups, scopes, prunes, weighs, sorts
// and arbitrates; Store evaluates what the spaces write about the visitor.
//
// Where to look next: rank.go for the scan, sieve.go for the index, group.go for arbitration,
// catalog/SNAPSHOT.md for the bytes it reads, RATIONALE.md for the choices.
package decide

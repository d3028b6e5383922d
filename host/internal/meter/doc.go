// Package meter rewrites a WebAssembly module so that it calls a function of
// its host after every so many turns of its loops.
//
// Compiled WebAssembly runs outside the reach of Go's scheduler: a loop in it
// cannot be preempted, and the next garbage collection waits for it with the
// whole process. The call that this package inserts is the point at which the
// scheduler and the host get their turn.
//
// Limits. It knows the instructions of WebAssembly 2.0 without vectors; a
// module with vector, atomic, exception or tail call instructions is refused.
// Only loops are counted: a bulk memory instruction runs to its end, and a
// recursion without a loop is bounded by the call stack alone. (Go compiles
// every function that calls another into a loop, so its recursions count.)
// Custom sections other than "name" are dropped, since their offsets would no
// longer hold. The result is not validated: the engine that compiles it does
// that.
//
// Source: WebAssembly Core Specification 2.0, chapter "Binary Format".
//
// Where to look next: RATIONALE.md of package host has the measurements.
package meter

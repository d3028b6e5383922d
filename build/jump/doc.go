// Package jump rewrites WebAssembly modules that Go has compiled so that engines
// make better code of them: the same instructions in the same order, but jumps
// that lie ahead are branches to their label (thread.go), a function's stack
// pointer is one value (frame.go), equal addresses are equal values (address.go,
// place.go), and one check of an address does for several accesses (touch.go). One
// function, that of SHA-256, is written for WebAssembly directly (kernel.go,
// sha256.go). And what only printed stacks read is left out (trace.go), as are
// equal entries of the table that finds functions (bucket.go). A host that does not know
// poll_oneoff ends no module (quiet.go). A page request on wazero takes half the
// time, the module has a quarter fewer bytes, and the machine code of it is 40 % smaller.
// RATIONALE.md has the figures.
//
// Limits: it knows the form that Go 1.26 gives its functions and leaves every
// other one alone. What it takes out of a function's table of blocks leads to a
// trap, so a mistake ends an instance and is no wrong answer.
//
// The Makefile runs it, by the command below it, on every module.
//
// Where to look next: thread.go for the form that Go writes, RATIONALE.md for
// what each step brought.
package jump

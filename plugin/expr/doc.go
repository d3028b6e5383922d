// Package expr evaluates compiled expressions: filters, weights, visitor data
// and the placeholders of content.
//
// Every program that the compiler in catalog/rule writes has the value that
// cel-go gives its source, errors included: overflow, division by zero, a
// missing attribute and types that do not fit are errors, which && and || absorb
// from either side. The differences are limits: text that an expression builds
// has at most [MaxText] bytes, and a budget of steps ends a program early. Both
// are errors too.
//
// Limits. Programs may be any bytes: Eval reads nothing beyond them, never
// panics, never allocates and ends after at most one instruction for each byte,
// for jumps only go forward. Programs are those of catalog/snapshot's opcode
// table, at most 16 KiB long and 32 values deep. A [Machine] serves one
// goroutine. The package imports no reflection, no time and no I/O, so that it
// fits into the WebAssembly guest.
//
// Where to look next: catalog/snapshot/program.go describes the instructions,
// catalog/rule compiles CEL to them, RATIONALE.md says why they look as they do.
package expr

// Package assemble writes small WebAssembly modules, for tests that need a
// module which no compiler would make.
//
// Limits. One memory at most, globals are mutable i32 of value 0, and bodies
// are given as bytes: nothing is checked, so that a module can be wrong.
//
// Source: WebAssembly Core Specification 2.0, chapter "Binary Format".
//
// Where to look next: the tests of packages host and meter, which use it.
package assemble

// Package linear makes the linear memory of module instances, and puts a large
// message into it without copying it.
//
// A [Memory] has a limit and never shrinks. On Linux it never moves either: the
// limit is reserved as address space, and pages cost something when they are
// touched. An [Image] holds a snapshot once for all instances: on Linux its
// pages are mapped copy-on-write into each memory, so that an instance pays for
// those that it reads. Elsewhere, and where the kernel or an address does not
// allow it, the image is copied; the caller sees no difference but time.
//
// A Memory belongs to one goroutine at a time, an Image to any number.
//
// Where to look next: package host gives every instance one of these, and its
// RATIONALE.md has the measurements.
package linear

// Package meter measures what Proffer adds to a page at an edge, in the same way
// at each: a page of 20 KB with two slots, a catalog of 100 offers, and a stranger,
// who gets a cookie. What is timed is one request after the other, in turns with the
// same page by the same program without Proffer, or one call where an edge has no
// HTTP. The benchmarks of the edges use it; [Report] gives their figures to
// examples/internal/matrix, whose table has them.
//
// Limits. Client and edge share the machine, and mostly the process, and nothing
// else is asked meanwhile: the figures are of a request that waits for nobody.
//
// Where to look next: examples/internal/matrix for the table, build/bench for how
// fast the module is by itself.
package meter

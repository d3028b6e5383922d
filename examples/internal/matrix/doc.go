// Package matrix says of every edge what works there and which test proves it
// (edges.go), and writes the table of examples/README.md from that and from what was
// measured (testdata/measured.json). An edge is added by a value in [Edges]. The
// package's test holds that what is named is there and runs in CI, and that the table
// is the one that is written.
//
// "make matrix" measures all edges anew and writes the table; "go test
// ./examples/internal/matrix -update" writes it from the figures that there are.
//
// Where to look next: edges.go; command measure, which runs the benchmarks; package
// meter for what is timed.
package matrix

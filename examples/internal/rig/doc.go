// Package rig is what tests of edges stand on: a foreign program that runs until
// its test ends (program.go), Proffer in this process (proffer.go), and the tests
// that every edge of a kind has to pass, whatever program it is: those that put
// pages together from fragments (fragments.go) and those that ask a side-car
// (sidecar.go). measure.go measures both kinds for the table of edges.
//
// Where to look next: examples/varnish and examples/nginx, which use it.
package rig

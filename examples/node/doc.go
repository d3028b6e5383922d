// Package node runs the command variant of the module in Node, with node:wasi
// and nothing else: proffer.mjs is what a program would take, run.mjs answers
// messages that come framed on its standard input.
//
// The Go part is a test: under the build tag edges it puts the whole corpus
// through Node and compares the responses byte for byte with those in process.
//
// Where to look next: README.md for how to use it, plugin/ABI.md, "The
// command", for the messages.
package node

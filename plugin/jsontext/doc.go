// Package jsontext reads the strings and numbers of JSON (RFC 8259), whole or not at
// all, where they stand: for what looks for places in a body, and for what reads one.
//
// Where to look next: scan.go, and who calls it, jsonreader.go of plugin/inject and
// scan.go of plugin/call.
package jsontext

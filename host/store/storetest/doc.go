// Package storetest has what every store must do, as tests that a store's own tests
// run.
//
// Where to look next: run.go lists the cases; package bolt is a store.
package storetest

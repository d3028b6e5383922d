// Package store says how a host keeps what is known of visitors and people
// between requests, and what of it the module is told.
//
// Where to look next: store.go; package bolt keeps it in one directory, and package
// storetest has what every store must do.
package store

// Package live keeps an engine in step with the files of its operator: what is
// saved of a catalog or of the keys is checked and in force at once, and what is
// broken changes nothing and is said.
//
// [Catalog] follows a catalog or a snapshot, [Keys] a file of keys; [Saves] notes
// when any file is saved, and [Configuration] is what an engine is configured with
// meanwhile. None of them starts anything: each is opened, then followed in a
// goroutine of who uses it until a context ends, then closed.
//
// Where to look next: catalog.go; package service uses it.
package live

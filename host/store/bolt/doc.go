// Package bolt is a store in one directory of one machine, for one process: rows of
// visitors and people and the outbox lie in one file of go.etcd.io/bbolt, changes
// wait in memory for the next transaction.
//
// Where to look next: config.go for what can be set, append.go for a change's way,
// writer.go for when it is on the disk, row.go for what a row holds.
package bolt

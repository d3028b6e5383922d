// Package pages overwrites what bbolt leaves in its files: what was erased is in free
// pages until they are used again.
//
// Where to look next: free.go; host/store/bolt/RATIONALE.md says why.
package pages

// Package number reads decimal numbers as package strconv does, without its tables
// for quoting.
//
// Where to look next: number.go.
package number

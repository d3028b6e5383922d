// Package number reads decimal numbers as package strconv does, without its tables
// for quoting.
package number

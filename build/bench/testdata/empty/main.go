//go:build wasip1

// Command empty is a Go guest that does nothing, to compare with.
package main

func main() {}

//go:wasmexport nothing
func nothing() {}

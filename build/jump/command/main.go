// Command command makes the forward jumps of WebAssembly modules direct, in
// place: see package jump. Its arguments are files.
package main

import (
	"os"

	"github.com/profferhq/proffer/build/internal/inplace"
	"github.com/profferhq/proffer/build/jump"
)

func main() { inplace.Change(os.Args[1:], jump.Direct) }

//go:build wasip1

// Command hash hashes and signs what lies in its memory, with the code that the
// modules have.
package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/seal"
)

func main() {}

// memory holds a key, what is hashed under it, and the answer.
var memory struct {
	key  [256]byte
	data [1 << 20]byte
	out  [32]byte
}

//go:wasmexport key
func key() uint32 { return uint32(uintptr(unsafe.Pointer(&memory.key))) }

//go:wasmexport data
func data() uint32 { return uint32(uintptr(unsafe.Pointer(&memory.data))) }

//go:wasmexport sum
func sum(n uint32) uint32 {
	memory.out = seal.Sum256(memory.data[:n])
	return uint32(uintptr(unsafe.Pointer(&memory.out)))
}

// sign makes a MAC of the first n bytes, written in two parts.
//
//go:wasmexport sign
func sign(k, n, first uint32) uint32 {
	mac := seal.NewMAC(memory.key[:k])
	h := mac.Begin()
	h.Write(memory.data[:first])
	h.Write(memory.data[first:n])
	memory.out = h.End()
	return uint32(uintptr(unsafe.Pointer(&memory.out)))
}

//go:build proffer_faults

package fault

import "bytes"

// Mark is what a panic says, and how a module is recognised that can fail.
const Mark = "a fault that a test asked for"

var (
	hoard    [][]byte
	turns    uint64
	poisoned bool
)

// At fails at a place, if the path is of it.
func At(place string, path []byte) {
	if poisoned {
		panic(Mark)
	}
	path, _, _ = bytes.Cut(path, []byte("?"))
	rest, ours := bytes.CutPrefix(path, []byte("/fault/"+place+"/"))
	if !ours {
		return
	}
	switch string(rest) {
	case "poison":
		poisoned = true
		panic(Mark)
	case "panic":
		panic(Mark)
	case "late":
		if turns++; turns > 1 {
			turns = 0
			panic(Mark)
		}
	case "memory":
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case "loop":
		for {
			turns++
		}
	}
}

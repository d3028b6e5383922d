//go:build !wasm

package inject

import "bytes"

// span is how much of a body is searched for one thing before the next: it
// stays in the first cache.
const span = 16 << 10

// hintedBlock reports whether b may hold a slot whose telling bytes begin in
// b[from:to]. The library's vector search for one byte, three times, is faster
// than one loop in Go for all: see RATIONALE.md.
func hintedBlock(b []byte, from, to int) bool {
	return hintedF(b, from, to, 'f') || hintedF(b, from, to, 'F') || hintedID(b, from, to)
}

// hintedF looks for a pair of f, the first written as c.
func hintedF(b []byte, i, to int, c byte) bool {
	for i < to {
		n := bytes.IndexByte(b[i:to], c)
		if n < 0 {
			return false
		}
		i += n + 1
		if i < len(b) && b[i]|0x20 == 'f' && hintedPair(b, i-1) {
			return true
		}
	}
	return false
}

// hintedID looks for "i_". Of two underscores, as some write class names, only
// the first can stand behind an i.
func hintedID(b []byte, i, to int) bool {
	for i < to {
		n := bytes.IndexByte(b[i:to], '_')
		if n < 0 {
			return false
		}
		i += n + 1
		if i > 1 && b[i-2] == 'i' && hintedUnder(b, i-1) {
			return true
		}
		if i < to && b[i] == '_' {
			i++
		}
	}
	return false
}

//go:build !wasm

package inject

import "bytes"

// find returns the offset of the first c in b, or len(b).
func find(b []byte, c byte) int {
	return int(min(uint(bytes.IndexByte(b, c)), uint(len(b))))
}

// hinted reports whether a body may hold a slot: see hintedPair and hintedUnder.
// The library's vector search for one byte, three times, is faster than one loop
// in Go for all.
func hinted(body []byte) bool {
	for from := 0; from < len(body); from += span {
		to := min(from+span, len(body))
		if hintedF(body, from, to, 'f') || hintedF(body, from, to, 'F') || hintedID(body, from, to) {
			return true
		}
	}
	return false
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

//go:build !wasm

package inject

import "bytes"

// find returns the offset of the first c in b, or len(b).
func find(b []byte, c byte) int {
	return int(min(uint(bytes.IndexByte(b, c)), uint(len(b))))
}

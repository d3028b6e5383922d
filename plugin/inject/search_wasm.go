package inject

// find returns the offset of the first c in b, or len(b). The standard library's
// search compares byte by byte in Wasm.
func find(b []byte, c byte) int { return findWords(b, c) }

// hinted reports whether a body may hold a slot: see hintedPair and hintedUnder.
// Without vectors one loop for all is faster than three searches.
func hinted(body []byte) bool { return hintedWords(body) }

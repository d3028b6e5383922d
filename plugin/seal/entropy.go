package seal

// Expand derives 32 bytes from the entropy of a request, the n-th for a label:
//
//	SHA-256( entropy ‖ n as 4 bytes, little-endian ‖ label )
//
// The entropy must be unknown to strangers and new for each request; then the
// results look random and unrelated, and knowing some tells nothing of others.
// Labels are names that the program chooses; up to 19 bytes of label cost one
// block of SHA-256, and more than 28 an allocation.
func Expand(entropy *[32]byte, label string, n uint32) [32]byte {
	var block [blockSize]byte
	head := copy(block[:], entropy[:])
	head += copy(block[head:], []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	return sum256(append(block[:head], label...))
}

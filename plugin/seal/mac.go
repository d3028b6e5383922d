package seal

// MAC computes HMAC-SHA256 (RFC 2104, FIPS 198-1) under one key. It is made
// once for a key and then used from any number of goroutines; a message costs
// no allocation. Copies share the key.
type MAC struct {
	engine macEngine
}

// NewMAC returns the MAC of a key. The key may have any length, 32 random bytes
// being what a Keyring holds, and is not kept by reference.
func NewMAC(key []byte) MAC { return MAC{newMACEngine(key)} }

// Begin starts a message. A message of several parts is the parts one after the
// other, so parts of variable length need a separator or a length of their own.
func (m *MAC) Begin() Hash { return Hash{m.engine.begin()} }

// Hash is the MAC of a message in progress: Write any number of times, then End
// exactly once. It must not be copied, nor outlive its MAC.
type Hash struct {
	engine hashEngine
}

// Write adds bytes to the message.
func (h *Hash) Write(b []byte) { h.engine.write(b) }

// WriteString adds the bytes of a string to the message.
func (h *Hash) WriteString(s string) { h.engine.writeString(s) }

// End gives the 32 bytes of the MAC; h must not be used any more.
func (h *Hash) End() [digestSize]byte { return h.engine.end() }

// Sum256 gives the SHA-256 hash (FIPS 180-4) of data.
func Sum256(data []byte) [digestSize]byte { return sum256(data) }

// Equal reports whether a and b hold the same bytes, in a time that depends on
// their lengths only.
func Equal(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	var differ byte
	for i, v := range a {
		differ |= v ^ b[i]
	}
	return differ == 0
}

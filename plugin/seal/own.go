package seal

// ownMAC is a key for HMAC-SHA256 (RFC 2104) as two chaining values, those
// after the padded key, so that neither block is hashed again for a message.
type ownMAC struct {
	inner, outer [8]uint32
}

func newOwnMAC(key []byte) ownMAC {
	var pad [blockSize]byte
	if len(key) > blockSize {
		short := ownSum256(key)
		key = short[:]
	}
	copy(pad[:], key)
	m := ownMAC{inner: initial, outer: initial}
	for i := range pad {
		pad[i] ^= 0x36
	}
	block(&m.inner, &pad)
	for i := range pad {
		pad[i] ^= 0x36 ^ 0x5c
	}
	block(&m.outer, &pad)
	return m
}

// ownHash is an HMAC in progress.
type ownHash struct {
	digest
	outer *[8]uint32
}

func (m *ownMAC) begin() ownHash {
	return ownHash{digest: digest{state: m.inner, size: blockSize}, outer: &m.outer}
}

// end hashes the inner hash under the outer key, which takes one block whose
// padding and length are always the same.
func (h *ownHash) end() (out [digestSize]byte) {
	h.finish()
	storeHash((*[digestSize]byte)(h.buf[:]), &h.state)
	h.buf[digestSize] = 0x80
	clear(h.buf[digestSize+1:])
	const bits = 8 * (blockSize + digestSize)
	h.buf[blockSize-2], h.buf[blockSize-1] = bits>>8, bits&0xff
	h.state = *h.outer
	block(&h.state, &h.buf)
	storeHash(&out, &h.state)
	return out
}

func ownSum256(data []byte) (out [digestSize]byte) {
	if len(data) < lengthAt {
		return ownSumShort(data)
	}
	d := digest{state: initial}
	d.write(data)
	d.finish()
	storeHash(&out, &d.state)
	return out
}

// ownSumShort hashes a message that fits into one block with its padding.
func ownSumShort(data []byte) (out [digestSize]byte) {
	var last [blockSize]byte
	n := copy(last[:], data)
	last[n] = 0x80
	last[blockSize-2], last[blockSize-1] = byte(n>>5), byte(n<<3)
	s := initial
	block(&s, &last)
	storeHash(&out, &s)
	return out
}

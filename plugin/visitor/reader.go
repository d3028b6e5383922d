package visitor

// reader takes numbers off a run of bytes. After the first mistake it is bad
// and gives zeros. Its methods are calls, for they stand in many places and the
// module must be small.
type reader struct {
	rest []byte
	bad  bool
}

// take is the next n bytes, or nil.
func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

//go:noinline
func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

//go:noinline
func (r *reader) u24() uint32 {
	if b := r.take(3); b != nil {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	}
	return 0
}

//go:noinline
func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return le32(b)
	}
	return 0
}

//go:noinline
func (r *reader) id(id *[8]byte) {
	if b := r.take(8); b != nil {
		copy(id[:], b)
	}
}

// uvarint is a number in groups of seven bits, the least first, of at most 32
// bits in all.
func (r *reader) uvarint() (v uint32) {
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		v |= uint32(b&0x7f) << shift
		if b < 0x80 {
			r.bad = r.bad || shift == 28 && b > 15
			return v
		}
	}
	r.bad = true
	return 0
}

//go:noinline
func appendUvarint(dst []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		dst = append(dst, byte(v)|0x80)
	}
	return append(dst, byte(v))
}

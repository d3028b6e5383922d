package preinit

import "encoding/binary"

// reader reads what there is; once something is missing it is cut, and all that
// follows is zero.
type reader struct {
	b   []byte
	cut bool
}

func (r *reader) take(n int) (b []byte) {
	if n < 0 || n > len(r.b) {
		r.b, r.cut = nil, true
		return nil
	}
	b, r.b = r.b[:n], r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > maxImage {
		size = -1
	}
	r.take(size)
	return int(n)
}

// sint reads a number with a sign, of 32 bits at most.
func (r *reader) sint() (n int) {
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			if c&0x40 != 0 {
				n -= 1 << (shift + 7)
			}
			return n
		}
	}
	r.cut = true
	return 0
}

package seal

const (
	digestSize = 32
	blockSize  = 64
	lengthAt   = blockSize - 8 // where the last block holds the length in bits
)

// digest is a SHA-256 in progress. It is a plain value: a copy goes on from the
// same point. It starts with a chaining value in state, and in size the bytes
// that this one stands for.
type digest struct {
	state [8]uint32
	buf   [blockSize]byte
	n     int    // bytes in buf, always fewer than a block
	size  uint64 // bytes so far
}

func (d *digest) write(b []byte) {
	d.size += uint64(len(b))
	if d.n > 0 {
		n := copy(d.buf[d.n:], b)
		d.n += n
		if d.n < blockSize {
			return
		}
		block(&d.state, &d.buf)
		b = b[n:]
	}
	for len(b) >= blockSize {
		block(&d.state, (*[blockSize]byte)(b))
		b = b[blockSize:]
	}
	d.n = copy(d.buf[:], b)
}

func (d *digest) writeString(s string) {
	d.size += uint64(len(s))
	for {
		n := copy(d.buf[d.n:], s)
		d.n += n
		if d.n < blockSize {
			return
		}
		block(&d.state, &d.buf)
		d.n = 0
		s = s[n:]
	}
}

// finish pads the message (FIPS 180-4, 5.1.1) and folds in what is left; the
// state then is the hash, and d is spent.
func (d *digest) finish() {
	d.buf[d.n] = 0x80
	clear(d.buf[d.n+1:])
	if d.n >= lengthAt {
		block(&d.state, &d.buf)
		clear(d.buf[:])
	}
	bits := d.size * 8
	store((*[4]byte)(d.buf[lengthAt:]), uint32(bits>>32))
	store((*[4]byte)(d.buf[lengthAt+4:]), uint32(bits))
	block(&d.state, &d.buf)
}

// storeHash writes a chaining value as the bytes of a hash.
func storeHash(out *[digestSize]byte, s *[8]uint32) {
	store((*[4]byte)(out[0:]), s[0])
	store((*[4]byte)(out[4:]), s[1])
	store((*[4]byte)(out[8:]), s[2])
	store((*[4]byte)(out[12:]), s[3])
	store((*[4]byte)(out[16:]), s[4])
	store((*[4]byte)(out[20:]), s[5])
	store((*[4]byte)(out[24:]), s[6])
	store((*[4]byte)(out[28:]), s[7])
}

func store(b *[4]byte, v uint32) {
	b[0], b[1], b[2], b[3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
}

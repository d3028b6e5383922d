package jump

// The locals of compress, behind its parameter, which says where a function is
// entered and is not needed.
const (
	shaState = 1 + iota // the address of the chaining value
	shaBlock            // that of the block, then a word
	shaRound            // that of the constants of the next rounds
	shaLast             // and of the last ones
	shaWords            // a to h
	shaQueue = shaWords + 8
	shaCount = shaQueue + 16 - shaState
)

// compress is
//
//	func compress(s *[8]uint32, p *[64]byte, k *[64]uint32)
//
// of plugin/seal: the compression function of SHA-256 (FIPS 180-4, 6.2.2). Sixteen
// rounds are written out and done four times, so that what called it stays in the
// cache of instructions.
func compress() []byte {
	w := &writer{}
	w.argument(0, shaState)
	w.argument(1, shaBlock)
	w.argument(2, shaRound)
	w.get(shaRound)
	w.number(4 * 48)
	w.op(opAdd32)
	w.set(shaLast)
	for i := range 8 {
		w.get(shaState)
		w.load(4 * i)
		w.set(shaWords + i)
	}
	for i := range 16 {
		w.get(shaBlock)
		w.load(4 * i)
		w.set(shaQueue + i)
	}
	for i := range 16 {
		w.swap(shaQueue + i)
	}
	w.op(opLoop, typeNone)
	for i := range 16 {
		w.round(i)
	}
	w.get(shaRound)
	w.get(shaLast)
	w.op(opUnequal32, opIf, typeNone)
	for i := range 16 {
		w.expand(i)
	}
	w.get(shaRound)
	w.number(4 * 16)
	w.op(opAdd32)
	w.set(shaRound)
	w.op(opBr, 1, opEnd, opEnd)
	for i := range 8 {
		w.get(shaState)
		w.get(shaState)
		w.load(4 * i)
		w.get(shaWords + i)
		w.op(opAdd32)
		w.store(4 * i)
	}
	return w.body(shaCount)
}

// swap turns the order of a word's bytes.
func (w *writer) swap(word int) {
	w.rotated(word, 8)
	w.number(0xff00ff00)
	w.op(opAnd32)
	w.rotated(word, 24)
	w.number(0x00ff00ff)
	w.op(opAnd32, opOr32)
	w.set(word)
}

// rotated puts a word on the stack, rotated to the right.
func (w *writer) rotated(word int, by uint32) {
	w.get(word)
	w.number(by)
	w.op(opRotate32)
}

// sum adds the exclusive or of three rotations to what is on the stack.
func (w *writer) sum(word int, a, b, c uint32) {
	w.rotated(word, a)
	w.rotated(word, b)
	w.op(opXor32)
	w.rotated(word, c)
	w.op(opXor32, opAdd32)
}

// round works on the eight words turned by i places instead of moving their
// values.
func (w *writer) round(i int) {
	word := func(n int) int { return shaWords + (n+16-i)%8 }
	a, b, c, d, e, f, g, h := word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)
	w.get(h)
	w.get(shaQueue + i)
	w.op(opAdd32)
	w.get(shaRound)
	w.load(4 * i)
	w.op(opAdd32)
	w.sum(e, 6, 11, 25)
	w.get(f) // (f ^ g) & e ^ g
	w.get(g)
	w.op(opXor32)
	w.get(e)
	w.op(opAnd32)
	w.get(g)
	w.op(opXor32, opAdd32)
	w.tee(shaBlock)
	w.get(d)
	w.op(opAdd32)
	w.set(d)
	w.get(shaBlock)
	w.sum(a, 2, 13, 22)
	w.get(a) // a & b | (a | b) & c
	w.get(b)
	w.op(opAnd32)
	w.get(a)
	w.get(b)
	w.op(opOr32)
	w.get(c)
	w.op(opAnd32, opOr32, opAdd32)
	w.set(h)
}

// expand replaces a word of the queue by the one that comes 16 later.
func (w *writer) expand(i int) {
	word := func(n int) int { return shaQueue + (i+n)%16 }
	w.get(word(0))
	w.small(word(1), 7, 18, 3)
	w.get(word(9))
	w.op(opAdd32)
	w.small(word(14), 17, 19, 10)
	w.set(word(0))
}

// small is sum with a shift as its third part.
func (w *writer) small(word int, a, b, shift uint32) {
	w.rotated(word, a)
	w.rotated(word, b)
	w.op(opXor32)
	w.get(word)
	w.number(shift)
	w.op(opShift32, opXor32, opAdd32)
}

package jump

// reader reads the encodings of WebAssembly (core specification 2.0, chapter
// 5) from bytes that the Go linker wrote. Where they are cut short it panics:
// that ends a build, not a service.
type reader struct {
	b  []byte
	at int
}

func (r *reader) byte() byte {
	c := r.b[r.at]
	r.at++
	return c
}

// leb reads an integer of variable length, of 64 bits.
func (r *reader) leb() int {
	n := 0
	for shift := 0; ; shift += 7 {
		c := r.byte()
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			return n
		}
	}
}

// sleb reads one with a sign.
func (r *reader) sleb() int {
	start := r.at
	n := r.leb()
	if bits := 7 * (r.at - start); bits < 64 && r.b[r.at-1]&0x40 != 0 {
		n -= 1 << bits
	}
	return n
}

func (r *reader) take(n int) []byte {
	r.at += n
	return r.b[r.at-n : r.at : r.at]
}

func appendLEB(dst []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		dst = append(dst, byte(n)|0x80)
	}
	return append(dst, byte(n))
}

// appendSLEB writes an integer with a sign.
func appendSLEB(dst []byte, n int) []byte {
	for ; n < -64 || n > 63; n >>= 7 {
		dst = append(dst, byte(n)&0x7f|0x80)
	}
	return append(dst, byte(n)&0x7f)
}

// The opcodes that matter here.
const (
	opUnreachable  = 0x00
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBr           = 0x0c
	opBrIf         = 0x0d
	opBrTable      = 0x0e
	opReturn       = 0x0f
	opCall         = 0x10
	opCallIndirect = 0x11
	opDrop         = 0x1a
	opSelect       = 0x1b
	opGet          = 0x20 // local.get
	opSet          = 0x21
	opTee          = 0x22
	opGlobalGet    = 0x23
	opGlobalSet    = 0x24
	firstLoad      = 0x28
	opLoadLong     = 0x29 // i64.load
	opLoadByte     = 0x2d // i32.load8_u
	lastLoad       = 0x35
	opStore        = 0x36 // i32.store
	opStoreLong    = 0x37 // i64.store
	lastStore      = 0x3e
	opConst        = 0x41 // i32.const
	opLong         = 0x42 // i64.const
	opZero         = 0x45 // i32.eqz
	opEqual32      = 0x46 // i32.eq
	opUnequal32    = 0x47 // i32.ne
	opAdd32        = 0x6a // i32.add
	opSub32        = 0x6b
	opAnd32        = 0x71
	opOr32         = 0x72
	opXor32        = 0x73
	opShift32      = 0x76 // i32.shr_u
	opRotate32     = 0x78 // i32.rotr
	opAdd          = 0x7c // i64.add
	opWrap         = 0xa7 // i32.wrap_i64
	opExtend       = 0xad // i64.extend_i32_u
	opPrefix       = 0xfc
	typeNone       = 0x40
)

// instruction is one instruction: its bytes, and what they say where it
// matters.
type instruction struct {
	op    byte
	bytes []byte
	n     int   // the operand, if there is one
	table []int // of br_table, the default last
}

// offset is that of a load or store.
func (i *instruction) offset() int {
	r := reader{b: i.bytes, at: 1}
	r.leb() // alignment
	return r.leb()
}

// next reads an instruction.
func (r *reader) next() (i instruction) {
	start := r.at
	i.op = r.byte()
	switch op := i.op; {
	case op == opBlock, op == opLoop, op == opIf, op == opBr, op == opBrIf, op == opCall,
		op >= opGet && op <= 0x26, op == 0x3f, op == 0x40, op == 0xd0, op == 0xd2:
		i.n = r.leb()
	case op == opConst, op == opLong:
		i.n = r.sleb()
	case op == opBrTable:
		for n := r.leb() + 1; n > 0; n-- {
			i.table = append(i.table, r.leb())
		}
	case op == opCallIndirect, op >= 0x28 && op <= 0x3e:
		r.leb()
		r.leb()
	case op == 0x43:
		r.take(4)
	case op == 0x44:
		r.take(8)
	case op == opPrefix:
		r.prefixed()
	case op <= opEnd, op == opReturn, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4:
	default:
		panic("jump: unknown opcode " + string("0123456789abcdef"[op>>4]) + string("0123456789abcdef"[op&15]))
	}
	i.bytes = r.b[start:r.at]
	return i
}

// made is an instruction with an operand.
func made(op byte, n int) instruction {
	in := instruction{op: op, n: n, bytes: []byte{op}}
	switch op {
	case opConst, opLong:
		in.bytes = appendSLEB(in.bytes, n)
	case opGet, opGlobalGet, opGlobalSet, opIf, opBrIf:
		in.bytes = appendLEB(in.bytes, n)
	}
	return in
}

// prefixed skips the operands behind the prefix fc.
func (r *reader) prefixed() {
	switch op := r.leb(); {
	case op < 8:
	case op == 8, op == 10, op == 12, op == 14:
		r.leb()
		r.leb()
	case op <= 17:
		r.leb()
	default:
		panic("jump: unknown opcode behind fc")
	}
}

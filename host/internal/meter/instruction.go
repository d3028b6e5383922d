package meter

import "fmt"

// The instructions that the rewriting reads or writes by name.
const (
	opUnreachable  = 0x00
	opNop          = 0x01
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
	opSelectTyped  = 0x1c
	opLocalGet     = 0x20
	opGlobalGet    = 0x23
	opGlobalSet    = 0x24
	opTableSet     = 0x26
	opI32Load      = 0x28
	opI64Store32   = 0x3e
	opMemorySize   = 0x3f
	opMemoryGrow   = 0x40
	opI32Const     = 0x41
	opI64Const     = 0x42
	opF32Const     = 0x43
	opF64Const     = 0x44
	opI32Eqz       = 0x45
	opI32Sub       = 0x6b
	opExtend32     = 0xc4
	opRefNull      = 0xd0
	opRefIsNull    = 0xd1
	opRefFunc      = 0xd2
	opMore         = 0xfc

	// The types of blocks that are one byte: none, externref to i32.
	emptyBlock  = 0x40
	lowestType  = 0x6f
	highestType = 0x7f
)

// immediates skips what follows the first byte of an instruction that is
// neither a block nor a branch.
func (r *reader) immediates(op byte) {
	switch {
	case op == opUnreachable, op == opNop, op == opElse, op == opReturn,
		op == opDrop, op == opSelect, op == opRefIsNull, op >= opI32Eqz && op <= opExtend32:
	case op == opCall, op >= opLocalGet && op <= opTableSet, op == opI32Const, op == opI64Const, op == opRefFunc:
		r.leb()
	case op == opCallIndirect, op >= opI32Load && op <= opI64Store32:
		r.leb()
		r.leb()
	case op == opMemorySize, op == opMemoryGrow, op == opRefNull:
		r.skip(1)
	case op == opF32Const:
		r.skip(4)
	case op == opF64Const:
		r.skip(8)
	case op == opSelectTyped:
		r.bytes(r.u32())
	case op == opMore:
		r.more()
	default:
		r.fail(fmt.Errorf("instruction %#x not supported", op))
	}
}

// more skips what follows the byte 0xfc: conversions that saturate (0 to 7) and
// the bulk operations on memories and tables.
func (r *reader) more() {
	switch op := r.u32(); {
	case op <= 7:
	case op == 8: // memory.init
		r.leb()
		r.skip(1)
	case op == 9, op == 13, op == 15, op == 16, op == 17: // data.drop, elem.drop, table.grow, size, fill
		r.leb()
	case op == 10: // memory.copy
		r.skip(2)
	case op == 11: // memory.fill
		r.skip(1)
	case op == 12, op == 14: // table.init, table.copy
		r.leb()
		r.leb()
	default:
		r.fail(fmt.Errorf("instruction 0xfc %d not supported", op))
	}
}

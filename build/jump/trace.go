package jump

import (
	"bytes"
	"encoding/binary"
)

// A Go module carries the names of its functions and files, and for each
// instruction the line that it comes from. Only printed stacks read them, and a
// module prints none: its host logs a status and a text. So they are made empty.
// The tables by which the runtime walks stacks and finds pointers stay; the
// format is that of runtime/symtab.go and cmd/link/internal/ld/pcln.go of Go 1.26.

// The header of Go's table of functions: magic, two zeros, the size of the least
// instruction and of a pointer, then numbers of eight bytes.
const (
	tableMagic   = "\xf1\xff\xff\xff\x00\x00\x01\x08"
	fieldFuncs   = 8
	fieldNames   = 32
	fieldFiles   = 48
	fieldLines   = 56
	fieldRecords = 64
	headerSize   = 72
)

// Offsets in a function's record.
const (
	recordStack  = 16 // table of stack sizes
	recordFile   = 20 // table of files
	recordLine   = 24 // table of lines
	recordCount  = 28 // of the tables behind the record
	recordUnit   = 32 // of compilation
	recordTables = 44
)

// least is from how many zeros on a new segment costs less than they do.
const least = 16

// image is the memory that a module's data section makes.
type image struct {
	bytes []byte
	table int // where Go's table of functions is
}

// untraced gives a data section without names and lines. One without Go's table
// of functions comes back as it is.
func untraced(section []byte) []byte {
	m, ok := read(section)
	if !ok {
		return section
	}
	m.emptyLines()
	clear(m.bytes[m.table+m.number(fieldNames)+1 : m.table+m.number(fieldLines)])
	return m.section()
}

// read lays the segments out. It is not ok where one is not active at a constant
// address, as all of Go's are.
func read(section []byte) (m image, ok bool) {
	r := &reader{b: section}
	for n := r.leb(); n > 0; n-- {
		if r.byte() != 0 || r.byte() != opConst {
			return m, false
		}
		at := r.sleb()
		if r.byte() != opEnd {
			return m, false
		}
		data := r.take(r.leb())
		if end := at + len(data); end > len(m.bytes) {
			m.bytes = append(m.bytes, make([]byte, end-len(m.bytes))...)
		}
		copy(m.bytes[at:], data)
	}
	m.table = bytes.Index(m.bytes, []byte(tableMagic))
	return m, m.table >= 0 && m.table+headerSize <= len(m.bytes)
}

// number is a number of the header.
func (m *image) number(field int) int {
	return int(binary.LittleEndian.Uint64(m.bytes[m.table+field:]))
}

func (m *image) u32(at int) int { return int(binary.LittleEndian.Uint32(m.bytes[at:])) }

// emptyLines takes files and lines out of every function's record, and the bytes
// of their tables where no other table shares them.
func (m *image) emptyLines() {
	lines, records := m.table+m.number(fieldLines), m.table+m.number(fieldRecords)
	kept := make([]bool, records-lines)
	for i := range m.number(fieldFuncs) {
		f := records + m.u32(records+8*i+4)
		m.keep(kept, lines, m.u32(f+recordStack))
		for j := range m.u32(f + recordCount) {
			m.keep(kept, lines, m.u32(f+recordTables+4*j))
		}
		clear(m.bytes[f+recordFile : f+recordCount])
		clear(m.bytes[f+recordUnit : f+recordUnit+8]) // and the line where it starts
	}
	for i, k := range kept {
		if !k {
			m.bytes[lines+i] = 0
		}
	}
}

// keep marks the bytes of a table: pairs of a difference in value and one in
// place, until a difference in value is zero behind the first. The table at 0 is
// none.
func (m *image) keep(kept []bool, lines, table int) {
	if table == 0 {
		return
	}
	r := reader{b: m.bytes, at: lines + table}
	for first := true; ; first = false {
		if r.leb() == 0 && !first {
			break
		}
		r.leb()
	}
	for i := table; i < r.at-lines; i++ {
		kept[i] = true
	}
}

// section writes the image as segments, without runs of zeros.
func (m *image) section() []byte {
	var out []byte
	n, zeros, start := 0, 0, 0
	flush := func(end int) {
		if end > start {
			n++
			out = append(appendSLEB(append(out, 0, opConst), start), opEnd)
			out = append(appendLEB(out, end-start), m.bytes[start:end]...)
		}
	}
	for i, b := range m.bytes {
		if b == 0 {
			zeros++
			continue
		}
		if zeros >= least {
			flush(i - zeros)
			start = i
		}
		zeros = 0
	}
	flush(len(m.bytes) - zeros)
	return append(appendLEB(nil, n), out...)
}

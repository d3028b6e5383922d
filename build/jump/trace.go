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
const least = 24

// image is the memory that a module's data section makes.
type image struct {
	bytes []byte
	table int // where Go's table of functions is
}

// untraced gives a data section without names and lines, and with coarse buckets if
// the code is for these. One without Go's table
// of functions comes back as it is.
func untraced(section []byte, coarse bool) []byte {
	m, ok := read(section)
	if !ok {
		return section
	}
	if coarse {
		coarsen(m.buckets())
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

// emptyLines takes files and lines out of every function's record, and moves the
// tables that are left to where there is nothing between them.
func (m *image) emptyLines() {
	lines, records := m.table+m.number(fieldLines), m.table+m.number(fieldRecords)
	t := tables{old: m.bytes[lines:records], bytes: make([]byte, 1, records-lines), moved: map[int]int{0: 0}}
	for i := range m.number(fieldFuncs) {
		f := records + m.u32(records+8*i+4)
		m.move(&t, f+recordStack)
		for j := range m.u32(f + recordCount) {
			m.move(&t, f+recordTables+4*j)
		}
		clear(m.bytes[f+recordFile : f+recordCount])
		clear(m.bytes[f+recordUnit : f+recordUnit+8]) // and the line where it starts
	}
	clear(t.old[copy(t.old, t.bytes):])
}

// tables are the tables of pairs of a difference in value and one in place that
// functions share. The one at 0 is none.
type tables struct {
	old, bytes []byte
	moved      map[int]int // from old to bytes
}

// move moves the table that a field at an address names, if it has not been.
func (m *image) move(t *tables, field int) {
	from := m.u32(field)
	to, ok := t.moved[from]
	if !ok {
		to = len(t.bytes)
		t.moved[from] = to
		t.bytes = append(t.bytes, t.old[from:t.end(from)]...)
	}
	binary.LittleEndian.PutUint32(m.bytes[field:], uint32(to))
}

// end is where a table ends: behind the first difference in value that is zero,
// unless that is its first.
func (t *tables) end(from int) int {
	r := reader{b: t.old, at: from}
	for first := true; ; first = false {
		if r.leb() == 0 && !first {
			return r.at
		}
		r.leb()
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

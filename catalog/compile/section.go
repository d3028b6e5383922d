package compile

import (
	"encoding/binary"
	"math"
)

// section is the bytes of one section under construction.
type section struct {
	b    []byte
	size int // of one record; 1 for bytes
}

// count is the number of whole records.
func (s *section) count() uint32 { return uint32(len(s.b) / s.size) }

// record appends an empty record and gives it for filling. The slice is valid
// until the next append.
func (s *section) record() record {
	at := len(s.b)
	s.b = append(s.b, make([]byte, s.size)...)
	return record(s.b[at:])
}

// record is one fixed, little-endian record.
type record []byte

func (r record) u8(at int, v uint8)       { r[at] = v }
func (r record) u32(at int, v uint32)     { binary.LittleEndian.PutUint32(r[at:], v) }
func (r record) u64(at int, v uint64)     { binary.LittleEndian.PutUint64(r[at:], v) }
func (r record) i64(at int, v int64)      { r.u64(at, uint64(v)) }
func (r record) f64(at int, v float64)    { r.u64(at, math.Float64bits(v)) }
func (r record) pair(at int, a, b uint32) { r.u32(at, a); r.u32(at+4, b) }

func (r record) flag(at int, v bool) {
	if v {
		r[at] = 1
	}
}

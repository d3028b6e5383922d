package render

import "encoding/binary"

// Programs are the compiled expressions of a snapshot: Table has 8 bytes for
// each, offset and length in Code as little-endian u32.
type Programs struct {
	Table, Code []byte
}

// At gives program i, false if the table or the code does not have it.
func (p *Programs) At(i uint32) ([]byte, bool) {
	at := uint64(i) * 8
	if at+8 > uint64(len(p.Table)) {
		return nil, false
	}
	entry := p.Table[at : at+8 : at+8]
	from := uint64(binary.LittleEndian.Uint32(entry[0:4]))
	to := from + uint64(binary.LittleEndian.Uint32(entry[4:8]))
	if to > uint64(len(p.Code)) {
		return nil, false
	}
	return p.Code[from:to:to], true
}

package edge

import (
	"encoding/binary"

	"github.com/profferhq/proffer/plugin/abi"
)

// Header maps cross the border of proxy-wasm as pairs: their number, the length of
// each name and value, and then the names and values, each ended by a zero byte;
// numbers have 32 bits, little-endian.
// https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1, "Serialization".

// readPairs appends the header of such a map to dst, names and values aliasing b.
// It reports false if b is no such map, or has more than there is room for: a field
// that is left out may be a refusal.
func readPairs(dst []abi.Header, b []byte) ([]abi.Header, bool) {
	if len(b) < 4 {
		return dst, len(b) == 0
	}
	n := int(binary.LittleEndian.Uint32(b))
	if n < 0 || n > (len(b)-4)/10 { // two lengths and two zero bytes each
		return dst, false
	}
	sizes, rest := b[4:4+8*n], b[4+8*n:]
	for ; len(sizes) > 0; sizes = sizes[8:] {
		var h abi.Header
		var ok, ok2 bool
		h.Name, rest, ok = cutPair(rest, binary.LittleEndian.Uint32(sizes))
		h.Value, rest, ok2 = cutPair(rest, binary.LittleEndian.Uint32(sizes[4:]))
		if !ok || !ok2 || len(dst) == cap(dst) {
			return dst, false
		}
		dst = append(dst, h)
	}
	return dst, len(rest) == 0
}

func cutPair(b []byte, size uint32) (text, rest []byte, ok bool) {
	if uint64(size) >= uint64(len(b)) || b[size] != 0 {
		return nil, nil, false
	}
	return b[:size:size], b[size+1:], true
}

// AppendPairs appends a map of header fields.
func AppendPairs(dst []byte, fields ...abi.Header) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(fields)))
	for i := range fields {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(fields[i].Name)))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(fields[i].Value)))
	}
	for i := range fields {
		dst = append(append(dst, fields[i].Name...), 0)
		dst = append(append(dst, fields[i].Value...), 0)
	}
	return dst
}

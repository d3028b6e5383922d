package edge

import (
	"bytes"
	"encoding/binary"

	"github.com/profferhq/proffer/plugin/abi"
)

// Mark is what the instances of one host tell each other of the snapshot that they
// share: when one of them last asked for it, and which it was. It is written as 8
// bytes, little-endian, and the hash.
type Mark struct {
	Asked int64  // milliseconds since 1970-01-01T00:00:00Z
	Hash  []byte // empty before there is one
}

// ParseMark reads a mark; what is none is one that is long past.
func ParseMark(b []byte) Mark {
	if len(b) != 8 && len(b) != 8+abi.HashSize {
		return Mark{}
	}
	return Mark{Asked: int64(binary.LittleEndian.Uint64(b)), Hash: b[8:]}
}

// Append appends the mark as ParseMark reads it.
func (m Mark) Append(dst []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(dst, uint64(m.Asked)), m.Hash...)
}

// Due reports whether the snapshot is to be asked for again: every instance has a
// timer of its own, and one of them is enough. A mark of the future is that of a
// clock that was put back.
func (m Mark) Due(now, every int64) bool {
	return now-m.Asked >= every/2 || m.Asked > now
}

// Other reports whether the mark names another snapshot than an instance has.
func (m Mark) Other(hash []byte) bool {
	return len(m.Hash) > 0 && !bytes.Equal(m.Hash, hash)
}

package compile

import (
	"crypto/sha256"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// frame puts the sections into one msgpack array behind magic, format, hash
// and table. Every section lies in a bin of its own, padded so that the next
// starts on a multiple of 8; the head's encodings are of fixed length, so the
// first does too.
func (e *emitter) frame() []byte {
	var ids []int
	for id := 1; id < snapshot.NumSections; id++ {
		if len(e.sections[id].b) > 0 {
			ids = append(ids, id)
		}
	}
	n := 4 + len(ids)
	b := []byte{0xdc, byte(n >> 8), byte(n)}
	b = wire.AppendStr(b, snapshot.Magic)
	b = wire.AppendUint(b, snapshot.Format)
	b = wire.AppendBin(b, make([]byte, snapshot.HashSize))
	hashed := len(b)
	b = appendBin32(b, make([]byte, snapshot.TableEntry*len(ids)))
	table := len(b) - snapshot.TableEntry*len(ids)
	for i, id := range ids {
		s := e.sections[id].b
		entry := record(b[table+snapshot.TableEntry*i:])
		entry.u32(0, uint32(id))
		entry.u32(4, uint32(len(b)+5))
		entry.u32(8, uint32(len(s)))
		for (len(b)+5+len(s)+5)%8 != 0 {
			s = append(s, 0)
		}
		b = appendBin32(b, s)
	}
	sum := sha256.Sum256(b[hashed:])
	copy(b[hashed-snapshot.HashSize:], sum[:])
	return b
}

// appendBin32 writes a bin whose length takes four bytes, however short it is.
func appendBin32(b, s []byte) []byte {
	b = append(b, 0xc6)
	b = append(b, byte(len(s)>>24), byte(len(s)>>16), byte(len(s)>>8), byte(len(s)))
	return append(b, s...)
}

package jump

import (
	"bytes"
	"encoding/binary"
)

// Go finds the function of a place by a table with a bucket of 20 bytes for each
// 4 KiB of code, and in Wasm each function takes 64 KiB of numbers of blocks: its
// bucket stands there 16 times (runtime.findfunc and cmd/link's findfunctab, Go
// 1.26). One for each 64 KiB says the same, so the shift by which findfunc finds
// a bucket becomes 16.

const (
	bucketSize   = 20
	bucketsAFunc = 16
	bucketShift  = 12
	functionSize = 16 // of a function's places, as a shift
)

// Offsets in a module's description (runtime.moduledata) from where the address
// of the table of functions stands, which is its first field; the names' is next.
const (
	moduleNames   = 8
	moduleBuckets = 152
	moduleFirst   = 160
	moduleLast    = 168
)

// findfunc computes a bucket's address by these: the offset shifted, and, a few
// instructions on, the product with a bucket's size and a load of the table's
// address from the description.
const (
	lookupShift = "\x42\x0c\x88\x21"
	lookupSize  = "\x42\x14\x7e"
	lookupTable = "\x29\x03\x98\x01"
	lookupReach = 32 // bytes from one to the next, at most
)

// shift is where the shift of findfunc stands in a code section, or -1 where that
// is not one place.
func shift(code []byte) int {
	found := -1
	for at := 0; ; at++ {
		next := bytes.Index(code[at:], []byte(lookupSize))
		if next < 0 {
			return found
		}
		at += next
		before := bytes.LastIndex(code[max(0, at-lookupReach):at], []byte(lookupShift))
		behind := bytes.Index(code[at:min(len(code), at+lookupReach)], []byte(lookupTable))
		if before < 0 || behind < 0 {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = max(0, at-lookupReach) + before + 1
	}
}

// buckets are those of an image, nil if its table is not as it is said above.
func (m *image) buckets() []byte {
	at := m.description()
	if at < 0 {
		return nil
	}
	u64 := func(field int) int { return int(binary.LittleEndian.Uint64(m.bytes[at+field:])) }
	start, size := u64(moduleBuckets), (u64(moduleLast)-u64(moduleFirst))>>bucketShift*bucketSize
	if start < 0 || size <= 0 || start+size > len(m.bytes) || size%(bucketsAFunc*bucketSize) != 0 {
		return nil
	}
	all := m.bytes[start : start+size]
	for i := 0; i < len(all); i += bucketSize {
		first := i - i%(bucketsAFunc*bucketSize)
		if !bytes.Equal(all[i:i+4], all[first:first+4]) || bytes.Count(all[i+4:i+bucketSize], []byte{0}) != bucketSize-4 {
			return nil
		}
	}
	return all
}

// description is where the module's description stands, or -1.
func (m *image) description() int {
	var start [16]byte
	binary.LittleEndian.PutUint64(start[:], uint64(m.table))
	binary.LittleEndian.PutUint64(start[moduleNames:], uint64(m.table+m.number(fieldNames)))
	at := bytes.Index(m.bytes, start[:])
	if at < 0 || at+moduleLast+8 > len(m.bytes) {
		return -1
	}
	return at
}

// coarsen keeps one bucket for each function.
func coarsen(buckets []byte) {
	n := 0
	for i := 0; i < len(buckets); i += bucketsAFunc * bucketSize {
		n += copy(buckets[n:], buckets[i:i+bucketSize])
	}
	clear(buckets[n:])
}

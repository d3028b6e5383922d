package preinit

import "encoding/binary"

// Wizer writes some 10,000 segments, one for each run of bytes without four zeros,
// and empty ones in place of the module's own. An engine reads them all whenever it
// starts an instance; most of wazero's time for that went there.

const (
	// least is from how many zeros on a new segment begins: 180 of them are left, in
	// a module of 100 offers. With 24 it would be 890, and 55 KB of zeros less, which
	// a compressed file does not notice; with 4096 it would be 60, and 275 KB more.
	least = 256

	active   = 0
	passive  = 1
	opConst  = 0x41
	opEnd    = 0x0b
	maxImage = 1 << 30
)

// laidOut is the memory that a data section makes, nil if it is none.
func laidOut(r *reader) (memory []byte) {
	for n := r.uint(); n > 0 && !r.cut; n-- {
		kind := r.byte()
		if kind == passive {
			r.take(r.uint()) // nothing reads it
			continue
		}
		op, start, end := r.byte(), r.sint(), r.byte()
		data := r.take(r.uint())
		if kind != active || op != opConst || end != opEnd || start < 0 || start+len(data) > maxImage {
			return nil
		}
		if more := start + len(data) - len(memory); more > 0 {
			memory = append(memory, make([]byte, more)...)
		}
		copy(memory[start:], data)
	}
	if r.cut || len(r.b) > 0 {
		return nil
	}
	return memory
}

// segments is a data section that makes a memory.
func segments(memory []byte) []byte {
	var out []byte
	n := 0
	for at := 0; at < len(memory); {
		if memory[at] == 0 {
			at++
			continue
		}
		size := run(memory[at:])
		out = appendSint(append(out, 0, opConst), at)
		out = binary.AppendUvarint(append(out, opEnd), uint64(size))
		out = append(out, memory[at:at+size]...)
		at += size
		n++
	}
	return append(binary.AppendUvarint(nil, uint64(n)), out...)
}

// run is how many bytes there are before so many zeros that a new segment begins.
func run(b []byte) (size int) {
	for i, c := range b {
		if c != 0 {
			size = i + 1
		} else if i-size >= least {
			break
		}
	}
	return size
}

// appendSint appends a number as the format has it, LEB128 with a sign.
func appendSint(dst []byte, n int) []byte {
	for {
		low := byte(n & 0x7f)
		n >>= 7
		if n == 0 && low&0x40 == 0 {
			return append(dst, low)
		}
		dst = append(dst, low|0x80)
	}
}

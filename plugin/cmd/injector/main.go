//go:build wasip1

// Command injector is injector.wasm: package plugin/inject for hosts that are not
// written in Go, one page or many at a time, each in chunks. Build it with
// -buildmode=c-shared.
//
// A message goes into the buffer that injector_buffer gives; what comes back is
// address << 32 | length, and holds until the next call.
package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

func main() {}

// body is one that streams through.
type body struct {
	injector inject.Injector
	answer   []byte // which response points into
	response abi.Response
	fills    [abi.MaxSlots]inject.Fill
	open     bool
}

var (
	bodies  []*body
	message = make([]byte, 64<<10)
	out     = make([]byte, 0, 128<<10)
)

// maxMessage bounds a chunk, and an answer.
const maxMessage = 4 << 20

// buffer gives room for a message of size bytes, which holds until the next call
// of buffer; nil if it is too long.
//
//go:wasmexport injector_buffer
func buffer(size int32) unsafe.Pointer {
	if size < 0 || size > maxMessage {
		return nil
	}
	if int(size) > len(message) {
		message = make([]byte, max(int(size), 2*len(message)))
	}
	return unsafe.Pointer(unsafe.SliceData(message))
}

// begin takes an answer to a page, as proffer_handle gave it, from the buffer. It
// gives the number of a body, or -1 where there is nothing to write into it.
//
//go:wasmexport injector_begin
func begin(n int32) int32 {
	if n < 0 || int(n) > len(message) {
		return -1
	}
	at, b := vacant()
	b.answer = append(b.answer[:0], message[:n]...)
	if b.response.Decode(b.answer) != nil || b.response.Status != abi.StatusOK {
		return -1
	}
	fills := b.fills[:0]
	for i := range b.response.Answer.Slots {
		if s := &b.response.Answer.Slots[i]; s.HTML != nil {
			fills = append(fills, inject.Fill{Slot: inject.Slot{Space: s.Space, N: s.N}, HTML: s.HTML})
		}
	}
	if len(fills) == 0 {
		return -1
	}
	b.injector.Reset(fills)
	b.open = true
	return int32(at)
}

// vacant is a body that nobody has.
func vacant() (int, *body) {
	for i, b := range bodies {
		if !b.open {
			return i, b
		}
	}
	bodies = append(bodies, &body{})
	return len(bodies) - 1, bodies[len(bodies)-1]
}

// write takes the next n bytes of a body from the buffer.
//
//go:wasmexport injector_write
func write(at, n int32) int64 {
	out = bodies[at].injector.Write(out[:0], message[:n])
	return packed()
}

// end gives what was kept back, and the number of the body to the next.
//
//go:wasmexport injector_end
func end(at int32) int64 {
	out = bodies[at].injector.Close(out[:0])
	bodies[at].open = false
	return packed()
}

func packed() int64 {
	return int64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | int64(len(out))
}

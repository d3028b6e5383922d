//go:build wasip1

// Command reactor is proffer.wasm: the native contract of plugin/ABI.md over
// plugin/guest. Build it with -buildmode=c-shared.
package main

import (
	"runtime"
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

func main() {}

// The instance's memory for messages: a request has some two KiB and its response
// six, and what is longer gets more. A request's buffer is kept between calls; a
// snapshot's belongs to the guest from proffer_load on.
var (
	instance = guest.New()
	requests = make([]byte, 16<<10)
	message  = requests
	response = make([]byte, 0, 16<<10)
)

//go:wasmexport proffer_abi_version
func version() int32 { return abi.Version }

//go:wasmexport proffer_buffer
func buffer(size int32) unsafe.Pointer {
	if size < 0 || size > abi.MaxBuffer {
		return nil
	}
	switch {
	case int(size) <= len(requests):
		message = requests
	case size <= abi.MaxRequest:
		// Twice as long at least: buffers that grow by a few bytes each would all be
		// garbage.
		requests = make([]byte, min(abi.MaxRequest, max(int(size), 2*len(requests))))
		message = requests
	default:
		message = make([]byte, size)
	}
	return unsafe.Pointer(unsafe.SliceData(message))
}

// taken is the first n bytes of the buffer; nil if it is not so long.
func taken(n int32) []byte {
	if n < 0 || int(n) > len(message) {
		return nil
	}
	return message[:n:n]
}

//go:wasmexport proffer_configure
func configure(n int32) int32 {
	status, _ := instance.Configure(taken(n))
	return int32(status)
}

//go:wasmexport proffer_verify
func verify(n int32) int32 {
	status, _ := instance.Verify(taken(n))
	return int32(status)
}

//go:wasmexport proffer_load
func load(n int32) int32 {
	status, _ := instance.Load(taken(n))
	if status == abi.StatusOK {
		if unsafe.SliceData(message) == unsafe.SliceData(requests) {
			requests = make([]byte, 16<<10)
		}
		message = requests
	}
	return int32(status)
}

//go:wasmexport proffer_handle
func handle(n int32) int64 {
	response = instance.Handle(response[:0], taken(n))
	return int64(uintptr(unsafe.Pointer(unsafe.SliceData(response))))<<32 | int64(len(response))
}

//go:wasmexport proffer_gc
func collect() { runtime.GC() }

//go:build wasip1

// Command badguest is a module for the host's tests: it keeps the contract, but
// the first byte of a request chooses what goes wrong.
//
// A snapshot is its hash and one more byte, which chooses what goes wrong with
// it; the configuration's first byte does the same for the instance. The tests
// of package host build it as they build the real one.
//
// Where to look next: behave.go has the requests' bytes.
package main

import "unsafe"

func main() {}

const hashSize = 32

var (
	buffer   []byte
	snapshot []byte
	mood     byte // the configuration's first byte
	response []byte
)

func address(b []byte) int32 { return int32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

//go:wasmexport proffer_abi_version
func version() int32 { return 1 }

//go:wasmexport proffer_buffer
func newBuffer(size int32) int32 {
	switch {
	case mood == '0':
		return 0
	case mood == 'F':
		return -64 // the last 64 bytes of the address space
	case size > 64<<10 && mood == 'A':
		panic("no buffer today")
	}
	if int(size) > cap(buffer) {
		buffer = make([]byte, size)
	}
	buffer = buffer[:cap(buffer)]
	return address(buffer)
}

//go:wasmexport proffer_configure
func configure(n int32) int32 {
	mood = buffer[0]
	if mood == 'R' {
		return 4
	}
	return 0
}

//go:wasmexport proffer_verify
func verify(n int32) int32 {
	switch buffer[hashSize] {
	case 'v':
		return 5
	case 'p':
		panic("verify")
	}
	return 0
}

//go:wasmexport proffer_load
func load(n int32) int32 {
	if buffer[hashSize] == 'l' {
		return 5
	}
	snapshot, buffer = buffer[:n], nil
	return 0
}

//go:wasmexport proffer_gc
func gc() {}

//go:wasmexport proffer_handle
func handle(n int32) int64 {
	request := buffer[:n]
	if n > 0 && request[0]&0xf0 != 0x90 && request[0] != 0xdc {
		return behave(request)
	}
	response = append(response[:0], 0x92, 0)
	if snapshot == nil {
		return answer(append(response, 0xc0))
	}
	switch snapshot[hashSize] {
	case 'h': // another hash each time
		random(unsafe.Pointer(unsafe.SliceData(snapshot)), hashSize)
	case 'u':
		return answer(append(response, 0xc0))
	case 'U':
		return status(5, "it went away")
	case 'j':
		return answer(append(response, 0xc1))
	}
	response = append(response, 0xc4, hashSize)
	return answer(append(response, snapshot[:hashSize]...))
}

func answer(b []byte) int64 {
	response = b
	return at(address(b), len(b))
}

func at(addr int32, n int) int64 { return int64(addr)<<32 | int64(uint32(n)) }

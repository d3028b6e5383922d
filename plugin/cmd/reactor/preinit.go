//go:build wasip1 && proffer_preinit

package main

import (
	"runtime"
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
)

// With the tag proffer_preinit the reactor is proffer-preinit.wasm, of which Wizer
// makes a module that has started already (plugin/ABI.md, "Images").

//go:wasmimport wasi_snapshot_preview1 fd_read
func fdRead(fd int32, iovs unsafe.Pointer, n int32, read unsafe.Pointer) uint32

// Wizer calls this after _initialize, once, and keeps what it leaves in the memory.
// A panic ends it with its text, and no image is made.
//
//go:wasmexport wizer-initialize
func preinitialize() {
	if array := fill(make([]byte, 1)); array[0] != 0x92 {
		panic("standard input does not begin with an array of two")
	}
	settings, snapshot := value(abi.MaxConfig), value(abi.MaxBuffer)
	take(instance.Configure(settings))
	if snapshot != nil {
		take(instance.Verify(snapshot))
		take(instance.Load(snapshot))
	}
	clear(settings)
	// Nothing of a collection that loading has begun may be left to each instance.
	runtime.GC()
}

// What a host may call in an image by the name of _initialize: it does nothing.
//
//go:wasmexport proffer_ready
func ready() {}

func take(status abi.Status, text string) {
	if status != abi.StatusOK {
		panic(text)
	}
}

// value reads a msgpack bin, or nil, from standard input. It gets memory of just
// its size: what is garbage here is a part of every image.
func value(most int) []byte {
	head := make([]byte, 4)
	switch fill(head[3:])[0] {
	case 0xc0:
		return nil
	case 0xc4:
		fill(head[3:])
	case 0xc5:
		head[3] = 0
		fill(head[2:])
	case 0xc6:
		fill(head)
	default:
		panic("standard input has a value that is neither bin nor nil")
	}
	n := uint32(head[0])<<24 | uint32(head[1])<<16 | uint32(head[2])<<8 | uint32(head[3])
	if uint64(n) > uint64(most) {
		panic("standard input has a value that is too long")
	}
	return fill(make([]byte, n))
}

// fill fills b from standard input.
func fill(b []byte) []byte {
	for rest := b; len(rest) > 0; {
		var n uint32
		v := struct{ base, length uint32 }{uint32(uintptr(unsafe.Pointer(unsafe.SliceData(rest)))), uint32(len(rest))}
		if fdRead(0, unsafe.Pointer(&v), 1, unsafe.Pointer(&n)) != 0 || n == 0 {
			panic("standard input ends too early")
		}
		rest = rest[n:]
	}
	return b
}

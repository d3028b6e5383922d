//go:build wasip1

package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
)

// landing is where the host puts what it hands over, one thing at a time: it asks
// for memory within the call that was asked. What is to be kept is copied out of it,
// or it is given away. It is kept up to the size of a chunk of a body.
var landing []byte

const maxLanding = 256 << 10

//go:wasmexport proxy_on_memory_allocate
func allocate(size uint32) unsafe.Pointer {
	if size > abi.MaxCommand+abi.MaxCommand/2 { // a snapshot in base64
		return nil
	}
	if int(size) > len(landing) {
		landing = make([]byte, max(int(size), min(2*len(landing), maxLanding), 4096))
	}
	return unsafe.Pointer(unsafe.SliceData(landing))
}

// arrival is what the last call has put where it was told.
type arrival struct{ data, size uint32 }

var arrived arrival

// received are the bytes that have arrived, nil if the call failed or they are not
// where they were asked to be. They hold until the next call that receives.
func received(status uint32) []byte {
	size := int(arrived.size)
	if status != 0 || size > len(landing) || arrived.data != uint32(uintptr(unsafe.Pointer(unsafe.SliceData(landing)))) {
		return nil
	}
	return landing[:size:size]
}

// expect makes room for an arrival. A landing that something large has left behind
// is given up.
func expect() (data, size unsafe.Pointer) {
	if len(landing) > maxLanding {
		landing = nil
	}
	arrived = arrival{}
	return unsafe.Pointer(&arrived.data), unsafe.Pointer(&arrived.size)
}

// takeLanding gives the landing to whoever keeps what is in it.
func takeLanding() { landing = nil }

// buffer is a part of a buffer, nil where the host gives more than was asked for.
func buffer(kind, start, most uint32) []byte {
	data, size := expect()
	b := received(proxyGetBufferBytes(kind, start, most, data, size))
	if len(b) > int(most) {
		return nil
	}
	return b
}

func pairs(kind uint32) []byte {
	data, size := expect()
	return received(proxyGetHeaderMapPairs(kind, data, size))
}

func header(kind uint32, name string) []byte {
	data, size := expect()
	return received(proxyGetHeaderMapValue(kind, address(name), uint32(len(name)), data, size))
}

func property(path string) []byte {
	data, size := expect()
	return received(proxyGetProperty(address(path), uint32(len(path)), data, size))
}

func shared(key []byte) (value []byte, cas uint32) {
	data, size := expect()
	value = received(proxyGetSharedData(start(key), uint32(len(key)), data, size, unsafe.Pointer(&cas)))
	return value, cas
}

func share(key, value []byte, cas uint32) bool {
	return proxySetSharedData(start(key), uint32(len(key)), start(value), uint32(len(value)), cas) == 0
}

func add(name string, value []byte) {
	proxyAddHeaderMapValue(mapResponse, address(name), uint32(len(name)), start(value), uint32(len(value)))
}

func set(name string, value []byte) {
	proxyReplaceHeaderMapValue(mapResponse, address(name), uint32(len(name)), start(value), uint32(len(value)))
}

func remove(kind uint32, names ...string) {
	for _, name := range names {
		proxyRemoveHeaderMapValue(kind, address(name), uint32(len(name)))
	}
}

func logLine(level uint32, line []byte) { proxyLog(level, start(line), uint32(len(line))) }

func warn(text string) { logLine(levelError, []byte(text)) }

func clock() (nanoseconds int64) {
	clockTimeGet(0, 1, unsafe.Pointer(&nanoseconds))
	return nanoseconds
}

func start(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func address(s string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(s)) }

//go:build wasip1

// Command command is proffer-command.wasm: one message on standard input, its
// response on standard output (plugin/ABI.md, "The command").
package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// Standard streams are read and written by the system calls themselves:
// package os brings imports and a start-up that not every host has.

//go:wasmimport wasi_snapshot_preview1 fd_read
func fdRead(fd int32, iovs unsafe.Pointer, n int32, read unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 fd_write
func fdWrite(fd int32, iovs unsafe.Pointer, n int32, written unsafe.Pointer) uint32

// iovec is WASI's: 32-bit address and length.
type iovec struct{ base, length uint32 }

func main() {
	config, request, status, text := abi.DecodeCommand(readAll())
	out := make([]byte, 0, 64<<10)
	g := guest.New()
	if status == abi.StatusOK && config != nil {
		status, text = g.Configure(config)
	}
	if status != abi.StatusOK {
		writeAll(abi.AppendError(out, status, text))
		return
	}
	writeAll(g.Explain(out, request))
}

// readAll reads standard input up to its end, or to one byte more than a
// message may have.
func readAll() []byte {
	b := make([]byte, 0, 1<<20)
	for len(b) <= abi.MaxCommand {
		if len(b) == cap(b) {
			b = append(b, make([]byte, cap(b))...)[:len(b)]
		}
		free := b[len(b):cap(b)]
		var n uint32
		v := iovec{uint32(uintptr(unsafe.Pointer(unsafe.SliceData(free)))), uint32(len(free))}
		if fdRead(0, unsafe.Pointer(&v), 1, unsafe.Pointer(&n)) != 0 || n == 0 {
			break
		}
		b = b[:len(b)+int(n)]
	}
	return b
}

func writeAll(b []byte) {
	for len(b) > 0 {
		var n uint32
		v := iovec{uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))), uint32(len(b))}
		if fdWrite(1, unsafe.Pointer(&v), 1, unsafe.Pointer(&n)) != 0 || n == 0 {
			return
		}
		b = b[n:]
	}
}

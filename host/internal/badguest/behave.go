//go:build wasip1

package main

import (
	"slices"
	"strconv"
	"unsafe"
)

//go:wasmimport wasi_snapshot_preview1 proc_exit
func exit(code int32)

//go:wasmimport wasi_snapshot_preview1 sched_yield
func yield() int32

//go:wasmimport wasi_snapshot_preview1 fd_write
func write(fd int32, iovs unsafe.Pointer, n int32, written unsafe.Pointer) int32

//go:wasmimport wasi_snapshot_preview1 random_get
func random(b unsafe.Pointer, n int32) int32

//go:wasmimport wasi_snapshot_preview1 clock_time_get
func clock(id int32, precision int64, result unsafe.Pointer) int32

//go:wasmimport wasi_snapshot_preview1 poll_oneoff
func poll(in, out unsafe.Pointer, n int32, events unsafe.Pointer) int32

var (
	count  uint64
	hoard  [][]byte
	nobody *struct{ name [64]byte }
	never  = make(chan int)
)

// behave does what the first byte of a request says.
func behave(request []byte) int64 {
	switch request[0] {
	case 'e': // echo
		return echo(request)
	case 'p':
		panic("as asked")
	case 'r': // recovered, as the real module does
		return status(64, "panic, recovered")
	case '3':
		return status(3, "another snapshot")
	case '6':
		return status(6, "kind not supported")
	case 'i':
		return status(66, "internal")
	case 'b':
		return status(255, "a status of the future")
	case 'n':
		return int64(nobody.name[int(request[0])%64])
	case 'o':
		return int64(request[len(request)+int(request[0])])
	case 's':
		spin()
	case 'S':
		for {
			count += uint64(step(int(count)))
		}
	case 'y':
		for {
			yield()
		}
	case 'd':
		<-never
	case 'x':
		exit(3)
	case 'X':
		exit(0)
	case 'k':
		return int64(recurse(request, 1))
	case 'm':
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case 'z':
		sleep()
		return echo(request)
	case 'w':
		shout()
		return echo(request)
	case 'q':
		return echo(world())
	case 'c':
		return echo(work(request))
	default:
		return misbehave(request)
	}
	return 0
}

// misbehave has the behaviours that end in an answer of some kind.
func misbehave(request []byte) int64 {
	switch request[0] {
	case 'L': // an address outside of the memory
		return at(-16, 64)
	case 'l': // a length outside of the memory
		return at(address(request), 1<<20)
	case '0':
		return 0
	case 'E': // short
		return at(address(request), 0)
	case 'B': // over the limit
		return echo(make([]byte, 1<<20))
	case 'j':
		return answer(append(response[:0], "<html>"...))
	case 'J':
		return answer(append(response[:0], 0x90))
	case 't':
		return answer(append(response[:0], 0x91, 0xcd, 1, 0)) // status 256
	case 'g': // 1 MiB that stays
		hoard = append(hoard, make([]byte, 1<<20))
		return echo(request)
	case 'a': // as many KiB as the second byte says that do not
		b := make([]byte, int(request[1])<<10)
		b[len(request)] = request[0]
		hoard = append(hoard[:0], b)
		return echo(request)
	}
	return status(4, "unknown behaviour")
}

func status(s byte, text string) int64 {
	response = append(response[:0], 0x92, 0xcc, s, 0xd9, byte(len(text)))
	return answer(append(response, text...))
}

func echo(request []byte) int64 {
	n := len(request)
	response = append(response[:0], 0x92, 0, 0xc6, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return answer(append(response, request...))
}

// spin is a loop without a call in it.
func spin() {
	for i := uint64(1); i != 0; i += 2 {
		count ^= i
	}
}

//go:noinline
func step(n int) int { return n ^ 1 }

//go:noinline
func recurse(b []byte, depth int) int {
	var pad [64]byte
	pad[depth%64] = b[0]
	return recurse(pad[:], depth+1) + int(pad[(depth+1)%64])
}

// sleep asks for one hour.
func sleep() {
	subscription := [6]uint64{0, 0, 1, 3600e9, 0, 0} // clock, monotonic
	var event [4]uint64
	var n uint32
	poll(unsafe.Pointer(&subscription), unsafe.Pointer(&event), 1, unsafe.Pointer(&n))
}

// shout writes 100 KiB to the standard error.
func shout() {
	line := []byte("0123456789abcdef\n")
	var n uint32
	for written := 0; written < 100<<10; written += len(line) {
		iov := [2]uint32{uint32(address(line)), uint32(len(line))}
		write(2, unsafe.Pointer(&iov), 1, unsafe.Pointer(&n))
	}
}

// world is 16 random bytes and the wall clock in nanoseconds, little-endian.
func world() []byte {
	b := make([]byte, 24)
	random(unsafe.Pointer(unsafe.SliceData(b)), 16)
	clock(0, 1, unsafe.Pointer(&b[16]))
	return b
}

// work stands for a decision: it mixes the request, sorts and makes text. It
// has the loops of ordinary code and takes some 10 us.
func work(request []byte) []byte {
	var list [64]uint32
	h := uint32(2166136261)
	for range 4 {
		for _, c := range request {
			h = (h ^ uint32(c)) * 16777619
		}
	}
	for i := range list {
		h = h*1664525 + 1013904223
		list[i] = h >> 8
	}
	slices.Sort(list[:])
	text = text[:0]
	for _, v := range list[:16] {
		text = strconv.AppendUint(append(text, "<a href=\"/c/"...), uint64(v), 10)
		text = append(text, "\">offer</a>"...)
	}
	return text
}

var text []byte

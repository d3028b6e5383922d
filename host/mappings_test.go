package host_test

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// mappings counts the mappings of this process where the kernel tells them,
// and is 0 elsewhere.
func mappings() int {
	b, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return 0
	}
	return bytes.Count(b, []byte("\n"))
}

// heapInUse is what the heap of this process holds, without garbage.
func heapInUse() uint64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// residentMemory is what of this process lies in RAM where the kernel tells it,
// and is 0 elsewhere.
func residentMemory() uint64 {
	b, _ := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return pages * uint64(os.Getpagesize())
}

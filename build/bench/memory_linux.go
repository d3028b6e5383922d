package main

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

const memoryKind = "mapped memory that grows in place, as package host has it"

// withMemory gives the instance that is made with the context a linear memory
// that never moves, as package host does.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(allocate))
}

func allocate(_, limit uint64) experimental.LinearMemory {
	limit = min(limit, 128<<20) // twice the largest snapshot
	b, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		panic(err) // wazero takes no error here
	}
	return &mapped{b: b}
}

type mapped struct {
	b    []byte
	size uint64
}

// Reallocate implements experimental.LinearMemory.
func (m *mapped) Reallocate(size uint64) []byte {
	if size > uint64(len(m.b)) {
		return nil
	}
	if size > m.size && syscall.Mprotect(m.b[m.size:size], syscall.PROT_READ|syscall.PROT_WRITE) != nil {
		return nil
	}
	m.size = max(m.size, size)
	return m.b[:size:size]
}

// Free implements experimental.LinearMemory.
func (m *mapped) Free() {
	if m.b != nil {
		_ = syscall.Munmap(m.b)
		m.b = nil
	}
}

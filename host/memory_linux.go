package host

import (
	"fmt"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// hugePage is the size of one on amd64 and arm64. A growth by as much is the
// buffer for a snapshot, which is written whole: huge pages spare it the page
// faults, and take nothing that is not accessible.
const hugePage = 2 << 20

// memory is a linear memory that never moves: its whole limit is reserved as
// address space, pages are made accessible when it grows, and the kernel finds
// zeroed ones when they are touched.
type memory struct {
	reserved []byte
	size     uint64 // accessible
}

var _ experimental.LinearMemory = (*memory)(nil)

// newMemory reserves limit bytes, which are whole pages, and makes the first
// size of them accessible.
func newMemory(size, limit int64) (experimental.LinearMemory, error) {
	b, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_NONE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("reserve %d bytes of address space: %w", limit, err)
	}
	m := &memory{reserved: b}
	if m.Reallocate(uint64(size)) == nil {
		m.Free()
		return nil, fmt.Errorf("make %d of %d bytes accessible: no memory", size, limit)
	}
	return m, nil
}

// Reallocate implements experimental.LinearMemory. It never shrinks.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.reserved)) {
		return nil
	}
	if size > m.size {
		if syscall.Mprotect(m.reserved[m.size:size], syscall.PROT_READ|syscall.PROT_WRITE) != nil {
			return nil
		}
		if size-m.size >= hugePage {
			// Advice only: kernels without huge pages refuse it.
			_ = syscall.Madvise(m.reserved[m.size:size], syscall.MADV_HUGEPAGE)
		}
		m.size = size
	}
	return m.reserved[:size:size]
}

// Free implements experimental.LinearMemory. Nothing may read the memory
// afterwards; a second time it does nothing.
func (m *memory) Free() {
	if m.reserved == nil {
		return
	}
	// An error would mean that the range is not a mapping of ours: then
	// there is nothing to give back.
	_ = syscall.Munmap(m.reserved)
	m.reserved, m.size = nil, 0
}

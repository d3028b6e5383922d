package linear

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// hugePage is the size of one on amd64 and arm64. A growth by as much that is
// then written whole is spared the page faults by huge pages, and takes nothing
// that is not accessible.
const hugePage = 2 << 20

// Memory is a linear memory.
type Memory struct {
	reserved []byte
	size     uint64 // accessible
}

// New reserves limit bytes, which are whole pages, and makes the first size of
// them accessible.
func New(size, limit int64) (*Memory, error) {
	b, err := unix.Mmap(-1, 0, int(limit), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("reserve %d bytes of address space: %w", limit, err)
	}
	m := &Memory{reserved: b}
	if m.Reallocate(uint64(size)) == nil {
		m.Free()
		return nil, fmt.Errorf("make %d of %d bytes accessible: no memory", size, limit)
	}
	return m, nil
}

// Reallocate implements experimental.LinearMemory. It never shrinks.
func (m *Memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.reserved)) {
		return nil
	}
	if size > m.size {
		if unix.Mprotect(m.reserved[m.size:size], unix.PROT_READ|unix.PROT_WRITE) != nil {
			return nil
		}
		if size-m.size >= hugePage {
			// Advice only: kernels without huge pages refuse it.
			_ = unix.Madvise(m.reserved[m.size:size], unix.MADV_HUGEPAGE)
		}
		m.size = size
	}
	return m.reserved[:size:size]
}

// Free implements experimental.LinearMemory. Nothing may read the memory
// afterwards; a second time it does nothing.
func (m *Memory) Free() {
	if m.reserved == nil {
		return
	}
	// An error would mean that the range is not a mapping of ours: then
	// there is nothing to give back.
	_ = unix.Munmap(m.reserved)
	m.reserved, m.size = nil, 0
}

// Put writes an image to an address. After an error the memory must not be used
// any more.
func (m *Memory) Put(image *Image, at uint32) error {
	size := uint64(len(image.bytes))
	if uint64(at)+size > m.size {
		return fmt.Errorf("image of %d bytes at address %d of a memory of %d bytes", size, at, m.size)
	}
	to := m.reserved[at : uint64(at)+size]
	mapped, err := image.mapInto(to)
	copy(to[mapped:], image.bytes[mapped:])
	return err
}

//go:build !linux

package host

import "github.com/tetratelabs/wazero/experimental"

// memory is a linear memory on the Go heap, with a limit.
type memory struct {
	b     []byte
	limit uint64
}

var _ experimental.LinearMemory = (*memory)(nil)

// newMemory makes a memory of size bytes that can grow to limit.
func newMemory(size, limit int64) (experimental.LinearMemory, error) {
	return &memory{b: make([]byte, size), limit: uint64(limit)}, nil
}

// Reallocate implements experimental.LinearMemory. It never shrinks.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		return nil
	}
	if size > uint64(cap(m.b)) {
		grown := make([]byte, size, min(size+size/4, m.limit))
		copy(grown, m.b)
		m.b = grown
	}
	m.b = m.b[:max(size, uint64(len(m.b)))]
	return m.b[:size]
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() { m.b = nil }

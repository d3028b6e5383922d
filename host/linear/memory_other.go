//go:build !linux

package linear

import "fmt"

// Memory is a linear memory on the Go heap, with a limit.
type Memory struct {
	b     []byte
	limit uint64
}

// New makes a memory of size bytes that can grow to limit.
func New(size, limit int64) (*Memory, error) {
	return &Memory{b: make([]byte, size), limit: uint64(limit)}, nil
}

// Reallocate implements experimental.LinearMemory. It never shrinks.
func (m *Memory) Reallocate(size uint64) []byte {
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

// Free implements experimental.LinearMemory. Nothing may read the memory
// afterwards; a second time it does nothing.
func (m *Memory) Free() { m.b, m.limit = nil, 0 }

// Put writes an image to an address. After an error the memory must not be used
// any more.
func (m *Memory) Put(image *Image, at uint32) error {
	size := uint64(len(image.bytes))
	if uint64(at)+size > uint64(len(m.b)) {
		return fmt.Errorf("image of %d bytes at address %d of a memory of %d bytes", size, at, len(m.b))
	}
	copy(m.b[at:], image.bytes)
	return nil
}

// Image is a run of bytes that memories hold. Nobody may change it.
type Image struct{ bytes []byte }

// NewImage makes an image of b, which stays the caller's to read.
func NewImage(b []byte) *Image { return &Image{bytes: b} }

// Close does nothing here.
func (i *Image) Close() {}

// Len is the image's size in bytes.
func (i *Image) Len() int { return len(i.bytes) }

package linear

import (
	"context"

	"github.com/tetratelabs/wazero/experimental"
)

var _ experimental.LinearMemory = (*Memory)(nil)

// With is a context in which wazero instantiates a module with m as its memory.
// The module frees it when it is closed.
func With(ctx context.Context, m *Memory) context.Context {
	return experimental.WithMemoryAllocator(ctx, ready{m})
}

// ready is an allocator that hands out one memory which is there already, so
// that an error in making it is one: wazero's allocators cannot answer any.
type ready struct{ m *Memory }

// Allocate implements experimental.MemoryAllocator.
func (r ready) Allocate(_, _ uint64) experimental.LinearMemory { return r.m }

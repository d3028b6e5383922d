package main

import (
	"context"

	"github.com/tetratelabs/wazero/api"
)

// macs is an instance of the guest that computes MACs alone.
type macs struct {
	mod   api.Module
	f     api.Function
	stack [2]uint64
}

func (b *bench) macs() (*macs, error) {
	mod, _, err := b.engine.instantiate(b.ctx, b.engine.macs, 0)
	if err != nil {
		return nil, err
	}
	return &macs{mod: mod, f: mod.ExportedFunction("macs")}, nil
}

// run computes so many MACs of size bytes.
func (m *macs) run(ctx context.Context, times, size int) error {
	m.stack = [2]uint64{uint64(times), uint64(size)}
	return m.f.CallWithStack(ctx, m.stack[:])
}

func (m *macs) close(ctx context.Context) error { return m.mod.Close(ctx) }

package main

import (
	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/host/linear"
)

// footprint is the linear memory of an instance, in bytes.
type footprint struct {
	offers, snapshot  int
	loaded, warm, end int
	decisions         int
}

const (
	pageSize = 64 << 10
	warmUp   = 1000
)

// footprint lets an instance decide so many times.
func (b *bench) footprint(n, decisions int) (*footprint, error) {
	snapshot, native, err := b.native(n, false)
	if err != nil {
		return nil, err
	}
	image := linear.NewImage(snapshot)
	defer image.Close()
	in, err := b.engine.load(b.ctx, image)
	if err != nil {
		return nil, err
	}
	defer in.close(b.ctx)
	f := &footprint{offers: n, snapshot: len(snapshot), decisions: decisions, loaded: int(in.mem.Size())}
	requests := workload.Requests(native.View().Hash(), false)
	dst := make([]byte, 0, 64<<10)
	for i := range decisions {
		if i == warmUp {
			f.warm = int(in.mem.Size())
		}
		if _, err := in.answer(b.ctx, dst, requests[i%len(requests)]); err != nil {
			return nil, err
		}
	}
	f.end = int(in.mem.Size())
	return f, nil
}

package main

import (
	"context"
	"errors"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/build/preinit"
	"github.com/profferhq/proffer/host/linear"
	"github.com/profferhq/proffer/plugin/abi"
)

// imaged is what an instance costs until it has decided once: of the reactor, which
// is given its snapshot, and of images, which have started.
type imaged struct {
	offers  int
	missing error // why there are no images
	ways    []*way
}

// way is one to have an instance that has decided.
type way struct {
	name   string
	start  func() (*instance, error)
	file   int    // bytes of the module
	took   sample // ns of processor time
	linear int    // bytes of memory that the instance has
	each   int    // bytes that one more instance keeps resident
}

// manyInstances is how many there are at a time when resident memory is counted.
const manyInstances = 20

// images measures fresh instances on a catalog of n offers, all on the memory that
// package host has. Where that maps a snapshot, other hosts copy it.
func (b *bench) images(n int, budget time.Duration) (*imaged, error) {
	wizer, err := preinit.Find(b.out)
	if err != nil {
		return &imaged{offers: n, missing: err}, nil
	}
	snapshot, native, err := b.native(n, false)
	if err != nil {
		return nil, err
	}
	request := workload.Requests(native.View().Hash(), false)[0]
	mapped, copied := linear.NewImage(snapshot), linear.NewImage(snapshot)
	defer mapped.Close()
	copied.Close() // what is put into a memory from now on is a copy
	// Without a cache on the disk: each image is new to it, and would stay there.
	e := &engine{runtime: wazero.NewRuntimeWithConfig(b.ctx, wazero.NewRuntimeConfigCompiler())}
	defer e.runtime.Close(b.ctx)
	wasi_snapshot_preview1.MustInstantiate(b.ctx, e.runtime)
	m := &imaged{offers: n, ways: []*way{
		{name: "reactor, snapshot mapped", file: len(b.wasm), start: func() (*instance, error) { return b.first(mapped, nil, request) }},
		{name: "reactor, snapshot copied", file: len(b.wasm), start: func() (*instance, error) { return b.first(copied, nil, request) }},
	}}
	for _, c := range []struct {
		name   string
		within []byte
		given  *linear.Image
	}{{"image without a snapshot, which is mapped", nil, mapped}, {"image with it", snapshot, nil}} {
		wasm, err := preinit.Image(b.ctx, wizer, filepath.Join(b.out, "proffer-preinit.wasm"), workload.Settings(), c.within)
		if err != nil {
			return nil, err
		}
		image, err := e.runtime.CompileModule(b.ctx, wasm)
		if err != nil {
			return nil, err
		}
		m.ways = append(m.ways, &way{name: c.name, file: len(wasm), start: func() (*instance, error) {
			return e.restored(b.ctx, image, c.given, request)
		}})
	}
	return m, m.measure(b, budget)
}

// restored is an instance of an image that has answered one request. It calls
// _initialize, as hosts do.
func (e *engine) restored(ctx context.Context, image wazero.CompiledModule, snapshot *linear.Image, request []byte) (*instance, error) {
	mod, memory, err := e.instantiate(ctx, image, 0)
	if err != nil {
		return nil, err
	}
	in := newInstance(mod, memory)
	if snapshot != nil {
		err = in.give(ctx, abi.ExportLoad, snapshot)
	}
	return in, errors.Join(err, in.reserve(ctx, 64<<10), in.decided(ctx, nil, request))
}

// measure lets the ways take turns. Times are those of the processor: an instance
// takes milliseconds, in which a machine with other work is somewhere else, too.
func (m *imaged) measure(b *bench, budget time.Duration) error {
	var list []contender
	for _, w := range m.ways {
		var in *instance
		list = append(list, contender{
			name: w.name, n: 1,
			run: func(round int) (err error) {
				start := cpuTime()
				in, err = w.start()
				if round > 0 {
					w.took = append(w.took, float64(cpuTime()-start))
				}
				return err
			},
			end: func() error {
				w.linear = int(in.mem.Size())
				return in.close(b.ctx)
			},
		})
	}
	if _, err := race(19, budget, list...); err != nil {
		return err
	}
	for _, w := range m.ways {
		if err := w.hold(b); err != nil {
			return err
		}
	}
	return nil
}

// hold counts what instances that are there at the same time keep resident.
func (w *way) hold(b *bench) error {
	debug.FreeOSMemory()
	before := resident()
	for range manyInstances {
		in, err := w.start()
		if err != nil {
			return err
		}
		defer in.close(b.ctx)
	}
	w.each = (resident() - before) / manyInstances
	return nil
}

func (r *report) images(p *printer) {
	p.line("**Row 4, second part: a fresh instance of the reactor and of pre-initialised images, until it has decided once, ms of processor time** (no target; on the memory that package host has; resident: what one of %d more keeps)\n", manyInstances)
	p.line("| offers | way | first decision | ÷ reactor | linear memory, MiB | resident, MiB | file, MB |")
	p.line("|--:|---|--:|--:|--:|--:|--:|")
	for _, m := range r.imaged {
		if m.missing != nil {
			p.line("| %d | no image: %v | | | | | |", m.offers, m.missing)
			continue
		}
		first := m.ways[0].took.p50()
		for _, w := range m.ways {
			p.line("| %d | %s | %s | %.2f | %.2f | %.2f | %.2f |", m.offers, w.name, ms(w.took),
				w.took.p50()/first, mib(w.linear), mib(w.each), float64(w.file)/1e6)
		}
	}
	p.line("")
}

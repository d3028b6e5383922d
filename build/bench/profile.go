package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/workload"
)

// profileRate is in samples a second. A request takes 20 µs, and the compiler is
// to see which calls it makes, the rarer ones too.
const profileRate = 10_000

// profile writes where native requests spend their time, for the compiler of the
// modules: budget on a catalog of each size.
func (b *bench) profile(file string, sizes []int, budget time.Duration) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	var handlers []func(int) error
	for _, n := range sizes {
		for _, variant := range []string{mixed, nobody} {
			h, err := b.natively(n, variant)
			if err != nil {
				return err
			}
			handlers = append(handlers, h)
		}
	}
	runtime.SetCPUProfileRate(profileRate) // StartCPUProfile says that it is set already, and keeps it
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for _, h := range handlers {
		for end := time.Now().Add(budget); time.Now().Before(end); {
			if err := h(0); err != nil {
				return err
			}
		}
	}
	return nil
}

// natively handles the requests of a catalog in this process.
func (b *bench) natively(n int, variant string) (func(int) error, error) {
	_, g, err := b.native(n, false)
	if err != nil {
		return nil, err
	}
	requests := workload.Requests(g.View().Hash(), variant == nobody)
	dst := make([]byte, 0, 64<<10)
	return each(requests, len(requests), func(r []byte) ([]byte, error) { return g.Handle(dst, r), nil }), nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

const (
	fills     = 50
	recovered = 5 * time.Second // the longest until a store works again
)

// full fills a small disk up, many times, while a store works on it.
func (e *experiment) full(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp(e.tmp, "powercut-")
	if err != nil {
		return err
	}
	defer os.Remove(dir)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		return fmt.Errorf("mounting %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
	f := filling{workload: e.workload, filler: filepath.Join(dir, "filler"), config: bolt.Config{Dir: filepath.Join(dir, "store")}}
	if err := f.run(ctx); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "full disk: %d times, %d changes failed, works again after at most %v\n", fills, f.promises.Failed(), f.slowest)
	return nil
}

// filling is a store on a disk that gets full.
type filling struct {
	workload
	filler   string
	config   bolt.Config
	store    *bolt.Store
	promises faulttest.Promises
	before   faulttest.Promises // those up to the last cycle, of which nothing waits
	lines    bytes.Buffer       // what this cycle adds
	turn     int                // of the workers
	slowest  time.Duration
}

func (f *filling) run(ctx context.Context) (err error) {
	if f.store, err = bolt.Open(f.config); err != nil {
		return err
	}
	for i := range fills {
		if err := f.cycle(ctx); err != nil {
			return fmt.Errorf("full disk, cycle %d: %w", i, err)
		}
	}
	if err := f.store.Close(); err != nil {
		return err
	}
	f.promises.Closed()
	if f.store, err = bolt.Open(f.config); err != nil {
		return err
	}
	return errors.Join(faulttest.Check(ctx, f.store, &f.promises), f.store.Close(), faulttest.CheckFiles(f.config.Dir))
}

func (f *filling) cycle(ctx context.Context) error {
	if err := f.fill(); err != nil {
		return err
	}
	for failed := f.promises.Failed(); f.promises.Failed() == failed; {
		f.append(ctx, 4*f.steps) // what is free in the file is used up first
	}
	if err := faulttest.Check(ctx, f.store, &f.before); err != nil {
		return err
	}
	if err := os.Remove(f.filler); err != nil {
		return err
	}
	began, durable := time.Now(), f.promises.Durable()
	f.append(ctx, 2)
	f.slowest = max(f.slowest, time.Since(began))
	if n := f.promises.Durable() - durable; n != f.workers || f.slowest > recovered {
		return fmt.Errorf("%d of %d were durable after %v", n, f.workers, f.slowest)
	}
	_, err := f.lines.WriteTo(&f.before)
	return err
}

func (f *filling) append(ctx context.Context, steps int) {
	f.turn++
	script := faulttest.Script{First: f.turn * f.workers, Workers: f.workers, Steps: steps, Promises: io.MultiWriter(&f.promises, &f.lines)}
	script.Run(ctx, f.store)
}

// fill leaves no room.
func (f *filling) fill() error {
	file, err := os.Create(f.filler)
	if err != nil {
		return err
	}
	defer file.Close()
	for block := make([]byte, 1<<20); len(block) > 0; block = block[:len(block)/2] {
		for err == nil {
			_, err = file.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		err = nil
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"syscall"
)

// experiment is a series of runs, each with its cuts.
type experiment struct {
	workload
	tmp    string
	chance *rand.Rand
	out    io.Writer
	total  int // cuts
}

// cuts cuts the power after every operation of a run in which nothing else fails,
// and random times more.
func (e *experiment) cuts(ctx context.Context, random int) error {
	t, _, err := e.run(ctx, e.tmp, fault{}, 1)
	if err != nil {
		return err
	}
	n, err := e.sweep(ctx, t, 0, every(1))
	if err != nil {
		return err
	}
	wanted := map[int]int{}
	for range random {
		wanted[e.chance.IntN(len(t))]++
	}
	more, err := e.sweep(ctx, t, 0, func(n int, _ action) int { return wanted[n] })
	fmt.Fprintf(e.out, "%d operations, %d promises: %d cuts after each of them, %d at random\n", len(t), len(t.promises(len(t))), n, more)
	return err
}

// kind is a way in which operations fail.
type kind struct {
	name  string
	fault fault
	last  int // how many operations fail, from one on
}

// kinds are all: an error, once or a few times, of a full disk too, of a write of
// which a part was done; and the end of the process.
var kinds = []kind{
	{"error once", fault{errno: syscall.EIO}, 1},
	{"error five times", fault{errno: syscall.EIO}, 5},
	{"no room, eight times", fault{errno: syscall.ENOSPC, taken: 0.6}, 8},
	{"half a write", fault{errno: syscall.EIO, taken: 0.5}, 1},
	{"killed", fault{kill: true}, 1},
}

// faults lets each operation fail, each stride-th, in every way, and cuts the power
// at a few moments after that. A second process takes over from one that died.
func (e *experiment) faults(ctx context.Context, stride int) error {
	for _, k := range kinds {
		runs, cuts := 0, 0
		for at := 0; ; at += stride {
			f := k.fault
			f.at, f.last = at, at+k.last-1
			processes := 1
			if f.kill {
				processes = 2
			}
			t, hit, err := e.run(ctx, e.tmp, f, processes)
			if err != nil {
				return fmt.Errorf("%s, operation %d: %w", k.name, at, err)
			}
			if !hit {
				break
			}
			n, err := e.sweep(ctx, t, t.after(at), sparse(e.chance))
			if err != nil {
				return fmt.Errorf("%s, operation %d: %w", k.name, at, err)
			}
			runs, cuts = runs+1, cuts+n
		}
		fmt.Fprintf(e.out, "%s: %d runs, %d cuts\n", k.name, runs, cuts)
	}
	return nil
}

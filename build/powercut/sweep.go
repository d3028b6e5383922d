package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// moments says how often the power fails after operation n, as chance will have it.
// If it is at all it also fails with nothing and with everything there that was not
// flushed.
type moments func(n int, a action) int

func every(times int) moments {
	return func(int, action) int { return times }
}

// sparse is some operations: all flushes would take too long.
func sparse(r *rand.Rand) moments {
	return func(int, action) int { return max(0, r.IntN(16)-14) }
}

// sweep cuts the power after operations of a trace from one on. It gives the number
// of cuts.
func (e *experiment) sweep(ctx context.Context, t trace, from int, when moments) (int, error) {
	d := newDisk()
	cuts := 0
	for n := range t {
		d.take(&t[n])
		if n < from {
			continue
		}
		times := when(n, t[n].action)
		for i := range times + 2 {
			if times == 0 {
				break
			}
			l := torn(e.chance)
			if i < 2 {
				l = []luck{lost, lucky}[i]
			}
			if err := ctx.Err(); err != nil {
				return cuts, err
			}
			cuts++
			e.total++
			if err := e.cut(d.cut(l), t.promises(n+1)); err != nil {
				return cuts, fmt.Errorf("cut %d after operation %d of %d (%v): %w", i, n, len(t), t[n].action, err)
			}
		}
	}
	return cuts, nil
}

func (e *experiment) cut(tree image, promised [][]byte) error {
	dir, err := os.MkdirTemp(e.tmp, "powercut-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := tree.write(dir); err != nil {
		return err
	}
	return e.check(dir, promised)
}

// write makes the files of an image below a directory.
func (i image) write(dir string) error {
	for _, name := range i.paths() {
		to := filepath.Join(dir, name)
		var err error
		if c := i[name]; c == nil {
			err = os.MkdirAll(to, 0o700)
		} else {
			err = c.save(to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

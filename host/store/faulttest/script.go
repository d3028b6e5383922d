package faulttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/profferhq/proffer/host/store"
)

// Script is who appends what. Each worker goes through steps of its own, one after
// the other, so that what it was promised last says what must be there.
type Script struct {
	First   int // number of the first worker; the same number does the same
	Workers int
	Steps   int // of each worker; 0: until the context ends

	// Promises gets a line for each step, in one Write: "d 3 17" if step 17 of
	// worker 3 is durable, "r 3 17" if it was taken in, "f 3 17" if it failed.
	Promises io.Writer
}

// Run comes back when all workers are done, or the store is closed, or the context
// ends; what has begun by then is not broken off.
func (s *Script) Run(ctx context.Context, to store.Store) {
	var all sync.WaitGroup
	var speak sync.Mutex
	for w := range s.Workers {
		all.Go(func() {
			for n := 0; (s.Steps == 0 || n < s.Steps) && ctx.Err() == nil; n++ {
				at := step{s.First + w, n}
				err := at.do(context.WithoutCancel(ctx), to)
				if errors.Is(err, store.ErrClosed) {
					return
				}
				speak.Lock()
				fmt.Fprintf(s.Promises, "%c %d %d\n", at.kind(err), at.worker, at.n)
				speak.Unlock()
			}
		})
	}
	all.Wait()
}

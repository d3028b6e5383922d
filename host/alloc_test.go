//go:build !race

package host_test

import (
	"context"
	"testing"

	"github.com/profferhq/proffer/host"
)

// TestHandleDoesNotAllocate is not built with the race detector, which
// allocates itself.
func TestHandleDoesNotAllocate(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 2}, nil)
	ctx, request := context.Background(), []byte("e hello")
	dst := make([]byte, 0, 1024)
	handle := func() {
		if _, err := h.Handle(ctx, dst, request); err != nil {
			t.Fatal(err)
		}
	}
	lease := func() {
		l, err := h.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Release()
		for range 2 {
			if _, err := l.Handle(ctx, dst, request); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, f := range map[string]func(){"Handle": handle, "Acquire, twice Handle, Release": lease} {
		if got := testing.AllocsPerRun(1000, f); got != 0 {
			t.Errorf("%s: %v allocations, want 0", name, got)
		}
	}
}

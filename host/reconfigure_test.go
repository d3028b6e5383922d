package host_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestManyConfigurations holds that a change leaves nothing behind.
func TestManyConfigurations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, tiny().Bytes(), host.Config{Instances: 2}, nil)
		turn := func(i int) {
			l := acquire(t, h)
			changed := make(chan error)
			go func() { changed <- h.Reconfigure(t.Context(), []byte{byte(i)}) }()
			l.Release()
			if err := <-changed; err != nil {
				t.Fatal(err)
			}
			l = acquire(t, h)
			if s := l.Snapshot(); pinged(t, l) != hash('A') || s.Hash != hash('A') || s.Settings[0] != byte(i) {
				t.Fatalf("change %d: snapshot %x under settings %x", i, s.Hash, s.Settings)
			}
			l.Release()
		}
		for i := range 50 {
			turn(i)
		}
		synctest.Wait()
		goroutines, mapped, heap := runtime.NumGoroutine(), mappings(), heapInUse()
		for i := range 300 {
			turn(i)
		}
		synctest.Wait()
		if got := runtime.NumGoroutine(); got > goroutines {
			t.Errorf("%d goroutines after 300 changes, %d before", got, goroutines)
		}
		if got := mappings(); got > mapped+20 {
			t.Errorf("%d mappings after 300 changes, %d before", got, mapped)
		}
		if got := heapInUse(); got > heap+1<<20 {
			t.Errorf("%d bytes of heap after 300 changes, %d before", got, heap)
		}
		if s := h.Stats(); s.Swaps != 1 || s.Instances != 2 || s.Made != 702 {
			t.Errorf("stats %+v, want 1 swap and 702 instances made", s)
		}
	})
}

// TestReconfigureRefuses holds that the last good configuration stays.
func TestReconfigureRefuses(t *testing.T) {
	h := serve(t, badGuest, host.Config{Instances: 2}, nil)
	for _, c := range []struct {
		name     string
		settings []byte
		want     string
	}{
		{"refused", []byte("R"), "proffer_configure answers status 4"},
		{"too large", make([]byte, abi.MaxConfig+1), "size of Settings is 1048577"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := h.Reconfigure(t.Context(), c.settings); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if s := h.Snapshot(); s.Settings != nil {
				t.Errorf("settings are %q", s.Settings)
			}
			check(t, h)
		})
	}
	swap(t, h, snapshot('B', 0)) // under the last good ones
	check(t, h)
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Reconfigure(t.Context(), nil); !errors.Is(err, host.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}

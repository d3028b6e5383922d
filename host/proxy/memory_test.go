package proxy_test

import (
	"context"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
)

// TestMemoryPressure: offers go when most of the limit is used, come again when
// there is room, and not in between.
func TestMemoryPressure(t *testing.T) {
	m := middleware(t, proxy.Config{})
	server := bounded(t, m, serve(t, page(slotted)))
	collected := 0
	for _, c := range []struct {
		used      float64
		body      string
		collected int
	}{
		{0, filledIn, 0}, {0.79, filledIn, 0}, {0.81, slotted, 1}, {0.75, slotted, 2}, {0.95, slotted, 3}, {0.69, filledIn, 3}, {0.75, filledIn, 3}, {1.2, slotted, 4}, {0, filledIn, 4},
	} {
		m.NoteMemory(c.used, func() { collected++ })
		a := ask(t, server, "GET", "/listed", navigation...)
		if a.status != 200 || a.body != c.body || collected != c.collected || strings.Contains(m.Overload(), "memory is short") != (c.body == slotted) {
			t.Errorf("%v used: %v, %d collections, %q", c.used, a, collected, m.Overload())
		}
	}
	m.expect(t, map[string]float64{"shed_total/decision": 4, "shed_total/request": 0})
}

// TestMemoryLimit: what the runtime says is near a limit is, and pages go on while
// it watches.
func TestMemoryLimit(t *testing.T) {
	if used := proxy.MemoryUsed(); used != 0 {
		t.Fatalf("without a limit %v of it are used", used)
	}
	ballast := make([]byte, 64<<20)
	debug.FreeOSMemory() // what earlier tests have left
	const far = 1 << 40
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(far))
	debug.SetMemoryLimit(int64(proxy.MemoryUsed() * far))
	if used := proxy.MemoryUsed(); used < 0.9 || used > 1.1 {
		t.Errorf("with the limit at what is used, %v of it are", used)
	}
	m := middleware(t, proxy.Config{})
	server := bounded(t, m, serve(t, page(slotted)))
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { m.WatchMemory(ctx) })
	until(t, "memory is short", func() bool { return m.Overload() != "" })
	if a := ask(t, server, "GET", "/listed", navigation...); a.status != 200 || a.body != slotted {
		t.Errorf("short of memory: %v", a)
	}
	runtime.KeepAlive(ballast)                                                   // and no longer
	until(t, "there is memory again", func() bool { return m.Overload() == "" }) // it collects once a second
	if a := ask(t, server, "GET", "/listed", navigation...); a.body != filledIn {
		t.Errorf("with memory again: %v", a)
	}
	cancel()
	watching.Wait()
}

// until waits for something that has to come.
func until(t *testing.T, what string, come func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !come(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%s: not after 30 s, with %v of the limit used", what, proxy.MemoryUsed())
		}
	}
}

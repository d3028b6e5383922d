package host_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/internal/meter"
	"github.com/profferhq/proffer/host/linear"
)

// bare runs a module on wazero without any of this package.
type bare struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

func newBare(b *testing.B, wasm []byte, config wazero.RuntimeConfig) *bare {
	b.Helper()
	ctx := context.Background()
	cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
	if err != nil {
		b.Fatal(err)
	}
	x := &bare{runtime: wazero.NewRuntimeWithConfig(ctx, config.WithCompilationCache(cache))}
	b.Cleanup(func() { x.runtime.Close(ctx); cache.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, x.runtime)
	if x.compiled, err = x.runtime.CompileModule(ctx, wasm); err != nil {
		b.Fatal(err)
	}
	return x
}

func (x *bare) instantiate(b *testing.B, ctx context.Context) api.Module {
	b.Helper()
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").WithSysWalltime().WithSysNanotime()
	m, err := x.runtime.InstantiateModule(ctx, x.compiled, config)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// ask loads a snapshot and returns a function that makes one call.
func (x *bare) ask(b *testing.B, request string) func() {
	ctx := context.Background()
	m := x.instantiate(b, ctx)
	call := func(name string, param uint64) uint32 {
		res, err := m.ExportedFunction(name).Call(ctx, param)
		if err != nil {
			b.Fatal(err)
		}
		return uint32(res[0])
	}
	buffer := call("proffer_buffer", 1<<16)
	handle := m.ExportedFunction("proffer_handle")
	var stack [1]uint64
	return func() {
		m.Memory().Write(buffer, []byte(request))
		stack[0] = uint64(len(request))
		if err := handle.CallWithStack(ctx, stack[:]); err != nil {
			b.Fatal(err)
		}
	}
}

var workload = "c" + strings.Repeat("x", 799)

// BenchmarkMeter compares ways to get a hold on a module's loops.
func BenchmarkMeter(b *testing.B) {
	metered, err := meter.Add(badGuest, "wasi_snapshot_preview1", "sched_yield", host.Turns)
	if err != nil {
		b.Fatal(err)
	}
	plain := wazero.NewRuntimeConfigCompiler()
	for _, c := range []struct {
		name   string
		wasm   []byte
		config wazero.RuntimeConfig
	}{
		{"none", badGuest, plain},
		{"counted", metered, plain},
		{"CloseOnContextDone", badGuest, plain.WithCloseOnContextDone(true)},
	} {
		b.Run(c.name, func(b *testing.B) {
			call := newBare(b, c.wasm, c.config).ask(b, workload)
			for b.Loop() {
				call()
			}
		})
	}
}

// BenchmarkHandle is the whole way of a message, with an echo of 800 bytes and
// with some 10 us of work.
func BenchmarkHandle(b *testing.B) {
	for name, text := range map[string]string{"echo": "e" + workload[1:], "work": workload} {
		request := []byte(text)
		h := serve(b, badGuest, host.Config{}, nil)
		ctx := context.Background()
		b.Run(name+"/bare", func(b *testing.B) {
			call := newBare(b, badGuest, wazero.NewRuntimeConfigCompiler()).ask(b, text)
			for b.Loop() {
				call()
			}
		})
		b.Run(name+"/serial", func(b *testing.B) {
			b.ReportAllocs()
			dst := make([]byte, 0, 4096)
			for b.Loop() {
				if _, err := h.Handle(ctx, dst, request); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				dst := make([]byte, 0, 4096)
				for pb.Next() {
					if _, err := h.Handle(ctx, dst, request); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkHandOver is the same work on goroutines of their own, which a caller
// could leave behind: what bounds a call by abandoning it, and not by cutting
// it off, costs at least this.
func BenchmarkHandOver(b *testing.B) {
	type worker struct {
		work, done chan struct{}
		timer      *time.Timer
	}
	h := serve(b, badGuest, host.Config{}, nil)
	idle := make(chan *worker, 4)
	var all []*worker
	for range cap(idle) {
		w := &worker{make(chan struct{}, 1), make(chan struct{}, 1), time.NewTimer(time.Hour)}
		all = append(all, w)
		idle <- w
		go func() {
			dst := make([]byte, 0, 4096)
			for range w.work {
				if _, err := h.Handle(context.Background(), dst, []byte(workload)); err != nil {
					b.Error(err)
				}
				w.done <- struct{}{}
			}
		}()
	}
	call := func() {
		w := <-idle
		w.timer.Reset(time.Second)
		w.work <- struct{}{}
		select {
		case <-w.done:
			w.timer.Stop()
			idle <- w
		case <-w.timer.C:
			b.Error("late")
		}
	}
	b.Run("serial", func(b *testing.B) {
		for b.Loop() {
			call()
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				call()
			}
		})
	})
	for _, w := range all {
		close(w.work)
	}
}

// BenchmarkInstantiate makes an instance, puts a snapshot into it and closes
// it, on wazero's memory and on ours.
func BenchmarkInstantiate(b *testing.B) {
	x := newBare(b, badGuest, wazero.NewRuntimeConfigCompiler())
	for _, size := range []int{64 << 10, 7 << 20} {
		snapshot := make([]byte, size)
		for _, ours := range []bool{false, true} {
			b.Run(fmt.Sprintf("%dKiB/ours=%v", size>>10, ours), func(b *testing.B) {
				for b.Loop() {
					ctx := context.Background()
					if ours {
						memory, err := linear.New(64<<16, int64(2*size+32<<20))
						if err != nil {
							b.Fatal(err)
						}
						ctx = linear.With(ctx, memory)
					}
					m := x.instantiate(b, ctx)
					res, err := m.ExportedFunction("proffer_buffer").Call(ctx, uint64(size))
					if err != nil || !m.Memory().Write(uint32(res[0]), snapshot) {
						b.Fatal("no buffer: ", err)
					}
					m.Close(ctx)
				}
			})
		}
	}
}

// BenchmarkSwap is a whole one: verification, and two instances.
func BenchmarkSwap(b *testing.B) {
	h := start(b, badGuest, host.Config{Instances: 2}, nil)
	for i := 0; b.Loop(); i++ {
		swap(b, h, snapshot(byte(i), 0))
	}
}

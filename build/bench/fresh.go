package main

import (
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/host/linear"
)

// fresh is what an instance costs until it has decided once, beside an empty
// Go guest on the same kind of memory, as Go writes it and with direct jumps, in ns.
// The snapshot's image is made once, as package host does for a generation; closing
// is not counted.
type fresh struct {
	offers              int
	first, plain, empty sample
}

func (b *bench) fresh(n int, budget time.Duration) (*fresh, error) {
	snapshot, native, err := b.native(n, false)
	if err != nil {
		return nil, err
	}
	request := workload.Requests(native.View().Hash(), false)[0]
	image := linear.NewImage(snapshot)
	defer image.Close()
	dst := make([]byte, 0, 64<<10)
	var in *instance
	var mod api.Module
	empty := func(name string, compiled wazero.CompiledModule) contender {
		return contender{
			name: name, n: 1,
			run: func(int) (err error) {
				mod, _, err = b.engine.instantiate(b.ctx, compiled, image.Len())
				return err
			},
			end: func() error { return mod.Close(b.ctx) },
		}
	}
	samples, err := race(19, budget,
		contender{
			name: "first", n: 1,
			run: func(int) (err error) {
				in, err = b.first(image, dst, request)
				return err
			},
			end: func() error { return in.close(b.ctx) },
		},
		empty("plain", b.engine.plain), empty("empty", b.engine.empty),
	)
	return &fresh{n, samples["first"], samples["plain"], samples["empty"]}, err
}

// first makes an instance that has answered one request.
func (b *bench) first(image *linear.Image, dst, request []byte) (*instance, error) {
	in, err := b.engine.load(b.ctx, image)
	if err != nil {
		return nil, err
	}
	return in, in.decided(b.ctx, dst, request)
}

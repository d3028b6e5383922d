package host

import (
	"context"
	"fmt"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
)

// Lease pins one snapshot: whatever is swapped in meanwhile, its calls are
// decided from that one. It must be released exactly once, and not be used
// after that.
type Lease struct{ g *generation }

var _ Session = Lease{}

// Snapshot is the snapshot that is pinned. Nobody may change its bytes.
func (l Lease) Snapshot() *Snapshot { return l.g.snapshot }

// Handle hands request to the module and appends its answer to dst, which it
// returns unchanged with an error. It does not allocate where dst is large
// enough. The answer's status is one after which an instance stays healthy,
// ok and need among them; others are errors.
//
// ctx bounds the wait for an instance that is free. Once the call has begun it
// is bounded by [Config.Wait] alone: an instance that works is not given up
// because a visitor left.
func (l Lease) Handle(ctx context.Context, dst, request []byte) ([]byte, error) {
	g, h := l.g, l.g.host
	if len(request) > abi.MaxRequest {
		h.counters.refused.Add(1)
		return dst, fmt.Errorf("host: request of %d bytes, over the limit of %d", len(request), abi.MaxRequest)
	}
	probe, err := h.admit()
	if err != nil {
		return dst, err
	}
	in, err := g.checkout(ctx)
	if err != nil {
		if probe {
			h.breaker.withdraw()
		}
		return dst, err
	}
	h.counters.calls.Add(1)
	answer, err := in.answer(dst, request)
	if err != nil {
		return dst, g.discard(in, err, probe)
	}
	if probe {
		h.breaker.succeeded(time.Now())
		h.config.Logger.Info("module answers again")
	}
	g.checkin(in)
	return answer, nil
}

// Release ends the lease.
func (l Lease) Release() { l.g.release() }

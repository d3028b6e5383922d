package host

import "context"

// Session pins one snapshot and one configuration for the calls of one request:
// whatever is swapped in meanwhile, they are decided from those. It is released
// exactly once and not used after that. Lease is the one over the Wasm module, package native
// has another.
type Session interface {
	// Snapshot is the snapshot that is pinned. Nobody may change its bytes.
	Snapshot() *Snapshot
	// Handle appends the response to a request of plugin/abi to dst, which
	// comes back unchanged with an error.
	Handle(ctx context.Context, dst, request []byte) ([]byte, error)
	Release()
}

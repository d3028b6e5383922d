package explain

import (
	"context"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Session answers requests to explain, from one snapshot.
type Session interface {
	Snapshot() *host.Snapshot
	Explain(ctx context.Context, request []byte) ([]byte, error)
}

var _ Session = host.Lease{}

// Document has a request document answered and explained. Its time and seed must
// be set. The offers are codes that the explanation lists whatever there is
// beside them.
func Document(ctx context.Context, s Session, keys *seal.Keyring, d *document.Document, offers [][]byte) (*abi.Answer, *Explanation, error) {
	v, err := snapshot.Open(s.Snapshot().Bytes)
	if err != nil {
		return nil, nil, err
	}
	var asked *abi.Request
	_, answer, err := d.Decide(keys, func(r *abi.Request) ([]byte, error) {
		r.Kind, r.Snapshot, r.Offers = abi.KindExplain, s.Snapshot().Hash[:], offers
		asked = r
		return s.Explain(ctx, abi.AppendRequest(nil, r))
	})
	if err != nil {
		return nil, nil, err
	}
	explanation, err := New(&v, asked, answer)
	return answer, explanation, err
}

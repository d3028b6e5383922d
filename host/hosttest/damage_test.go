package hosttest_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestDamagedSnapshotsAreNotSwappedIn damages a snapshot byte by byte, by cuts
// and by additions: proffer.wasm refuses each, the host keeps the good one, and
// what it answers does not change.
func TestDamagedSnapshotsAreNotSwappedIn(t *testing.T) {
	h := newHost(t)
	good := hosttest.Cases(t)[0].Snapshot
	if err := h.Swap(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	hash := h.Snapshot().Hash
	request := abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: hash[:], Path: []byte("/"), Mode: abi.SlotsAsked, HasSlots: true, Slots: []abi.Slot{{Space: []byte("hero"), N: 1}},
	})
	want, err := h.Handle(t.Context(), nil, request)
	if err != nil {
		t.Fatal(err)
	}
	if status, ok := abi.StatusOf(want); !ok || status != abi.StatusOK {
		t.Fatalf("status %v", status)
	}
	r := rand.New(rand.NewPCG(3, 4))
	refused := uint64(0)
	refuse := func(bad []byte) {
		if err := h.Swap(t.Context(), bad); err == nil {
			t.Fatalf("%d bytes of damage are swapped in", len(bad))
		}
		refused++
	}
	for range 25 {
		bad := bytes.Clone(good)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		refuse(bad)
		refuse(good[:r.IntN(len(good))])
		refuse(append(bytes.Clone(good), make([]byte, 1+r.IntN(64))...))
	}
	if s := h.Stats(); s.SwapFailures != refused || s.Swaps != 1 || h.Snapshot().Hash != hash {
		t.Errorf("%d of %d swaps failed, and the snapshot is %x", s.SwapFailures, refused, h.Snapshot().Hash)
	}
	got, err := h.Handle(t.Context(), nil, request)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, or another answer than before", err)
	}
}

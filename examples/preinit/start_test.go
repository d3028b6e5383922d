//go:build edges

package preinit_test

import (
	"bytes"
	"crypto/rand"
	"slices"
	"testing"

	"github.com/profferhq/proffer/build"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// stranger is a page request of somebody who was never here.
func stranger(t *testing.T, snapshot, entropy []byte) []byte {
	t.Helper()
	return abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: hash(t, snapshot), Time: 1_800_000_000_000, Seed: 1, Entropy: entropy,
		Want: abi.WantHTML | abi.WantPropositions, Host: []byte("shop.example"), Path: []byte("/"),
	})
}

// TestImage holds what can be seen of one image: what a host may call and call
// again, and that nothing of an instance is in its answers.
func TestImage(t *testing.T) {
	snapshot := shop(t)
	wasm := made(t, hosttest.Settings(), snapshot)
	i := compiled(t, wasm)
	t.Run("border", func(t *testing.T) { border(t, wasm) })
	t.Run("initialize again", func(t *testing.T) { again(t, i, snapshot) })
	t.Run("visitors", func(t *testing.T) { visitors(t, i, snapshot) })
	t.Run("secret", func(t *testing.T) {
		if secret := abi.TestSecret(); !bytes.Contains(wasm, secret[:]) {
			t.Error("plugin/ABI.md says that an image holds the keys; this one does not show them")
		}
	})
	if i.random > 0 {
		t.Errorf("instances asked for randomness %d times", i.random)
	}
}

// border compares imports and exports with the reactor's.
func border(t *testing.T, wasm []byte) {
	got, err := build.Parse(wasm)
	if err != nil {
		t.Fatal(err)
	}
	want, err := build.Parse(hosttest.Artefact(t, "proffer.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range got.Exports {
		if !slices.Contains(want.Exports, e) {
			t.Errorf("it exports %+v, and the reactor does not", e)
		}
	}
	for _, e := range want.Exports {
		if !slices.Contains(got.Exports, e) {
			t.Errorf("it does not export %+v", e)
		}
	}
	for _, e := range got.Imports {
		if !slices.Contains(want.Imports, e) {
			t.Errorf("it imports %+v, and the reactor does not", e)
		}
	}
}

// again calls _initialize between requests, which changes nothing.
func again(t *testing.T, i *image, snapshot []byte) {
	in, err := i.fresh()
	if err != nil {
		t.Fatal(err)
	}
	defer in.module.Close(t.Context())
	request := stranger(t, snapshot, bytes.Repeat([]byte{7}, abi.EntropySize))
	var first []byte
	for range 100 {
		got, err := in.Handle(request)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Fatalf("after _initialize: %q, before %q", got, first)
		}
		if _, err := in.module.ExportedFunction("_initialize").Call(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if status, ok := abi.StatusOf(first); !ok || status != abi.StatusOK {
		t.Errorf("status %v", status)
	}
}

// visitors lets two instances give ids to as many strangers, and to one and the same.
func visitors(t *testing.T, i *image, snapshot []byte) {
	ids := map[string]bool{}
	for n := range 20 {
		entropy := make([]byte, abi.EntropySize)
		if _, err := rand.Read(entropy); err != nil {
			t.Fatal(err)
		}
		var both [2][]byte
		for k := range both {
			var err error
			if both[k], err = i.once(stranger(t, snapshot, entropy)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(both[0], both[1]) {
			t.Fatalf("two instances answer one request by %q and %q", both[0], both[1])
		}
		var r abi.Response
		if err := r.Decode(both[0]); err != nil || !r.Answer.HasVisitor || len(r.Answer.Cookies) != 1 || len(r.Answer.Propositions) != 1 {
			t.Fatalf("%v: %q", err, both[0])
		}
		ids[string(r.Answer.Visitor.ID)] = true
		ids[string(r.Answer.Propositions[0].ID)] = true
		ids[string(r.Answer.Interaction)] = true
		if len(ids) != 3*(n+1) {
			t.Fatalf("%d strangers and as many pages and offers have %d ids", n+1, len(ids))
		}
	}
}

// TestSoak lets an instance of an image live for 20,000 requests.
func TestSoak(t *testing.T) {
	hosttest.Soak(t, 20_000, func(settings, snapshot []byte) hosttest.Instance {
		in, err := compiled(t, made(t, settings, snapshot)).fresh()
		if err != nil {
			t.Fatal(err)
		}
		return in
	}, func(int) {})
}

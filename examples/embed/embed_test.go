package embed_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/examples/embed"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

func compile(t testing.TB) *embed.Module {
	t.Helper()
	m, err := embed.Compile(t.Context(), hosttest.Artefact(t, "proffer.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

// TestCorpus puts the whole corpus through the embedding.
func TestCorpus(t *testing.T) {
	m := compile(t)
	var in *embed.Instance
	var settings, resident []byte
	hosttest.Compare(t, func(t testing.TB, s, snap []byte, r *abi.Request) []byte {
		if in == nil || !bytes.Equal(s, settings) || !bytes.Equal(snap, resident) {
			if in != nil {
				if err := in.Close(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			var err error
			if in, err = m.Start(context.Background(), s, snap); err != nil {
				t.Fatal(err)
			}
			settings, resident = s, snap
		}
		r.Snapshot = hash(t, snap)
		b, err := in.Handle(context.Background(), abi.AppendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

func hash(t testing.TB, b []byte) []byte {
	t.Helper()
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return v.Hash()
}

// TestBadSnapshot holds that no instance starts with one.
func TestBadSnapshot(t *testing.T) {
	m := compile(t)
	for name, b := range map[string][]byte{"none": nil, "text": []byte("offers"), "cut": hosttest.Cases(t)[0].Snapshot[:100]} {
		if in, err := m.Start(t.Context(), nil, b); err == nil || !strings.Contains(err.Error(), "proffer_verify: status 5") {
			t.Errorf("%s: got %v, %v", name, in, err)
		}
	}
}

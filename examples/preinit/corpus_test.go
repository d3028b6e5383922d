//go:build edges

package preinit_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestCorpus puts the whole corpus through one image, which has no snapshot: each
// request starts an instance and loads its own.
func TestCorpus(t *testing.T) {
	i := compiled(t, made(t, hosttest.Settings(), nil))
	hosttest.Compare(t, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
		in, err := i.fresh()
		if err != nil {
			t.Fatal(err)
		}
		defer in.module.Close(t.Context())
		if err := in.give("proffer_verify", snap); err != nil {
			t.Fatal(err)
		}
		if err := in.give("proffer_load", snap); err != nil {
			t.Fatal(err)
		}
		return answer(t, in, settings, snap, r)
	})
	if i.random > 0 {
		t.Errorf("instances asked for randomness %d times", i.random)
	}
}

// images is how many cases have one of their own in TestCorpusInImages: making one
// takes Wizer some seconds of a processor, and compiling it others as many.
const images = 6

// TestCorpusInImages puts cases through images that have their snapshot: those with
// the most requests, and one whose configuration changes between them.
func TestCorpusInImages(t *testing.T) {
	cases := hosttest.Cases(t)
	slices.SortStableFunc(cases, func(a, b hosttest.Case) int { return len(b.Requests) - len(a.Requests) })
	at := slices.IndexFunc(cases, func(c hosttest.Case) bool { return c.Name == "paused-offers-and-spaces" })
	if at < 0 {
		t.Fatal("the corpus has no case of pauses any more")
	}
	for _, c := range append(cases[:images:images], cases[at]) {
		t.Run(c.Name, func(t *testing.T) {
			i := compiled(t, made(t, hosttest.Settings(), c.Snapshot))
			hosttest.RunCase(t, &c, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
				other := *r
				want := hosttest.InProcess(t, settings, snap, &other)
				in, err := i.fresh()
				if err != nil {
					t.Fatal(err)
				}
				defer in.module.Close(t.Context())
				got := answer(t, in, settings, snap, r)
				if !bytes.Equal(got, want) {
					t.Errorf("the response differs from that in process\n got %q\nwant %q", got, want)
				}
				return got
			})
		})
	}
}

// answer answers a request under settings, which an image takes later ones of.
func answer(t testing.TB, in *instance, settings, snap []byte, r *abi.Request) []byte {
	t.Helper()
	if !bytes.Equal(settings, hosttest.Settings()) {
		if err := in.give("proffer_configure", settings); err != nil {
			t.Fatal(err)
		}
	}
	r.Snapshot = hash(t, snap)
	b, err := in.Handle(abi.AppendRequest(nil, r))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hash(t testing.TB, b []byte) []byte {
	t.Helper()
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	return v.Hash()
}

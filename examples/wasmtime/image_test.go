package wasmtime_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/profferhq/proffer/build/preinit"
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/examples/wasmtime"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// image makes an image by Wizer and compiles it.
func image(t testing.TB, snapshot []byte) *wasmtime.Module {
	t.Helper()
	out := hosttest.OutDir(t)
	wizer, err := preinit.Find(out)
	if err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	hosttest.Artefact(t, "proffer-preinit.wasm")
	b, err := preinit.Image(t.Context(), wizer, filepath.Join(out, "proffer-preinit.wasm"), hosttest.Settings(), snapshot)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasmtime.Compile(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// TestImage puts the case of the corpus with the most requests through an image of
// its catalog, with an instance for each.
func TestImage(t *testing.T) {
	cases := hosttest.Cases(t)
	c := slices.MaxFunc(cases, func(a, b hosttest.Case) int { return len(a.Requests) - len(b.Requests) })
	m := image(t, c.Snapshot)
	hosttest.RunCase(t, &c, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
		if !bytes.Equal(settings, hosttest.Settings()) {
			t.Fatal("the case has a configuration of its own: take another")
		}
		other := *r
		want := hosttest.InProcess(t, settings, snap, &other)
		in, err := m.Fresh()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		r.Snapshot = other.Snapshot
		got, err := in.Handle(abi.AppendRequest(nil, r))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: the response differs from that in process\n got %q\nwant %q", err, got, want)
		}
		return got
	})
}

// TestCorpusInImage puts the whole corpus through an image without a snapshot: each
// request starts an instance, which loads its own.
func TestCorpusInImage(t *testing.T) {
	m := image(t, nil)
	hosttest.Compare(t, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
		in, err := m.Fresh()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if !bytes.Equal(settings, hosttest.Settings()) {
			err = in.Give("proffer_configure", settings)
		}
		if err := errors.Join(err, in.Give("proffer_verify", snap), in.Give("proffer_load", snap)); err != nil {
			t.Fatal(err)
		}
		v, err := snapshot.Open(snap)
		if err != nil {
			t.Fatal(err)
		}
		r.Snapshot = v.Hash()
		b, err := in.Handle(abi.AppendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// BenchmarkFirst is what an instance costs that answers one request: of the reactor,
// whose snapshot was verified before, and of an image.
func BenchmarkFirst(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		snap := offers(b, n)
		reactor, err := wasmtime.Compile(hosttest.Artefact(b, "proffer.wasm"))
		if err != nil {
			b.Fatal(err)
		}
		defer reactor.Close()
		m := image(b, snap)
		for name, start := range map[string]func() (*wasmtime.Instance, error){
			"reactor": func() (*wasmtime.Instance, error) {
				in, err := reactor.Fresh()
				if err == nil {
					err = errors.Join(in.Give("proffer_configure", hosttest.Settings()), in.Give("proffer_load", snap))
				}
				return in, err
			},
			"image": m.Fresh,
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) { first(b, start, snap) })
		}
	}
}

func first(b *testing.B, start func() (*wasmtime.Instance, error), snap []byte) {
	v, err := snapshot.Open(snap)
	if err != nil {
		b.Fatal(err)
	}
	request := abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: v.Hash(), Time: 1_800_000_000_000, Seed: 1, Entropy: make([]byte, abi.EntropySize),
		Want: abi.WantHTML, Host: []byte("shop.example"), Path: []byte("/"),
	})
	before, loops, size := processor(b), 0, 0
	for b.Loop() {
		in, err := start()
		if err != nil {
			b.Fatal(err)
		}
		answer, err := in.Handle(request)
		if err != nil || !bytes.Contains(answer, []byte("<a href")) {
			b.Fatalf("%v: %q", err, answer)
		}
		size, _ = in.Memory()
		in.Close()
		loops++
	}
	b.ReportMetric(float64(size)/(1<<20), "MiB")
	b.ReportMetric(float64(processor(b)-before)/float64(loops)/1e6, "cpu-ms/op")
}

// processor is what the process has used of its processors, in ns: a start takes
// milliseconds, in which a machine with other work is somewhere else, too.
func processor(t testing.TB) int64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// offers is a snapshot of n offers, of some 400 bytes each.
func offers(t testing.TB, n int) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(`catalog: shop
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: "/", slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text, u: url}, render: {html: '<a href="{{ u }}">{{ t }}</a>'}}}
    categories:
`)
	for i := range n {
		fmt.Fprintf(&b, "      c%d: {offers: {o%d: {weights: %d, content: {hero: {t: 'Offer %d', u: '/o/%d'}}}}}\n", i, i, 1+i%9, i, i)
	}
	snap, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(b.String())}})
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

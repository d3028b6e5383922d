package workload_test

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

func load(t *testing.T, n int, equal bool) *guest.Guest {
	t.Helper()
	b, err := workload.Snapshot(n, equal)
	if err != nil {
		t.Fatal(err)
	}
	g := guest.New()
	if status, text := g.Configure(workload.Settings()); status != abi.StatusOK {
		t.Fatal(status, text)
	}
	if status, text := g.Load(b); status != abi.StatusOK {
		t.Fatal(status, text)
	}
	return g
}

func answer(t *testing.T, g *guest.Guest, request []byte) *abi.Answer {
	t.Helper()
	r, err := abi.DecodeResponse(g.Handle(nil, request))
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != abi.StatusOK {
		t.Fatal(r.Status, r.Text)
	}
	return &r.Answer
}

func TestSnapshotIsTheSameEachTime(t *testing.T) {
	one, err := workload.Snapshot(60, false)
	if err != nil {
		t.Fatal(err)
	}
	two, err := workload.Snapshot(60, false)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two snapshots of one catalog differ")
	}
}

// TestNoWarnings holds the catalog to be one that its author would accept, but
// for what is measured on purpose: every offer has a filter, weights are drawn, so
// that some second ones are smaller, and there is a presentation rule.
func TestNoWarnings(t *testing.T) {
	_, diags := compile.Compile(workload.Catalog(60, false))
	for _, d := range diags {
		if d.Code != "space-may-be-empty" && d.Code != "weight-never-wins" && d.Code != "not-yet-used" {
			t.Errorf("%v", d)
		}
	}
}

// TestRequests holds the requests to what they are said to be: three slots with
// offers and a rendering, and a cookie that is read and written anew.
func TestRequests(t *testing.T) {
	g := load(t, 1000, false)
	for i, request := range workload.Requests(g.View().Hash(), false) {
		a := answer(t, g, request)
		if len(a.Slots) != 3 || !a.Listed || len(a.Cookies) != 1 {
			t.Fatalf("visitor %d: %d slots, listed %v, %d cookies", i, len(a.Slots), a.Listed, len(a.Cookies))
		}
		for s := range a.Slots {
			if a.Slots[s].Offer == nil || len(a.Slots[s].HTML) < 250 {
				t.Errorf("visitor %d: slot %s shows %q", i, a.Slots[s].Space, a.Slots[s].HTML)
			}
		}
		sent := workload.Cookie(i, false)
		got, _, _ := bytes.Cut(a.Cookies[0], []byte(";"))
		// Three more propositions.
		if len(sent) < 290 || len(sent) > 320 || len(got) < len(sent)+50 || len(got) > len(sent)+70 {
			t.Errorf("visitor %d sends a cookie of %d bytes and gets one of %d", i, len(sent), len(got))
		}
	}
}

func TestNobodyIsEligible(t *testing.T) {
	g := load(t, 1000, false)
	for i, request := range workload.Requests(g.View().Hash(), true) {
		for _, s := range answer(t, g, request).Slots {
			if s.Offer != nil {
				t.Errorf("visitor %d gets %s", i, s.Offer)
			}
		}
	}
}

// TestEligible counts how far the rankings of the visitors go.
func TestEligible(t *testing.T) {
	const offers = 600 // so that no ranking is longer than the greatest ordinal
	g := load(t, offers, true)
	found := 0
	for i := range workload.Visitors {
		found += ranked(t, g, i, 1) + ranked(t, g, i, 51)
	}
	// Of the offers two thirds have content for the space.
	share := float64(found) / (workload.Visitors * offers * 2 / 3)
	if share < 0.07 || share > 0.11 {
		t.Errorf("%.3f of the pairs of offer and visitor are eligible, want about 0.09", share)
	}
}

func ranked(t *testing.T, g *guest.Guest, i, first int) (n int) {
	t.Helper()
	var slots []abi.Slot
	for k := range 50 {
		slots = append(slots, abi.Slot{Space: []byte(workload.Spaces[0]), N: first + k})
	}
	cookie := workload.Cookie(i, false)
	request := abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: g.View().Hash(), Time: workload.Now, Flags: abi.FlagSecure,
		Host: []byte(workload.Host), Mode: abi.SlotsAsked, HasSlots: true, Slots: slots,
		Headers: []abi.Header{{Name: []byte("cookie"), Value: []byte(cookie)}},
	})
	for _, s := range answer(t, g, request).Slots {
		if s.Offer != nil {
			n++
		}
	}
	return n
}

func TestCookieVerifies(t *testing.T) {
	var s visitor.State
	var scratch [seal.OpenSize]byte
	_, _, ok := s.Open(scratch[:0], seal.TestKeyring(), []byte(workload.Cookie(0, false)), true)
	if !ok || s.N != 1 || !s.Link.Set {
		t.Errorf("open %v, %d sections, link %v", ok, s.N, s.Link.Set)
	}
	if n := s.Sections[0].DataSize(); n < 50 || n > visitor.MaxData {
		t.Errorf("%d bytes of visitor data", n)
	}
	var h visitor.History
	if !s.Sections[0].History(0, &h) || h.N != 5 {
		t.Errorf("%d propositions", h.N)
	}
}

// TestSourceCompiles reads and compiles what an author would have written.
func TestSourceCompiles(t *testing.T) {
	c, diags := author.Parse(workload.Source(130, workload.Grammar{Rules: true, Languages: true}))
	if diags.HasErrors() {
		t.Fatal(diags[0])
	}
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		t.Fatal(diags[0])
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	if n := v.Count(snapshot.SecOffers); n != 130 {
		t.Errorf("%d offers, want 130", n)
	}
}

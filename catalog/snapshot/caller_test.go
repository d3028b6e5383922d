package snapshot_test

import (
	"bytes"
	"runtime/metrics"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// caller asks a guest a fixed set of requests, on one snapshot after another.
type caller struct {
	guest    *guest.Guest
	requests []abi.Request
	message  []byte
	response []byte
}

// newCaller makes one for snapshots that are about b, which is intact.
func newCaller(t testing.TB, b []byte) *caller {
	c := &caller{guest: configured(t), requests: requests()}
	if status, text := c.guest.Load(b); status != abi.StatusOK {
		t.Fatal(text)
	}
	answer := c.ask(t, open(t, b), &c.requests[0])
	if len(answer.Cookies) != 1 {
		t.Fatalf("%d cookies for a stranger", len(answer.Cookies))
	}
	cookie, _, _ := bytes.Cut(answer.Cookies[0], []byte(";"))
	for _, r := range requests() {
		r.Headers = append(r.Headers, abi.Header{Name: []byte("cookie"), Value: bytes.Clone(cookie)})
		c.requests = append(c.requests, r)
	}
	return c
}

// configured is a guest without a snapshot.
func configured(t testing.TB) *guest.Guest {
	config := abi.DefaultConfig()
	config.Keys = []abi.Key{{Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	config.CountryHeader = "x-country"
	config.Paused = []abi.Paused{{Environment: "v", Kind: abi.PausedOffer, Name: "b"}}
	g := guest.New()
	if status, text := g.Configure(abi.AppendConfig(nil, config)); status != abi.StatusOK {
		t.Fatal(text)
	}
	return g
}

// requests reach everything that a decision reads.
func requests() []abi.Request {
	page := abi.Request{
		Kind: abi.KindPage, Time: 1_781_000_000_000, Seed: 1, Entropy: make([]byte, abi.EntropySize), Want: abi.WantHTML | abi.WantContent | abi.WantPropositions,
		Host: []byte("a.b"), Path: []byte("/"),
	}
	named := page
	named.Mode, named.HasSlots = abi.SlotsAsked, true
	named.Slots = []abi.Slot{
		{Space: []byte("h"), N: 1, Environment: []byte("v"), Held: abi.HeldYes},
		{Space: []byte("w"), N: 2, Environment: []byte("v"), Categories: [][]byte{[]byte("j"), []byte("nowhere")}, Held: abi.HeldUnknown},
		{Space: []byte("w"), N: 1, Environment: []byte("v"), Themes: [][]byte{[]byte("s")}, Held: abi.HeldYes},
		{Space: []byte("h"), N: 1, Environment: []byte("c"), Attributes: []abi.Attribute{{Name: []byte("q"), Value: []byte{7}}}, Held: abi.HeldYes},
		{Space: []byte("h"), N: 100, Held: abi.HeldNo},
	}
	named.Query, named.Headers = []byte("a=b&%74=+1"), []abi.Header{{Name: []byte("x-a"), Value: []byte(" 1")}}
	person := named
	person.Host, person.Flags = []byte("elsewhere"), abi.FlagPeople|abi.FlagVisitors|abi.FlagConsentGiven
	person.Target = abi.PersonKey{Key: []byte("anna")}
	person.Language = []byte("en")
	refused := page
	refused.Host, refused.Path, refused.Flags = []byte("x.b"), []byte("/p/q"), abi.FlagConsentRefused|abi.FlagSecure
	later := person
	later.Time, later.Path, later.Seed = 1_900_000_000_000, []byte("/c"), 1<<63
	return []abi.Request{page, named, person, refused, later}
}

// record is what a host knows, whatever it is asked.
func record() abi.Record {
	attributes := abi.AppendAttributes(nil, []abi.Attribute{
		{Name: []byte("t"), Value: wire.AppendStr(nil, "xyz")}, {Name: []byte("n"), Value: []byte{2}}, {Name: []byte("l"), Value: []byte{0x91, 0xa1, 'b'}},
	})
	return abi.Record{
		Persons:  []abi.Person{{Key: []byte("anna"), Attributes: attributes}},
		Visitors: []abi.Visitor{{Known: true, Attributes: attributes}},
	}
}

// ask puts one request to the guest, with a record if it needs one. A status
// that would end an instance, or a response that no host could read, fails the
// test.
func (c *caller) ask(t testing.TB, v *snapshot.View, r *abi.Request) *abi.Answer {
	out, err := c.call(v, r)
	if err != nil {
		t.Fatalf("response: %v", err)
	}
	if out.Status != abi.StatusOK {
		t.Fatalf("status %s: %s", out.Status, out.Text)
	}
	for _, p := range out.Answer.Propositions {
		if p.Status > catalog.Rejected {
			t.Fatalf("a proposition with status %d", p.Status)
		}
	}
	return &out.Answer
}

// call puts one request to the guest, and once more with a record if it needs
// one.
func (c *caller) call(v *snapshot.View, r *abi.Request) (*abi.Response, error) {
	r.Snapshot, r.HasRecord = v.Hash(), false
	for {
		c.message = abi.AppendRequest(c.message[:0], r)
		c.response = c.guest.Handle(c.response[:0], c.message)
		out, err := abi.DecodeResponse(c.response)
		if err != nil || out.Status != abi.StatusNeed || r.HasRecord {
			return out, err
		}
		r.Record, r.HasRecord = record(), true
	}
}

// maxGarbage is what opening, verifying, loading and deciding on a small
// snapshot may allocate, in bytes.
const maxGarbage = 4 << 20

// survives reports whether Verify accepts a snapshot whose hash is taken for
// right. If it does, the snapshot is read from end to end and decided on.
func (c *caller) survives(t testing.TB, b []byte) bool {
	before := allocated()
	v, err := snapshot.Open(b)
	if err != nil || v.Verify(believe(&v)) != nil {
		return false
	}
	if status, text := c.guest.Load(b); status != abi.StatusOK {
		t.Fatal(text)
	}
	for i := range c.requests {
		c.ask(t, &v, &c.requests[i])
	}
	if n := allocated() - before; n > maxGarbage {
		t.Fatalf("%d bytes allocated", n)
	}
	viewLines(&v)
	_ = v.VerifyIndex() // whatever it says, it ends
	return true
}

// endures puts the requests to a guest that loaded a snapshot which nobody
// verified, as a careless host may. It may answer anything, also that it
// panicked, after which it is made anew, as a host would; but it comes back, and
// takes no more memory than from a good one.
func (c *caller) endures(t testing.TB, b []byte) {
	before := allocated()
	v, err := snapshot.Open(b)
	if err != nil {
		return
	}
	fresh := uint64(0)
	loaded := false
	for i := range c.requests {
		status := abi.StatusOK
		if !loaded {
			status, _ = c.guest.Load(b)
			loaded = true
		}
		if status == abi.StatusOK {
			if out, err := c.call(&v, &c.requests[i]); err == nil {
				status = out.Status
			}
		}
		if !status.Healthy() {
			start := allocated()
			c.guest, loaded = configured(t), false
			fresh += allocated() - start
		}
	}
	if n := allocated() - before - fresh; n > maxGarbage {
		t.Fatalf("%d bytes allocated", n)
	}
}

// allocated counts the bytes that were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

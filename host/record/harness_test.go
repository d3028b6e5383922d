package record_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/abi"
)

const shop = `catalog: WORD
consent: assumed
environments:
  visitors:
    kind: anonymous
    spaces: {hero: {channel: web, render: {html: '<b>{{ offer.code }}</b>'}}}
    pages: [{match: "/", slots: [hero]}]
    categories: {all: {offers: {one: {weights: 1, content: {hero: {}}}}}}
`

// noon is when the first request comes.
var noon = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) tell() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// engine decides on a catalog of a name.
func engine(t testing.TB, name string) *native.Engine {
	t.Helper()
	text := bytes.ReplaceAll([]byte(shop), []byte("WORD"), []byte(name))
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return e
}

// decision is a call and what came of it.
type decision struct {
	snapshot          *host.Snapshot
	request, response []byte
	answer            abi.Answer
}

// decide decides the request of a number, which mints a visitor of its own
// unless it brings a cookie.
func decide(t testing.TB, e *native.Engine, number uint64, edit func(*abi.Request)) decision {
	t.Helper()
	s, err := e.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	entropy := make([]byte, abi.EntropySize)
	binary.BigEndian.PutUint64(entropy, number)
	hash := s.Snapshot().Hash
	r := abi.Request{
		Kind: abi.KindPage, Snapshot: hash[:], Time: noon.UnixMilli() + int64(number), Entropy: entropy, Want: abi.WantHTML,
		Host: []byte("shop.example"), Path: fmt.Appendf(nil, "/%d", number), HasSlots: true,
		Slots: []abi.Slot{{Space: []byte("hero"), N: 1, Held: abi.HeldYes}},
	}
	if edit != nil {
		edit(&r)
	}
	d := decision{snapshot: s.Snapshot(), request: abi.AppendRequest(nil, &r)}
	if d.response, err = s.Handle(t.Context(), nil, d.request); err != nil {
		t.Fatal(err)
	}
	out, err := abi.DecodeResponse(d.response)
	if err != nil || out.Status != abi.StatusOK {
		t.Fatalf("%v: %s", err, out.Text)
	}
	d.answer = out.Answer
	return d
}

func (d *decision) id() string { return fmt.Sprintf("%x", d.answer.Interaction) }

// cookie is the cookie that the decision set.
func (d *decision) cookie(t testing.TB) []byte {
	t.Helper()
	if len(d.answer.Cookies) != 1 {
		t.Fatalf("cookies %q", d.answer.Cookies)
	}
	value, _, _ := bytes.Cut(d.answer.Cookies[0], []byte(";"))
	return value
}

// with is a request with a cookie.
func with(cookie []byte) func(*abi.Request) {
	return func(r *abi.Request) {
		r.Headers = []abi.Header{{Name: []byte("cookie"), Value: cookie}}
	}
}

// writer makes one that ends with the test.
func writer(t testing.TB, c record.Config) *record.Writer {
	t.Helper()
	if c.Clock == nil {
		c.Clock = (&clock{now: noon}).tell
	}
	w, err := record.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func put(w *record.Writer, list ...decision) {
	for i := range list {
		d := &list[i]
		w.Record(d.snapshot, d.request, d.response, &d.answer)
	}
}

// kept are the interactions in a directory, the newest first.
func kept(t testing.TB, dir string) []string {
	t.Helper()
	list, err := record.List(dir, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range list {
		out = append(out, e.Interaction)
	}
	return out
}

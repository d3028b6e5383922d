package hosttest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// Instance is one instance of proffer.wasm in any engine, configured and with a
// snapshot.
type Instance interface {
	// Handle answers a request. The response may be overwritten by the next call.
	Handle(request []byte) ([]byte, error)
	// Memory is the size of the linear memory in bytes.
	Memory() (int, error)
}

// warmUp is the number of calls after which the memory must not grow.
const warmUp = 2_000

// Soak lets an instance live for so many calls, at least [warmUp] of them: a
// visitor who comes back every 31 minutes, so that each answer writes the cookie,
// now and then a stranger, a page of all slots that a call can have, and a body as
// long as a host passes on. The answers have to be those in process, and the memory
// must not grow. start makes the instance; after each call it is told how many
// there were.
func Soak(t *testing.T, calls int, start func(settings, snapshot []byte) Instance, after func(calls int)) {
	t.Helper()
	snapshot := soaked(t)
	in := start(Settings(), snapshot)
	native := guest.New()
	native.Configure(Settings())
	native.Load(snapshot)
	v := visit{hash: native.View().Hash()}
	memory := 0
	for i := range calls {
		request := v.request(i)
		got, err := in.Handle(request)
		if err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		if i%97 == 0 && !bytes.Equal(got, native.Handle(nil, request)) {
			t.Fatalf("call %d: the answer differs from that in process: %q", i, got)
		}
		if err := v.take(got); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		after(i)
		if i == warmUp {
			memory = sizeOf(t, in)
		}
	}
	if got := sizeOf(t, in); got != memory || calls <= warmUp {
		t.Errorf("%d bytes of memory after %d calls, %d after %d", got, calls, memory, warmUp)
	}
	t.Logf("%d calls, %d bytes of memory, %d visitors", calls, memory, v.strangers)
}

func sizeOf(t *testing.T, in Instance) int {
	t.Helper()
	n, err := in.Memory()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// visit is what a browser keeps between its requests.
type visit struct {
	hash, message []byte
	cookie        string
	strangers     int
	kind          abi.Kind
	slots         int
	response      abi.Response
	junk          [abi.MaxBody]byte
}

func (v *visit) request(i int) []byte {
	if i%100 == 0 {
		v.cookie = ""
		v.strangers++
	}
	r := abi.Request{
		Kind: abi.KindPage, Snapshot: v.hash, Time: 1_800_000_000_000 + int64(i)*31*60_000, Seed: uint64(i),
		Entropy: make([]byte, abi.EntropySize), Want: abi.WantHTML,
		Host: []byte("shop.example"), Path: []byte("/"), HasSlots: true,
		Slots: []abi.Slot{{Space: []byte("hero"), N: 1}, {Space: []byte("side"), N: 1}},
		Headers: []abi.Header{
			{Name: []byte("accept-language"), Value: []byte("fr-CH, fr;q=0.9, en;q=0.8")},
			{Name: []byte("user-agent"), Value: []byte("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")},
			{Name: []byte("cookie"), Value: []byte("theme=dark; " + v.cookie)},
		},
	}
	switch {
	case i%31 == 7:
		r.Kind, r.Path, r.Method = abi.KindEvent, []byte("/.proffer/event"), []byte("POST")
		r.Slots, r.HasSlots, r.Body = nil, false, v.junk[:i*7919%len(v.junk)]
	case i%29 == 5:
		r.Mode, r.Slots = abi.SlotsAsked, r.Slots[:0]
		for n := range abi.MaxSlots {
			r.Slots = append(r.Slots, abi.Slot{Space: []byte("hero"), N: n + 1})
		}
	}
	v.kind, v.slots = r.Kind, len(r.Slots)
	binary.LittleEndian.PutUint64(r.Entropy, uint64(i))
	v.message = abi.AppendRequest(v.message[:0], &r)
	return v.message
}

// take reads an answer: the first two slots are filled, and the cookie is
// written.
func (v *visit) take(b []byte) error {
	if v.kind == abi.KindEvent {
		if status, ok := abi.StatusOf(b); !ok || status != abi.StatusOK {
			return fmt.Errorf("reply %q", b)
		}
		return nil
	}
	if err := v.response.Decode(b); err != nil {
		return err
	}
	a := &v.response.Answer
	if v.response.Status != abi.StatusOK || len(a.Slots) != v.slots || len(a.Cookies) != 1 {
		return fmt.Errorf("status %v with %d slots and %d cookies: %q", v.response.Status, len(a.Slots), len(a.Cookies), b)
	}
	for _, s := range a.Slots[:2] {
		if len(s.HTML) == 0 {
			return fmt.Errorf("slot %s_%d is empty", s.Space, s.N)
		}
	}
	v.cookie, _, _ = strings.Cut(string(a.Cookies[0]), ";")
	return nil
}

// soaked is a snapshot of 12 offers for a page of two slots.
func soaked(t testing.TB) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(`catalog: shop
zone: Europe/Paris
language: en
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    pages: [{match: "/", slots: [hero, side]}]
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<a href="{{ url }}">{{ title }}</a>'}
        store: {visitor: {visits: 'target.visits + (interaction.new_visit ? 1 : 0)'}}
      side:
        channel: web
        fields: {title: {type: text, required: true}, url: url}
        render: {html: '<p><a href="{{ url }}">{{ title }}</a></p>'}
    categories:
`)
	for n := range 12 {
		filter := ""
		if n%5 == 0 {
			filter = fmt.Sprintf(", {value: 9, filter: 'target.visits %% %d == 0'}", 2+n)
		}
		fmt.Fprintf(&b, `      c%d:
        offers:
          o%d:
            weights: [{value: %d}%s]
            content:
              hero: {title: 'Offer %d for visit {{ target.visits }}', url: '/o/%d?v={{ target.visits }}'}
              side: {title: 'Aside %d', url: '/o/%d'}
`, n, n, 1+n%7, filter, n, n, n, n)
	}
	snapshot, err := Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(b.String())}})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

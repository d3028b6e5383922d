package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/plugin/abi"
)

// proffer asks for every ordinal of one space: all offers, ranked by weight.
type proffer struct {
	ctx      context.Context
	session  host.Session
	slots    []abi.Slot
	visitors []visitor
	ready    [][]byte // request of each visitor
	request  []byte
	answer   []byte
	response abi.Response
}

// now is the time of every request: 2026-07-10T12:00:00Z.
const now = int64(1_783_684_800_000)

// head is the catalog without its offers: a space for each kind of call. Nothing
// is stored of the one where all offers are asked for; the page is as a site has
// it.
const head = `catalog: peers
consent: assumed
environments:
  visitors:
    kind: anonymous
    attributes: {country: string, member: bool, basket: int}
    spaces:
      all: {channel: web, fields: {title: {type: text, required: true}}, store: false}
      page:
        channel: web
        fields: {title: {type: text, required: true}, url: {type: url, required: true}}
        render:
          html: '<a class="offer" href="{{ url }}"><h3>{{ title }}</h3></a>'
    categories:
      offers:
        offers:
`

// compiled is the snapshot of the offers, each of another weight.
func compiled(offers []offer) ([]byte, error) {
	var b strings.Builder
	b.WriteString(head)
	for i := range offers {
		o := &offers[i]
		fmt.Fprintf(&b, "          %s:\n            filter: '%s'\n            weights: %d\n            content:\n"+
			"              all: {title: Offer %d}\n              page: {title: A week away for you, url: /travel/%d}\n",
			o.Code, expression(o, "interaction."), 1+i*7919%len(offers), i, i)
	}
	c, found := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(b.String())}})
	if found.HasErrors() {
		return nil, fmt.Errorf("%v", found[0])
	}
	s, found := compile.Compile(c)
	if found.HasErrors() {
		return nil, fmt.Errorf("%v", found[0])
	}
	return s, nil
}

// settings are of every engine: the published test key, which signs cookies.
func settings() []byte {
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	return abi.AppendConfig(nil, c)
}

// sessions is what package host and package native have in common.
type sessions interface {
	Swap(ctx context.Context, snapshot []byte) error
	Close(ctx context.Context) error
}

// openWasm starts the module on wazero with a snapshot.
func openWasm(ctx context.Context, wasm []byte, cache string, snapshot []byte) (host.Session, func(), error) {
	h, err := host.New(ctx, wasm, host.Config{
		Instances: 1, CacheDir: cache, Settings: settings(), Wait: time.Minute, MaxCalls: 1 << 40,
	})
	if err != nil {
		return nil, nil, err
	}
	return open(ctx, h, func() (host.Session, error) { return h.Acquire() }, snapshot)
}

// openNative runs the same code in this process.
func openNative(ctx context.Context, snapshot []byte) (host.Session, func(), error) {
	e, err := native.New(settings())
	if err != nil {
		return nil, nil, err
	}
	return open(ctx, e, e.Acquire, snapshot)
}

func open(ctx context.Context, s sessions, acquire func() (host.Session, error), snapshot []byte) (host.Session, func(), error) {
	if err := s.Swap(ctx, snapshot); err != nil {
		return nil, nil, err
	}
	session, err := acquire()
	if err != nil {
		return nil, nil, err
	}
	return session, func() { session.Release(); _ = s.Close(ctx) }, nil
}

func newWasm(ctx context.Context, wasm []byte, cache string, offers []offer, list []visitor) (peer, func(), error) {
	s, err := compiled(offers)
	if err != nil {
		return nil, nil, err
	}
	session, end, err := openWasm(ctx, wasm, cache, s)
	return newProffer(ctx, session, slots(offers, list), list), end, err
}

func newNative(ctx context.Context, offers []offer, list []visitor) (peer, func(), error) {
	s, err := compiled(offers)
	if err != nil {
		return nil, nil, err
	}
	session, end, err := openNative(ctx, s)
	return newProffer(ctx, session, slots(offers, list), list), end, err
}

// newProffer makes the requests of all visitors, for the best so many offers.
func newProffer(ctx context.Context, session host.Session, best int, list []visitor) *proffer {
	p := &proffer{ctx: ctx, session: session, visitors: list}
	for n := range best {
		p.slots = append(p.slots, abi.Slot{Space: []byte("all"), N: n + 1})
	}
	if session == nil {
		return p
	}
	for i := range list {
		p.ready = append(p.ready, p.append(nil, i))
	}
	return p
}

// slots is one more than the richest visitor has offers, so that each visitor
// has an empty slot, up to the 64 that a call can have.
func slots(offers []offer, list []visitor) int { return min(most(offers, list)+1, abi.MaxSlots) }

// most is the greatest number of offers that a visitor is eligible for.
func most(offers []offer, list []visitor) (n int) {
	l := newLoop(offers, list)
	for i := range list {
		_ = l.ask(i)
		n = max(n, len(l.found))
	}
	return n
}

func (p *proffer) append(dst []byte, i int) []byte {
	return abi.AppendRequest(dst, &abi.Request{
		Kind: abi.KindPage, Snapshot: p.session.Snapshot().Hash[:], Time: now, Seed: uint64(i),
		Host: []byte("www.example.com"), Path: []byte("/"),
		Mode: abi.SlotsAsked, HasSlots: true, Slots: p.slots, Attributes: p.visitors[i].callData(),
	})
}

// callData are the visitor's fields as a request carries them.
func (v *visitor) callData() []abi.Attribute {
	return []abi.Attribute{
		{Name: []byte("country"), Value: wire.AppendStr(nil, v.country)},
		{Name: []byte("member"), Value: wire.AppendBool(nil, v.member)},
		{Name: []byte("basket"), Value: wire.AppendInt(nil, int64(v.basket))},
	}
}

func (p *proffer) decide(i int) (err error) {
	p.answer, err = p.session.Handle(p.ctx, p.answer[:0], p.ready[i])
	return err
}

func (p *proffer) ask(i int) (err error) {
	p.request = p.append(p.request[:0], i)
	if p.answer, err = p.session.Handle(p.ctx, p.answer[:0], p.request); err != nil {
		return err
	}
	return p.response.Decode(p.answer)
}

func (p *proffer) eligible() (codes []string, err error) {
	if err := p.response.Decode(p.answer); err != nil {
		return nil, err
	}
	if p.response.Status != abi.StatusOK {
		return nil, fmt.Errorf("%v: %s", p.response.Status, p.response.Text)
	}
	for _, s := range p.response.Answer.Slots {
		if s.Offer != nil {
			codes = append(codes, string(s.Offer))
		}
	}
	if len(codes) == len(p.slots) {
		return nil, fmt.Errorf("%d slots are full: there may be more offers than a call can ask for", len(codes))
	}
	return codes, nil
}

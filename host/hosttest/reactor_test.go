package hosttest_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

const (
	warmUp = 2_000 // calls after which the memory must not grow
	gcTurn = 1_000
	enosys = 52
)

// TestReactorWithoutPoll lets proffer.wasm live on a host that does not know
// poll_oneoff and never asks it to collect garbage. Go's collector starts at
// 4 MiB: 30 bytes of garbage in a call would reach it.
func TestReactorWithoutPoll(t *testing.T) {
	t.Parallel()
	in := newReactor(t, func(b wazero.HostModuleBuilder) {
		b.NewFunctionBuilder().WithGoModuleFunction(
			api.GoModuleFunc(func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = enosys }),
			[]api.ValueType{api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32, api.ValueTypeI32},
			[]api.ValueType{api.ValueTypeI32},
		).Export("poll_oneoff")
	})
	live(t, in, 100_000, false)
}

// TestReactorWithGC lets it live on a host that collects its garbage.
func TestReactorWithGC(t *testing.T) {
	t.Parallel()
	live(t, newReactor(t, func(wazero.HostModuleBuilder) {}), 20_000, true)
}

// live is the life of one instance: a visitor who comes back every 31 minutes,
// so that each answer writes the cookie, and now and then a stranger.
func live(t *testing.T, in *reactor, calls int, collect bool) {
	snapshot := shop(t)
	in.give("proffer_configure", hosttest.Settings())
	in.give("proffer_load", snapshot)
	native := guest.New()
	native.Configure(hosttest.Settings())
	native.Load(snapshot)
	v := visit{hash: native.View().Hash()}
	gc, memory := in.mod.ExportedFunction("proffer_gc"), uint32(0)
	for i := range calls {
		request := v.request(i)
		got := in.handle(request)
		if i%997 == 0 && !bytes.Equal(got, native.Handle(nil, request)) {
			t.Fatalf("call %d: the answer differs from that in process: %q", i, got)
		}
		if err := v.take(got); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
		if collect && i%gcTurn == 0 {
			in.call(gc, 0)
		}
		if i == warmUp {
			memory = in.mod.Memory().Size()
		}
	}
	if got := in.mod.Memory().Size(); got != memory {
		t.Errorf("%d bytes of memory after %d calls, %d after %d", got, calls, memory, warmUp)
	}
	t.Logf("%d bytes of memory, %d visitors", memory, v.strangers)
}

// visit is what a browser keeps between its requests.
type visit struct {
	hash, message []byte
	cookie        string
	strangers     int
	response      abi.Response
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
	binary.LittleEndian.PutUint64(r.Entropy, uint64(i))
	v.message = abi.AppendRequest(v.message[:0], &r)
	return v.message
}

// take reads an answer: both slots are filled, and the cookie is written.
func (v *visit) take(b []byte) error {
	if err := v.response.Decode(b); err != nil {
		return err
	}
	a := &v.response.Answer
	if v.response.Status != abi.StatusOK || len(a.Slots) != 2 || len(a.Cookies) != 1 {
		return fmt.Errorf("status %v with %d slots and %d cookies: %q", v.response.Status, len(a.Slots), len(a.Cookies), b)
	}
	for _, s := range a.Slots {
		if len(s.HTML) == 0 {
			return fmt.Errorf("slot %s_%d is empty", s.Space, s.N)
		}
	}
	v.cookie, _, _ = strings.Cut(string(a.Cookies[0]), ";")
	return nil
}

// shop is a snapshot of 12 offers for a page of two slots.
func shop(t testing.TB) []byte {
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
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(b.String())}})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// reactor is one instance of proffer.wasm without package host around it.
type reactor struct {
	t              testing.TB
	mod            api.Module
	buffer, answer api.Function
	stack          [1]uint64
}

func newReactor(t testing.TB, patch func(wazero.HostModuleBuilder)) *reactor {
	t.Helper()
	r := newRuntime(t)
	b := r.NewHostModuleBuilder(wasi_snapshot_preview1.ModuleName)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	patch(b)
	if _, err := b.Instantiate(t.Context()); err != nil {
		t.Fatal(err)
	}
	module, err := r.CompileModule(t.Context(), hosttest.Artefact(t, "proffer.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := r.InstantiateModule(t.Context(), module, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	return &reactor{t: t, mod: mod, buffer: mod.ExportedFunction("proffer_buffer"), answer: mod.ExportedFunction("proffer_handle")}
}

// call calls a function, which must not trap.
func (r *reactor) call(f api.Function, param int) uint64 {
	r.t.Helper()
	r.stack[0] = uint64(param)
	if err := f.CallWithStack(r.t.Context(), r.stack[:]); err != nil {
		r.t.Fatalf("%s: %v", f.Definition().Name(), err)
	}
	return r.stack[0]
}

func (r *reactor) put(message []byte) {
	r.t.Helper()
	if !r.mod.Memory().Write(uint32(r.call(r.buffer, len(message))), message) {
		r.t.Fatal("proffer_buffer answers an address outside of the memory")
	}
}

// give hands over a configuration or a snapshot.
func (r *reactor) give(name string, message []byte) {
	r.t.Helper()
	r.put(message)
	if status := abi.Status(r.call(r.mod.ExportedFunction(name), len(message))); status != abi.StatusOK {
		r.t.Fatalf("%s answers %v", name, status)
	}
}

// handle gives the response, which holds until the next call.
func (r *reactor) handle(request []byte) []byte {
	r.t.Helper()
	r.put(request)
	at := r.call(r.answer, len(request))
	b, ok := r.mod.Memory().Read(uint32(at>>32), uint32(at))
	if !ok {
		r.t.Fatal("proffer_handle answers an address outside of the memory")
	}
	return b
}

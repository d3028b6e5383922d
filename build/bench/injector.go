package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/tetratelabs/wazero/api"
	"golang.org/x/net/html"

	"github.com/profferhq/proffer/build/bench/internal/page"
	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/plugin/inject"
)

// injected is what was measured of ways through one page: the tokenizer's time
// ÷ the way's, both of a round.
type injected struct {
	page   string
	size   int // bytes
	tags   int // of '<'
	wasm   bool
	passes []*pass
}

// pass is one way through a page.
type pass struct {
	name   string
	least  float64 // times faster than the tokenizer
	run    func(times int) error
	times  int
	took   sample // ns for each pass
	ratio  sample
	allocs float64 // for each pass; -1: not counted
}

const largePage = 100 << 10

// chunk sizes of a body that streams
const (
	large = 32 << 10
	small = 4 << 10
	tiny  = 251 // cuts every kind of tag
)

// injectors measures the injector beside x/net's tokenizer, natively and in Wasm.
func (b *bench) injectors(r *report, budget time.Duration) error {
	for _, kind := range []struct {
		name   string
		make   func(int, ...string) []byte
		stream float64
	}{{"shop", page.Shop, 10}, {"docs", page.Docs, 7}} {
		plain, slots := kind.make(largePage), kind.make(largePage, workload.Spaces[:]...)
		m := &injected{page: kind.name, size: len(plain), tags: bytes.Count(plain, []byte("<")), passes: natively(plain, slots, kind.stream)}
		if err := m.measure(budget); err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
		w := &injected{page: kind.name, size: m.size, tags: m.tags, wasm: true}
		guests, err := b.inWasm(w, plain, slots)
		if err == nil {
			err = w.measure(budget)
		}
		for _, g := range guests {
			err = errors.Join(err, g.mod.Close(b.ctx))
		}
		if err != nil {
			return fmt.Errorf("%s in Wasm: %w", kind.name, err)
		}
		r.injected = append(r.injected, m, w)
	}
	return nil
}

var offer = []byte(`<a href="/c/1a2b"><img src="/i/beach.jpg" alt="Beach"><p>A week at the beach, from 399 euros a person.</p></a>`)

// natively are the ways in this process; the first is what others are compared
// with.
func natively(plain, slots []byte, stream float64) []*pass {
	var in inject.Injector
	var fills []inject.Fill
	for _, name := range workload.Spaces {
		fills = append(fills, inject.Fill{Slot: inject.Slot{Space: []byte(name), N: 1}, HTML: offer})
	}
	dst := make([]byte, 0, len(slots)+4096)
	write := func(body []byte, size int) func(int) error {
		return func(times int) error {
			for range times {
				in.Reset(fills)
				dst = dst[:0]
				for rest := body; len(rest) > 0; {
					n := min(size, len(rest))
					dst = in.Write(dst, rest[:n])
					rest = rest[n:]
				}
				dst = in.Close(dst)
			}
			return filled(&in, len(fills), body, plain)
		}
	}
	rewrite := func(body []byte) func(int) error {
		return func(times int) error {
			for range times {
				in.Reset(fills)
				dst = in.Rewrite(dst[:0], body)
			}
			return filled(&in, len(fills), body, plain)
		}
	}
	return []*pass{
		{name: "tokenizer of golang.org/x/net/html", run: func(times int) error { return tokenize(plain, times) }, allocs: -1},
		{name: "chunks of 32 KiB, no slots", least: stream, run: write(plain, large)},
		{name: "chunks of 32 KiB, three slots", least: stream, run: write(slots, large)},
		{name: "chunks of 4 KiB, no slots", least: stream, run: write(plain, small)},
		{name: "chunks of 4 KiB, three slots", least: stream, run: write(slots, small)},
		{name: "chunks of 251 bytes, three slots", run: write(slots, tiny)},
		{name: "whole, no slots", least: 25, run: rewrite(plain)},
		{name: "whole, three slots", run: rewrite(slots)},
	}
}

// filled checks that a page with slots has them filled, and the other none.
func filled(in *inject.Injector, fills int, body, plain []byte) error {
	n := 0
	for i := range fills {
		if in.Filled(i) {
			n++
		}
	}
	if want := fills; &body[0] != &plain[0] && n != want || &body[0] == &plain[0] && n != 0 {
		return fmt.Errorf("%d slots filled of %d", n, fills)
	}
	return nil
}

// tokenize passes over a page as one that changes nothing would.
func tokenize(body []byte, times int) error {
	for range times {
		z := html.NewTokenizer(bytes.NewReader(body))
		n := 0
		for z.Next() != html.ErrorToken {
			n += len(z.Raw())
		}
		if !errors.Is(z.Err(), io.EOF) || n != len(body) {
			return fmt.Errorf("the tokenizer gives %d of %d bytes: %w", n, len(body), z.Err())
		}
	}
	return nil
}

// passer is an instance of the guest that passes over a page.
type passer struct{ mod api.Module }

// inWasm are the ways in one guest for each page; the guests are to be closed.
func (b *bench) inWasm(m *injected, plain, slots []byte) (guests []passer, err error) {
	wasm, err := buildGuest(filepath.Dir(b.cache), "injector")
	if err != nil {
		return nil, err
	}
	module, err := b.engine.runtime.CompileModule(b.ctx, wasm)
	if err != nil {
		return nil, err
	}
	for _, body := range [][]byte{plain, slots} {
		mod, _, err := b.engine.instantiate(b.ctx, module, 4<<20) // room for the tokenizer's garbage that fits into caches
		if err != nil {
			return guests, err
		}
		guests = append(guests, passer{mod})
		got, err := mod.ExportedFunction("buffer").Call(b.ctx, uint64(len(body)))
		if err != nil {
			return guests, err
		}
		if !mod.Memory().Write(uint32(got[0]), body) {
			return guests, errors.New("the page lies outside of the memory")
		}
	}
	a, z := guests[0], guests[1]
	m.passes = []*pass{
		{name: "tokenizer of golang.org/x/net/html", run: a.pass(b.ctx, "tokenizer", len(plain)), allocs: -1},
		{name: "chunks of 32 KiB, no slots", least: 8, run: a.pass(b.ctx, "write", 0, large)},
		{name: "chunks of 32 KiB, three slots", least: 8, run: z.pass(b.ctx, "write", len(workload.Spaces), large)},
		{name: "chunks of 4 KiB, three slots", least: 8, run: z.pass(b.ctx, "write", len(workload.Spaces), small)},
		{name: "whole, no slots", least: 8, run: a.pass(b.ctx, "rewrite", 0)},
		{name: "whole, three slots", least: 8, run: z.pass(b.ctx, "rewrite", len(workload.Spaces))},
	}
	return guests, nil
}

// pass calls an export, which must answer want.
func (p passer) pass(ctx context.Context, export string, want int, more ...uint64) func(times int) error {
	f := p.mod.ExportedFunction(export)
	return func(times int) error {
		got, err := f.Call(ctx, append([]uint64{uint64(times)}, more...)...)
		if err == nil && int32(got[0]) != int32(want) {
			err = fmt.Errorf("%s answers %d, want %d", export, int32(got[0]), want)
		}
		return err
	}
}

// batch is how long the passes of one round take, about.
const batch = 2 * time.Millisecond

// measure lets the ways take turns.
func (m *injected) measure(budget time.Duration) error {
	var list []contender
	for _, p := range m.passes {
		if err := p.run(1); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		start := time.Now()
		if err := p.run(1); err != nil {
			return err
		}
		p.times = max(1, int(batch/max(1, time.Since(start))))
		list = append(list, contender{name: p.name, n: p.times, run: func(int) error { return p.run(p.times) }})
	}
	samples, err := race(19, budget, list...)
	if err != nil {
		return err
	}
	for _, p := range m.passes {
		p.took = samples[p.name]
		for i, own := range p.took {
			p.ratio = append(p.ratio, m.passes[0].took[i]/own)
		}
		if m.wasm || p.allocs < 0 {
			p.allocs = -1
			continue
		}
		if p.allocs, err = allocations(p.times, func(int) error { return p.run(p.times) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) injectors(p *printer) {
	p.line("**Row 6: the injector on pages of %d KB, times as fast as golang.org/x/net/html's tokenizer on the same page without slots** (goals: ≥ 10 on the shop page, ≥ 7 on the tag-dense one, ≥ 25 whole without slots, ≥ 8 in Wasm; 0 allocations)\n", largePage>>10)
	p.line("| page | bytes for each '<' | where | way | MB/s | times as fast | goal | met | allocations |")
	p.line("|---|--:|---|---|--:|--:|--:|---|--:|")
	for _, m := range r.injected {
		where := "native"
		if m.wasm {
			where = "Wasm"
		}
		for _, a := range m.passes {
			p.line("| %s | %.0f | %s | %s | %.0f | %.1f (%.1f–%.1f) | %s | %s | %s |", m.page, float64(m.size)/float64(m.tags), where, a.name,
				float64(m.size)*1e3/a.took.p50(), a.ratio.p50(), a.ratio.at(0.1), a.ratio.at(0.9), a.goal(), a.met(), a.allocated())
			r.must(a.allocs <= 0, "%s page, %s: %.3g allocations, want 0", m.page, a.name, a.allocs)
		}
	}
	p.line("")
}

func (p *pass) goal() string {
	if p.least == 0 {
		return ""
	}
	return fmt.Sprintf("≥ %.0f", p.least)
}

func (p *pass) met() string {
	switch {
	case p.least == 0:
		return ""
	case p.ratio.p50() >= p.least:
		return "yes"
	}
	return "no"
}

func (p *pass) allocated() string {
	if p.allocs < 0 {
		return ""
	}
	return fmt.Sprintf("%.3g", p.allocs)
}

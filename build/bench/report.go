package main

import (
	"fmt"
	"io"
	"time"
)

// report is all that was measured.
type report struct {
	decisions    []*decision
	fresh        []*fresh
	imaged       []*imaged
	memory       []*footprint
	swaps        []*swapped
	authored     []*authored
	injected     []*injected
	proxied      *proxied
	wasm, packed int
	missed       []string // of what must be exact
}

const method = `A request is a page call as a proxy makes it: envelope in, six headers with a signed visitor cookie of some 300 characters, which is verified; three slots of the page's list decided on three spaces; each rendered with the placeholders of its content and a link that counts clicks, which is a ticket; five propositions of the cookie counted under one rule; the visit and what was shown noted, the cookie signed anew; envelope out. 64 different visitors take turns. Native, Wasm and all others take turns in batches of some 0.5 ms, each behind one that warms the caches and is not timed; p50 over the batches, in parentheses p10 to p90. "Wasm" is the bytes path on wazero alone: request written into linear memory, call, answer copied out; "in host" is package host with its pool, its checks and its hold on loops. All three answer every request byte for byte alike (checked). Catalogs: three spaces, three conditions for each offer (country, a bool, a threshold), about 9 %% of the offers eligible, a fifth of the weights dated, a quarter of the categories with multipliers, content of some 300 bytes on two spaces, titles and texts of it in two languages, one presentation rule on half of the offers.`

func (r *report) write(w io.Writer) {
	p := &printer{w: w}
	p.line("%s. %s.\n", machine(time.Now()), nativeHash)
	if r.decisions != nil {
		r.ofDecisions(p)
	}
	if r.decisions == nil && r.fresh != nil {
		r.starts(p)
	}
	if r.injected != nil {
		r.injectors(p)
	}
	if r.proxied != nil {
		r.proxies(p)
	}
}

func (r *report) ofDecisions(p *printer) {
	p.line(method + "\n")
	r.requests(p)
	r.parts(p)
	r.growth(p)
	r.starts(p)
	r.footprints(p)
	r.swapping(p)
	r.authoring(p)
	r.sizes(p)
}

// printer writes lines; a terminal or a pipe that is gone ends the program
// anyway.
type printer struct{ w io.Writer }

func (p *printer) line(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format+"\n", args...) }

// us is a time with its spread in microseconds.
func us(s sample) string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", s.p50()/1e3, s.at(0.1)/1e3, s.at(0.9)/1e3)
}

func (r *report) requests(p *printer) {
	p.line("**Row 1: a page request, µs** (target Wasm ÷ native ≤ 6 at 1,000 offers, mixed; 0 allocations)\n")
	p.line("| offers | visitors and weights | native | Wasm | Wasm ÷ native | Wasm in host | host allocations, Wasm / in host | batches |")
	p.line("|--:|---|--:|--:|--:|--:|--:|--:|")
	for _, d := range r.decisions {
		p.line("| %d | %s | %s | %s | %.1f | %s | %.3g / %.3g | %d |", d.offers, d.variant, us(d.native), us(d.wasm),
			d.wasm.p50()/d.native.p50(), us(d.hosted), d.allocs, d.hostedAllocs, len(d.wasm))
		r.must(d.allocs == 0, "%d offers, %s: %.3g allocations for a request in Wasm, want 0", d.offers, d.variant, d.allocs)
	}
	p.line("")
}

func (r *report) parts(p *printer) {
	p.line("**Row 1, second part: Wasm in empty calls** (target for the rest: ≤ 450 × at 100 offers, ≤ 700 × at 10,000, mixed)\n")
	p.line("| offers | visitors and weights | whole, µs | its MACs, µs | rest, µs | empty call, ns | rest ÷ empty call | MACs natively, µs |")
	p.line("|--:|---|--:|--:|--:|--:|--:|--:|")
	for _, d := range r.decisions {
		whole, macs, empty := d.wasm.p50(), d.macWasm.p50(), d.empty.p50()
		p.line("| %d | %s | %.1f | %.1f | %.1f | %.1f | %.0f | %.1f |", d.offers, d.variant,
			whole/1e3, macs/1e3, (whole-macs)/1e3, empty, (whole-macs)/empty, d.macNative.p50()/1e3)
	}
	p.line("")
}

func (r *report) growth(p *printer) {
	least, most := r.decisions[0].offers, r.decisions[len(r.decisions)-1].offers
	p.line("**Row 2: p50 at %d offers ÷ p50 at %d** (target ≤ 2 mixed, ≤ 3 with nobody eligible; equal weights are the stated exception)\n", most, least)
	p.line("| visitors and weights | native | Wasm |")
	p.line("|---|--:|--:|")
	for _, variant := range []string{mixed, nobody, equal} {
		a, b := r.find(least, variant), r.find(most, variant)
		p.line("| %s | %.1f | %.1f |", variant, b.native.p50()/a.native.p50(), b.wasm.p50()/a.wasm.p50())
	}
	p.line("")
}

func (r *report) find(offers int, variant string) *decision {
	for _, d := range r.decisions {
		if d.offers == offers && d.variant == variant {
			return d
		}
	}
	return nil
}

func (r *report) starts(p *printer) {
	r.instances(p)
	r.images(p)
}

func (r *report) instances(p *printer) {
	p.line("**Row 4: a fresh instance's first decision, ms** (instantiate, configure, load, decide; target ÷ empty Go guest ≤ 2 at 1,000 offers, ≤ 5 at 10,000; all on the memory that package host has)\n")
	p.line("| offers | fresh instance | empty guest as Go writes it | ratio | empty guest with build/jump | ratio | instances |")
	p.line("|--:|--:|--:|--:|--:|--:|--:|")
	for _, f := range r.fresh {
		p.line("| %d | %s | %s | %.2f | %s | %.2f | %d |", f.offers, ms(f.first),
			ms(f.plain), f.first.p50()/f.plain.p50(), ms(f.empty), f.first.p50()/f.empty.p50(), len(f.first))
	}
	p.line("")
}

func ms(s sample) string {
	return fmt.Sprintf("%.2f (%.2f–%.2f)", s.p50()/1e6, s.at(0.1)/1e6, s.at(0.9)/1e6)
}

func (r *report) footprints(p *printer) {
	p.line("**Row 5: linear memory of an instance, MiB** (target ≤ snapshot + 4 MiB; 0 pages of growth after the first %d decisions)\n", warmUp)
	p.line("| offers | snapshot | after load | at the end | more than the snapshot | decisions | pages of growth |")
	p.line("|--:|--:|--:|--:|--:|--:|--:|")
	for _, m := range r.memory {
		more, pages := mib(m.end-m.snapshot), (m.end-m.warm)/pageSize
		p.line("| %d | %.2f | %.2f | %.2f | %.2f | %d | %d |", m.offers, mib(m.snapshot), mib(m.loaded), mib(m.end), more, m.decisions, pages)
		r.must(more <= 4, "%d offers: an instance has %.2f MiB more than its snapshot, want 4", m.offers, more)
		r.must(pages == 0, "%d offers: %d pages of growth, want 0", m.offers, pages)
	}
	p.line("")
}

func mib(n int) float64 { return float64(n) / (1 << 20) }

const (
	maxRaw    = 2_800_000
	maxPacked = 800_000
)

func (r *report) sizes(p *printer) {
	p.line("**Row 8: proffer.wasm** %.2f MB raw, %.3f MB with gzip -9 (target ≤ 2.8 and ≤ 0.8)\n", float64(r.wasm)/1e6, float64(r.packed)/1e6)
	r.must(r.wasm <= maxRaw, "the module has %d bytes, want %d", r.wasm, maxRaw)
	r.must(r.packed <= maxPacked, "the compressed module has %d bytes, want %d", r.packed, maxPacked)
}

// must notes what had to hold and did not.
func (r *report) must(ok bool, format string, args ...any) {
	if !ok {
		r.missed = append(r.missed, fmt.Sprintf(format, args...))
	}
}

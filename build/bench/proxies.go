package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/page"
	"github.com/profferhq/proffer/build/bench/internal/workload"
)

// passage is one way of a page through a proxy, and what it costs.
type passage struct {
	name  string
	path  string
	goal  string // of the ratio, as it is printed
	most  float64
	check func(h http.Header, body []byte) error

	server *server
	load   *load

	cpu     sample // ns of the server for each request, by rounds
	ratio   sample // to the bare proxy's of the same round
	latency sample // ns of each request
}

// proxied is what was measured of proxies, and why not.
type proxied struct {
	passages []*passage
	without  string // why there are none
	nginx    string
}

const (
	warmRound = 500 * time.Millisecond
	turn      = 5 * time.Millisecond // before each round, for the caches
	oneRound  = 25 * time.Millisecond
)

// proxies lets all proxies take turns, each on a core of its own while what asks
// them and the origin have the other one.
func proxies(ctx context.Context, wasm, profile string, budget time.Duration) (out *proxied, err error) {
	measured, rest, ok := cores()
	if !ok {
		return &proxied{without: "this needs Linux and two cores"}, nil
	}
	defer func() { err = errors.Join(err, pin(rest, measured)) }()
	origin, err := newSite()
	if err != nil {
		return nil, err
	}
	defer origin.Close()
	servers := map[string]*server{}
	defer func() {
		for _, s := range servers {
			err = errors.Join(err, s.stop())
		}
	}()
	for _, name := range []string{bareServer, wasmServer, nativeServer} {
		if servers[name], err = start(name, origin.Addr(), wasm, profile, measured, rest); err != nil {
			delete(servers, name)
			return nil, err
		}
	}
	plain, sub, err := nginxes(origin.Addr(), measured, rest)
	if err != nil {
		return nil, err
	}
	out = &proxied{nginx: nginxVersion(), passages: passages(servers, plain, sub)}
	if plain != nil {
		servers["nginx"] = plain
	}
	return out, out.measure(ctx, budget)
}

// passages are all ways; the first is what they are compared with.
func passages(servers map[string]*server, plain, sub *server) []*passage {
	list := []*passage{
		{name: "bare httputil.ReverseProxy", path: slotsPath, server: servers[bareServer], check: untouched},
		{name: "bare httputil.ReverseProxy, once more", path: slotsPath, server: servers[bareServer], check: untouched},
		{name: "page without slots", path: plainPath, server: servers[wasmServer], check: untouched, goal: "≤ 1.0", most: 1},
		{name: "three slots, decided in Wasm, a stranger", path: slotsPath, server: servers[wasmServer], check: offered, goal: "≤ 1.4, floor 1.6", most: 1.4},
		{name: "three slots, decided in Wasm, a visitor who returns", path: slotsPath, server: servers[wasmServer], check: offered, goal: "≤ 1.4, floor 1.6", most: 1.4},
		{name: "three slots, decided natively, a stranger", path: slotsPath, server: servers[nativeServer], check: offered},
		{name: "three slots, decided natively, a visitor who returns", path: slotsPath, server: servers[nativeServer], check: offered},
		{name: "an image", path: picturePath, server: servers[wasmServer], check: untouched},
		{name: "JSON", path: jsonPath, server: servers[wasmServer], check: untouched},
	}
	if plain != nil {
		list = append(list,
			&passage{name: "nginx, proxy_pass", path: slotsPath, server: plain, check: untouched},
			&passage{name: "nginx, sub_filter, three fixed texts", path: slotsPath, server: sub, check: replaced})
	}
	return list
}

func (p *passage) request() []byte {
	if strings.HasSuffix(p.name, "returns") {
		return call(p.path, "; "+workload.PlainCookie(0))
	}
	return call(p.path, "")
}

// measure lets them take turns.
func (o *proxied) measure(ctx context.Context, budget time.Duration) (err error) {
	for _, p := range o.passages {
		header, body, err := once(p.server.address, p.request())
		if err == nil {
			err = p.check(header, body)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if p.load, err = newLoad(p.server.address, p.request()); err != nil {
			return err
		}
		defer p.load.close()
		if _, err := p.load.run(warmRound); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.load.forget()
	}
	end := time.Now().Add(budget * time.Duration(len(o.passages)))
	for round := 0; round < 5 || time.Now().Before(end); round++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, p := range o.passages {
			if err := p.round(oneRound); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.ratio = append(p.ratio, p.cpu[round]/o.passages[0].cpu[round])
		}
	}
	for _, p := range o.passages {
		p.latency = p.load.latencies()
	}
	return nil
}

func (p *passage) round(d time.Duration) error {
	if _, err := p.load.run(turn); err != nil {
		return err
	}
	before, err := cpuOf(p.server.pid)
	if err != nil {
		return err
	}
	n, err := p.load.run(d)
	if err != nil {
		return err
	}
	after, err := cpuOf(p.server.pid)
	if err != nil {
		return err
	}
	p.cpu = append(p.cpu, float64(after-before)/float64(n))
	return nil
}

// What the pages must look like, so that nothing is measured that does not work.

func untouched(_ http.Header, body []byte) error { return holdsOwn(body, 1) }

// holdsOwn reports whether a body has the size of the origin's and holds the own
// text of each slot so often at most.
func holdsOwn(body []byte, most int) error {
	if len(body) < bodySize-16 || len(body) > bodySize*3/2 {
		return fmt.Errorf("a body of %d bytes", len(body))
	}
	for _, slot := range workload.Spaces {
		if n := bytes.Count(body, []byte(page.Own(slot))); n > most {
			return fmt.Errorf("%d times %q", n, page.Own(slot))
		}
	}
	return nil
}

func offered(h http.Header, body []byte) error {
	n := bytes.Count(body, []byte(`class="offer"`))
	if n != len(workload.Spaces) || len(h["Set-Cookie"]) == 0 || holdsOwn(body, 0) != nil {
		return fmt.Errorf("%d offers, header %v", n, h)
	}
	return nil
}

func replaced(_ http.Header, body []byte) error {
	if n := bytes.Count(body, []byte(nginxOffer)); n != len(workload.Spaces) || holdsOwn(body, 0) != nil {
		return fmt.Errorf("%d texts replaced", n)
	}
	return nil
}

func (r *report) proxies(p *printer) {
	o := r.proxied
	p.line("**Row 7: a page of %d KB through a proxy, CPU of the proxy** (goals: ≤ 1.0 × bare without slots; with three slots and a decision in Wasm ≤ 1.4, floor 1.6)\n", bodySize>>10)
	if o.without != "" {
		p.line("Not measured: %s.\n", o.without)
		return
	}
	p.line("Each proxy is a process on one core; %d connections, kept alive, ask as fast as they are answered, from another core on which the origin is, too. %d offers. Ratios are those of rounds in which all take turns; times are medians, in parentheses p10 to p90. nginx %s.\n", connections, proxyOffers, o.nginx)
	p.line("| page and way | µs for a request | ÷ bare | ÷ bare, quickest tenth of the rounds | goal | met | p50, ms | p99 | p99.9 |")
	p.line("|---|--:|--:|--:|---|---|--:|--:|--:|")
	for _, a := range o.passages {
		p.line("| %s | %s | %.2f (%.2f–%.2f) | %.2f | %s | %s | %.2f | %.2f | %.2f |", a.name, us(a.cpu), a.ratio.p50(), a.ratio.at(0.1), a.ratio.at(0.9),
			a.cpu.at(0.1)/o.passages[0].cpu.at(0.1),
			a.goal, a.met(), a.latency.p50()/1e6, a.latency.at(0.99)/1e6, a.latency.at(0.999)/1e6)
	}
	if o.nginx == notInstalled {
		p.line("| nginx | not installed | | | | | | | |")
	}
	p.line("\nRounds: %d; requests: %d in the first line.\n", len(o.passages[0].cpu), len(o.passages[0].latency))
}

func (p *passage) met() string {
	switch {
	case p.most == 0:
		return ""
	case p.ratio.p50() <= p.most:
		return "yes"
	}
	return "no"
}

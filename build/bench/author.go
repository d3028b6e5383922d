package main

import (
	"fmt"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
)

// authored is what a catalog costs from its text to a snapshot, in ns of CPU.
type authored struct {
	offers         int
	text, snapshot int // bytes
	read, compile  sample
}

// author reads and compiles a catalog's text, as "proffer catalog build" does.
func (b *bench) author(n int, budget time.Duration) (*authored, error) {
	files := workload.Source(n, workload.Grammar{Rules: true, Languages: true})
	a := &authored{offers: n}
	for i := range files {
		a.text += len(files[i].Text)
	}
	for end := time.Now().Add(budget); len(a.read) < 3 || time.Now().Before(end); {
		start := cpuTime()
		c, diags := author.Parse(files)
		middle := cpuTime()
		if diags.HasErrors() {
			return nil, fmt.Errorf("read %d offers: %v", n, diags[0])
		}
		out, diags := compile.Compile(c)
		if diags.HasErrors() {
			return nil, fmt.Errorf("compile %d offers: %v", n, diags[0])
		}
		a.read = append(a.read, float64(middle-start))
		a.compile = append(a.compile, float64(cpuTime()-middle))
		a.snapshot = len(out)
	}
	return a, nil
}

// maxAuthored is for 10,000 offers.
const maxAuthored = 2 * time.Second

func (r *report) authoring(p *printer) {
	p.line("**Authoring: from text to snapshot, seconds of CPU** (five presentation rules, two languages; all threads, garbage collection included; target ≤ %.0f s at 10,000 offers)\n", maxAuthored.Seconds())
	p.line("| offers | text, MB | read | compiled | both | snapshot, bytes for each offer | runs |")
	p.line("|--:|--:|--:|--:|--:|--:|--:|")
	for _, a := range r.authored {
		read, compiled := a.read.p50()/1e9, a.compile.p50()/1e9
		p.line("| %d | %.2f | %.2f | %.2f | %.2f | %d | %d |", a.offers, float64(a.text)/1e6, read, compiled, read+compiled, a.snapshot/a.offers, len(a.read))
	}
	p.line("")
}

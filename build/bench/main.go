package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options say what is measured, and for how long.
type options struct {
	wasm             string
	sizes            []int
	budget           time.Duration
	decisions, swaps int
	row              int    // alone; 0 = all
	profiles         string // of the servers of row 7
}

func main() {
	var o options
	flag.StringVar(&o.wasm, "wasm", filepath.Join("build", "out", "proffer.wasm"), "the module")
	sizes := flag.String("offers", "100,1000,10000", "numbers of offers, ascending")
	flag.DurationVar(&o.budget, "time", 5*time.Second, "for each catalog and kind of visitor, and each way through a page or a proxy")
	flag.IntVar(&o.decisions, "decisions", 1_000_000, "in the measurement of memory")
	flag.IntVar(&o.swaps, "swaps", 1000, "of the snapshot, in the measurement of the process")
	flag.IntVar(&o.row, "row", 0, "measure this row alone: 4 (fresh instances), 6 (the injector) or 7 (proxies)")
	flag.StringVar(&o.profiles, "profiles", "", "in row 7, write where the servers spend their time to `file`.NAME")
	profile := flag.String("profile", "", "write the profile by which the module is compiled to this `file`, and measure nothing")
	server := flag.String("serve", "", "be this `server` of row 7 until the standard input ends, its profile going to -profile")
	origin := flag.String("origin", "", "the `URL` of its origin")
	flag.Parse()
	var missed []string
	var err error
	o.sizes, err = numbers(*sizes)
	switch {
	case err != nil:
	case *server != "":
		err = serve(*server, *origin, o.wasm, *profile)
	case *profile != "":
		b := &bench{snapshot: map[string][]byte{}}
		err = b.profile(*profile, o.sizes, o.budget)
	default:
		missed, err = run(os.Stdout, &o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	for _, m := range missed {
		fmt.Fprintln(os.Stderr, "bench: missed:", m)
	}
	if len(missed) > 0 {
		os.Exit(1)
	}
}

// numbers reads a list with commas.
func numbers(list string) (out []int, err error) {
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func run(w io.Writer, o *options) (missed []string, err error) {
	ctx := context.Background()
	wasm, err := os.ReadFile(o.wasm)
	if err != nil {
		return nil, fmt.Errorf("%w: run make wasm", err)
	}
	b := &bench{ctx: ctx, wasm: wasm, out: filepath.Dir(o.wasm), cache: filepath.Join(filepath.Dir(o.wasm), "wazero"), snapshot: map[string][]byte{}}
	if b.engine, err = newEngine(ctx, filepath.Dir(o.wasm), wasm); err != nil {
		return nil, err
	}
	r := &report{wasm: len(wasm)}
	if r.packed, err = packed(wasm); err != nil {
		return nil, err
	}
	if o.row == 0 {
		for _, n := range o.sizes {
			if err := b.measure(r, n, o); err != nil {
				return nil, err
			}
		}
	}
	if o.row == 4 {
		for _, n := range o.sizes {
			if err := b.starts(r, n, o.budget/2); err != nil {
				return nil, err
			}
		}
	}
	if o.row == 0 || o.row == 6 {
		if err := b.injectors(r, o.budget); err != nil {
			return nil, err
		}
	}
	if o.row == 0 || o.row == 7 {
		if r.proxied, err = proxies(ctx, o.wasm, o.profiles, o.budget); err != nil {
			return nil, err
		}
	}
	r.write(w)
	return r.missed, nil
}

// measure takes all measurements of catalogs of n offers.
func (b *bench) measure(r *report, n int, o *options) error {
	for _, variant := range []string{mixed, nobody, equal} {
		d, err := b.decide(n, variant, o.budget)
		if err != nil {
			return fmt.Errorf("%d offers, %s: %w", n, variant, err)
		}
		r.decisions = append(r.decisions, d)
	}
	if err := b.starts(r, n, o.budget/2); err != nil {
		return err
	}
	m, err := b.footprint(n, o.decisions)
	if err != nil {
		return err
	}
	r.memory = append(r.memory, m)
	a, err := b.author(n, o.budget/2)
	if err != nil {
		return err
	}
	r.authored = append(r.authored, a)
	if n > swapOffers {
		return nil
	}
	s, err := b.swaps(n, o.swaps)
	r.swaps = append(r.swaps, s)
	return err
}

// starts measures fresh instances.
func (b *bench) starts(r *report, n int, budget time.Duration) error {
	f, err := b.fresh(n, budget)
	if err != nil {
		return err
	}
	r.fresh = append(r.fresh, f)
	m, err := b.images(n, budget)
	r.imaged = append(r.imaged, m)
	return err
}

// packed is the size of b compressed with gzip.
func packed(b []byte) (int, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(b); err != nil {
		return 0, err
	}
	return out.Len(), w.Close()
}

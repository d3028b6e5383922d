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

func main() {
	wasm := flag.String("wasm", filepath.Join("build", "out", "proffer.wasm"), "the module")
	sizes := flag.String("offers", "100,1000,10000", "numbers of offers, ascending")
	budget := flag.Duration("time", 5*time.Second, "for each catalog and kind of visitor")
	decisions := flag.Int("decisions", 1_000_000, "in the measurement of memory")
	swaps := flag.Int("swaps", 1000, "of the snapshot, in the measurement of the process")
	profile := flag.String("profile", "", "write the profile by which the module is compiled to this `file`, and measure nothing")
	flag.Parse()
	list, err := numbers(*sizes)
	if err == nil && *profile != "" {
		b := &bench{snapshot: map[string][]byte{}}
		err = b.profile(*profile, list, *budget)
	}
	var missed []string
	if err == nil && *profile == "" {
		missed, err = run(os.Stdout, *wasm, list, *budget, *decisions, *swaps)
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

func run(w io.Writer, file string, sizes []int, budget time.Duration, decisions, swaps int) (missed []string, err error) {
	ctx := context.Background()
	wasm, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: run make wasm", err)
	}
	b := &bench{ctx: ctx, wasm: wasm, cache: filepath.Join(filepath.Dir(file), "wazero"), snapshot: map[string][]byte{}}
	if b.engine, err = newEngine(ctx, filepath.Dir(file), wasm); err != nil {
		return nil, err
	}
	r := &report{wasm: len(wasm)}
	if r.packed, err = packed(wasm); err != nil {
		return nil, err
	}
	for _, n := range sizes {
		if err := b.measure(r, n, budget, decisions, swaps); err != nil {
			return nil, err
		}
	}
	r.write(w)
	return r.missed, nil
}

// measure takes all measurements of catalogs of n offers.
func (b *bench) measure(r *report, n int, budget time.Duration, decisions, swaps int) error {
	for _, variant := range []string{mixed, nobody, equal} {
		d, err := b.decide(n, variant, budget)
		if err != nil {
			return fmt.Errorf("%d offers, %s: %w", n, variant, err)
		}
		r.decisions = append(r.decisions, d)
	}
	f, err := b.fresh(n, budget/2)
	if err != nil {
		return err
	}
	r.fresh = append(r.fresh, f)
	m, err := b.footprint(n, decisions)
	if err != nil {
		return err
	}
	r.memory = append(r.memory, m)
	a, err := b.author(n, budget/2)
	if err != nil {
		return err
	}
	r.authored = append(r.authored, a)
	if n > swapOffers {
		return nil
	}
	s, err := b.swaps(n, swaps)
	r.swaps = append(r.swaps, s)
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

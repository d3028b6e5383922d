package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		os.Exit(1)
	}
}

func command() error {
	w := workload{workers: 4, steps: 24}
	if asked, err := w.asked(); asked {
		return err
	}
	random := flag.Int("random", 1000, "cuts at random, beside those after every operation")
	stride := flag.Int("stride", 1, "let each so many-th operation fail")
	tmp := flag.String("tmp", "/dev/shm", "where the file system is mounted, and where what a cut left is opened")
	seed := flag.Uint64("seed", rand.Uint64(), "of what is left to chance")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Printf("seed %d\n", *seed)
	began := time.Now()
	e := experiment{workload: w, tmp: *tmp, chance: rand.New(rand.NewPCG(*seed, 0)), out: os.Stdout}
	if err := e.full(ctx); err != nil {
		return err
	}
	if err := e.cuts(ctx, *random); err != nil {
		return err
	}
	if err := e.faults(ctx, *stride); err != nil {
		return err
	}
	fmt.Printf("%d power cuts in %v, nothing lost\n", e.total, time.Since(began).Round(time.Second))
	return nil
}

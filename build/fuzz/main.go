// Command fuzz runs fuzz targets of the module one after the other, each for a
// while, and fails if one of them does:
//
//	go run ./build/fuzz -time 20s            the targets that read what strangers send
//	go run ./build/fuzz -time 20s -all       all of them
//	go run ./build/fuzz -only 'seal\.Fuzz'   those whose name matches
//
// A target's name is its package's path below the module, a dot, and the
// function: catalog/wire.FuzzCursor. It must be started in the module's root.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	length := flag.Duration("time", 20*time.Second, "how long each target runs")
	all := flag.Bool("all", false, "run all targets")
	only := flag.String("only", "", "run the targets whose name matches this regular expression")
	flag.Parse()
	if flag.NArg() > 0 || *length <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	failed, err := run(*length, *all, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
	if failed > 0 {
		fmt.Fprintf(os.Stderr, "fuzz: %d failed\n", failed)
		os.Exit(1)
	}
}

// more is how much longer a target runs whose time was over before it began.
const more = 6

func run(length time.Duration, all bool, only string) (failed int, err error) {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return 0, err
	}
	targets, err := list()
	if err != nil {
		return 0, err
	}
	if only != "" {
		targets = matching(targets, pattern)
	} else if !all {
		targets, err = chosen(targets)
	}
	if err != nil {
		return 0, err
	}
	if len(targets) == 0 {
		return 0, fmt.Errorf("no target's name matches %q", only)
	}
	for _, t := range targets {
		out, ok := t.fuzz(length)
		if !ok && starved(out) {
			out, ok = t.fuzz(more * length)
		}
		fmt.Println(line(t, out, ok))
		if !ok {
			failed++
			fmt.Fprintf(os.Stderr, "%s\n", bytes.TrimSpace(out))
		}
	}
	return failed, nil
}

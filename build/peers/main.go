// Command peers
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	wasm := flag.String("wasm", filepath.Join("..", "out", "proffer.wasm"), "the module")
	sizes := flag.String("offers", "100,1000", "numbers of offers")
	rounds := flag.Int("rounds", 64, "in which all engines take turns")
	flag.Parse()
	if err := run(os.Stdout, *wasm, *sizes, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, file, sizes string, rounds int) error {
	wasm, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w: run make wasm", err)
	}
	var all []*catalogLines
	for field := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			return err
		}
		c, err := measure(context.Background(), wasm, filepath.Dir(file), n, rounds)
		if err != nil {
			return fmt.Errorf("%d offers: %w", n, err)
		}
		all = append(all, c)
	}
	return report(w, all, rounds)
}

// Command peers measures how long it takes to find all offers that a visitor is
// eligible for, of 100 and of 1,000, with Proffer and with engines that other
// people would use for it, and prints tables in Markdown. The rules are the same
// everywhere, and nothing is measured before every engine has found the same
// offers for each of 64 visitors.
//
// What the engines are asked, and what they do besides:
//
//   - Proffer has no call for all offers. It is asked for the first, the second,
//     and so on of a space, one slot for each, up to one more than any visitor
//     has; a call can have 64. So it also ranks the offers, and answers each with
//     its space, rank and weight. Its index over the conditions is used. It
//     runs in package host with the shipped module, in package native, and, without
//     the messages of plugin/ABI.md, as plugin/decide in the guest of testdata/core.
//     A page request asks for the best three, rendered with click links, and
//     has a cookie verified and signed anew: what no other engine has.
//   - OPA evaluates a query that was prepared, natively (Go) and compiled to Wasm
//     (which OPA's own SDK runs on wazero). Its policy is once a loop over offers
//     that are data in its store, and once a generated rule for each offer, which
//     OPA indexes natively but not in Wasm. To its Wasm target each question goes as
//     JSON text, also a prepared one, and each answer comes back as text, which the
//     SDK parses as a term of Rego: that is in both ways of asking.
//   - GrowthBook's SDK has a feature for each offer, forced on by a condition, and
//     evaluates one in a call. With each comes its value, its source and its rule.
//   - cel-go runs a compiled program for each offer.
//   - The plain loop is what nobody can beat who looks at each offer.
//
// The module is one of its own, so that what the other engines depend on stays
// out of the main one. It is run in this directory, after "make wasm"; "make
// peers" does both. After the main module's requirements have changed, "go mod
// tidy" here follows.
//
// Limits: one shape of rules, with three conditions; one visitor at a time, on one
// thread.
//
// Where to look next: rule.go for the rules, peer.go for what an engine has to
// answer, race.go for the method, RATIONALE.md for the choices.
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

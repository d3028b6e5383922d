package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMeasure holds that all engines find the same offers for all visitors, and
// that a report comes of it; times mean nothing here.
func TestMeasure(t *testing.T) {
	out := filepath.Join("..", "out")
	wasm, err := os.ReadFile(filepath.Join(out, "proffer.wasm"))
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	c, err := measure(t.Context(), wasm, out, 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.eligible < 2 || c.most < 5 {
		t.Errorf("a visitor is eligible for %.1f offers, at most %d: too few to tell engines apart", c.eligible, c.most)
	}
	var b strings.Builder
	if err := report(&b, []*catalogLines{c}, 1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"opa v1", "growthbook-golang v", "| " + profferPage + " |", "| " + opaWasmData + " |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

// TestDisagree holds that an engine that finds other offers stops it, whichever
// way it was asked.
func TestDisagree(t *testing.T) {
	offers, list := drawOffers(100), drawVisitors()
	for name, wrong := range map[string]peer{
		"prepared": &forgetful{loop: newLoop(offers, list), decided: true},
		"as used":  &forgetful{loop: newLoop(offers, list)},
	} {
		all := []named{{newLoop(offers, list), plainLoop}, {wrong, "forgetful"}}
		if _, err := agree(all); err == nil || !strings.Contains(err.Error(), "forgetful: ") {
			t.Errorf("%s: got %v, want an error about the forgetful engine", name, err)
		}
	}
}

// forgetful loses the last offer that it finds, in one way of being asked.
type forgetful struct {
	*loop
	decided bool
}

func (f *forgetful) decide(i int) error { return f.lose(i, f.decided) }

func (f *forgetful) ask(i int) error { return f.lose(i, !f.decided) }

func (f *forgetful) lose(i int, one bool) error {
	err := f.loop.ask(i)
	if n := len(f.found); one && n > 0 {
		f.found = f.found[:n-1]
	}
	return err
}

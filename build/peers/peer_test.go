package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAgree holds that all engines find the same offers for all visitors.
func TestAgree(t *testing.T) {
	out := filepath.Join("..", "out")
	wasm, err := os.ReadFile(filepath.Join(out, "proffer.wasm"))
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	all, end, err := peers(t.Context(), wasm, out, drawOffers(100), drawVisitors())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	mean, err := agree(all)
	if err != nil {
		t.Fatal(err)
	}
	if mean < 2 {
		t.Errorf("a visitor is eligible for %.1f offers", mean)
	}
}

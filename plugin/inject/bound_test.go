package inject_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/inject"
)

// The end tag must end within MaxHeld bytes behind the start tag.
func TestHeldBound(t *testing.T) {
	for _, c := range []struct {
		open, end string
		content   int
		filled    bool
	}{
		{`<div id=i_hero>`, `</div>`, inject.MaxHeld - len("</div>"), true},
		{`<div id=i_hero>`, `</div>`, inject.MaxHeld - len("</div>") + 1, false},
		{`<div id=i_hero>`, `</div>`, inject.MaxHeld, false},
		{`<!--offer:hero-->`, `<!--/offer-->`, inject.MaxHeld - len("<!--/offer-->"), true},
		{`<!--offer:hero-->`, `<!--/offer-->`, inject.MaxHeld - len("<!--/offer-->") + 1, false},
	} {
		body := []byte("a" + c.open + strings.Repeat("x", c.content) + c.end + `b<p id=i_side>c</p>`)
		for _, size := range []int{1, 7, 4096, inject.MaxHeld - 1, inject.MaxHeld, inject.MaxHeld + 1, len(body)} {
			got := chunked(fill("NEW", "hero", "side"), body, func(left int) int { return min(size, left) })
			want := string(body)
			if c.filled {
				want = "a" + c.open + "NEW" + c.end + `b<p id=i_side>c</p>`
			}
			want = strings.Replace(want, ">c<", ">NEW<", 1)
			if got.body != want || got.filled&1 != 0 != c.filled || got.filled&2 == 0 {
				t.Fatalf("%s, %d bytes, chunks of %d: filled %b", c.open, c.content, size, got.filled)
			}
		}
		agree(t, fill("NEW", "hero", "side"), body, 1)
	}
}

// No more than MaxHeld bytes are kept back at any time.
func TestHeldBack(t *testing.T) {
	var in inject.Injector
	in.Reset(fill("NEW", "hero"))
	head := []byte(`<div id=i_hero>`)
	out := len(in.Write(nil, head))
	if out != len(head) {
		t.Fatalf("%d of %d bytes went out", out, len(head))
	}
	sent := out
	chunk := []byte(strings.Repeat("x", 1000))
	for range 100 {
		out += len(in.Write(nil, chunk))
		sent += len(chunk)
		if sent-out > inject.MaxHeld {
			t.Fatalf("%d bytes kept back", sent-out)
		}
	}
	if out != sent {
		t.Fatalf("%d bytes kept back of a slot that is lost", sent-out)
	}
}

// Depths beyond the bounds leave the slot or the rest of the page as it is.
func TestDepthBounds(t *testing.T) {
	nest := func(n int, tag string) string {
		return strings.Repeat("<"+tag+">", n) + strings.Repeat("</"+tag+">", n)
	}
	for _, c := range []struct {
		body   string
		filled bool
	}{
		{`<div id=i_hero>` + nest(64, "div") + `</div>`, true},
		{`<div id=i_hero>` + nest(65, "div") + `</div>`, false},
		{`<svg>` + nest(127, "a") + `</svg><p id=i_hero>x</p>`, true},
		{`<svg>` + nest(128, "a") + `</svg><p id=i_hero>x</p>`, false},
		{`<svg>` + nest(127, "g") + `</svg><p id=i_hero>x</p>`, true},
		{`<svg>` + nest(128, "g") + `</svg><p id=i_hero>x</p>`, false},
		{nest(5000, "template") + `<p id=i_hero>x</p>`, true},
	} {
		if got := agree(t, fill("NEW", "hero"), []byte(c.body), 1); got.filled == 1 != c.filled {
			t.Errorf("%.40s…: filled %b", c.body, got.filled)
		}
	}
}

func TestLongMarks(t *testing.T) {
	name := strings.Repeat("n", 128)
	for _, c := range []struct {
		body   string
		filled bool
	}{
		{`<p data-offer-space="` + name + `">x</p>`, true},
		{`<p data-offer-space="` + name + `n">x</p>`, false},
		{`<p id="i_` + name + `">x</p>`, true},
		{`<p id="i_` + name + `n">x</p>`, false},
		{`<p title="` + strings.Repeat("x", 9000) + `" id="i_` + name + `">x</p>`, true},
		{`<p ` + strings.Repeat("x", 9000) + ` id="i_` + name + `">x</p>`, true},
		{`<!--offer:` + name + strings.Repeat(" ", 58) + `-->x<!--/offer-->`, true},
		{`<!--offer:` + name + strings.Repeat(" ", 59) + `-->x<!--/offer-->`, false},
		{`<!--offer:` + name + strings.Repeat(" ", 60) + `-->x<!--/offer-->`, false},
		{`<!--offer:` + name + strings.Repeat(" ", 61) + `-->x<!--/offer-->`, false},
		{`<!--offer:` + name + `n-->x<!--/offer-->`, false},
	} {
		if got := agree(t, fill("NEW", name), []byte(c.body), 1); got.filled == 1 != c.filled {
			t.Errorf("%.40s…: filled %b", c.body, got.filled)
		}
	}
}

func TestFills(t *testing.T) {
	const body = `<p id=i_hero>x</p><p id=i_side>y</p>`
	hero, side := fill("NEW", "hero")[0], fill("NEW", "side")[0]
	known := hero
	known.HTML = nil
	empty := side
	empty.HTML = []byte{}
	other := hero
	other.HTML = []byte("OTHER")
	many := append(fill("NEW", names(63)...), hero, side)
	for _, c := range []struct {
		name  string
		fills []inject.Fill
		want  string
	}{
		{"none", nil, body},
		{"known only", []inject.Fill{known}, body},
		{"known and wanted", []inject.Fill{known, side}, `<p id=i_hero>x</p><p id=i_side>NEW</p>`},
		{"emptied", []inject.Fill{empty}, `<p id=i_hero>x</p><p id=i_side></p>`},
		{"one slot twice", []inject.Fill{hero, other}, `<p id=i_hero>NEW</p><p id=i_side>y</p>`},
		{"one slot twice, first known", []inject.Fill{known, other}, body},
		{"more than 64", many, `<p id=i_hero>NEW</p><p id=i_side>y</p>`},
	} {
		got := whole(c.fills, []byte(body))
		if got.body != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got.body, c.want)
		}
		for _, again := range []result{
			spliced(c.fills, []byte(body)),
			chunked(c.fills, []byte(body), func(int) int { return 1 }),
		} {
			if again != got {
				t.Errorf("%s: got %v, want %v", c.name, again, got)
			}
		}
	}
}

func names(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("slot-%d", i))
	}
	return all
}

func TestInjectorIsUsedAgain(t *testing.T) {
	var in inject.Injector
	const body = `<p id=i_hero>x</p>`
	if out := in.Close(in.Write(nil, []byte(body))); string(out) != body {
		t.Fatalf("without Reset: %s", out)
	}
	for _, left := range []string{`<p id=i_hero>x`, `<p id=i_her`, `<svg>`, `<template>`, `<!--`, `<script>`, `<plaintext>`, `<select>`, `<![CDATA[ >`, body} {
		in.Reset(fill("NEW", "hero"))
		out := in.Write(nil, []byte(left))
		if out = in.Close(out); left != body && string(out) != left {
			t.Fatalf("%s became %s", left, out)
		}
		if out = in.Close(out[:0]); len(out) != 0 {
			t.Fatalf("closed twice, after %s: %s", left, out)
		}
		in.Reset(fill("NEW", "hero"))
		if in.Filled(0) {
			t.Fatal("filled before anything was written")
		}
		if out := in.Close(in.Write(nil, []byte(body))); string(out) != `<p id=i_hero>NEW</p>` || !in.Filled(0) {
			t.Fatalf("after %s: %s", left, out)
		}
	}
	if in.Filled(-1) || in.Filled(1) || in.Filled(64) {
		t.Fatal("a fill that does not exist is filled")
	}
	// Given up half way, without Close.
	in.Reset(fill("NEW", "hero"))
	in.Write(nil, []byte(`<p id=i_hero>left`))
	in.Reset(nil)
	if out := in.Close(in.Write(nil, []byte(body))); string(out) != body {
		t.Fatalf("after half a body: %s", out)
	}
}

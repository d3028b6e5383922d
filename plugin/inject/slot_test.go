package inject_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/inject"
)

func TestParseSlot(t *testing.T) {
	long := strings.Repeat("x", 126)
	for _, c := range []struct {
		name, space string
		n           int // 0: refused
	}{
		{"hero", "hero", 1},
		{"hero_1", "hero", 1},
		{"hero_2", "hero", 2},
		{"hero_100", "hero", 100},
		{"hero_2_3", "hero_2", 3},
		{"hero__2", "hero_", 2},
		{"hero_", "hero_", 1},
		{"_", "_", 1},
		{"_x", "_x", 1},
		{"__2", "_", 2},
		{"2", "2", 1},
		{"top2", "top2", 1},
		{"a.b-C_2d", "a.b-C_2d", 1},
		{long + "_2", long, 2},
		{long + "xx", long + "xx", 1},
		{long + "x_2", "", 0},
		{"", "", 0},
		{"_2", "", 0},
		{"hero_0", "", 0},
		{"hero_00", "", 0},
		{"hero_02", "", 0},
		{"hero_101", "", 0},
		{"hero_1000", "", 0},
		{"hero_99999999999999999999", "", 0},
		{"hé", "", 0},
		{"a b", "", 0},
		{"a&b", "", 0},
		{"a\x00", "", 0},
		{"a/b", "", 0},
		{"a[b", "", 0},
		{"a`b", "", 0},
		{"a{b", "", 0},
		{"a@b", "", 0},
	} {
		got, ok := inject.ParseSlot([]byte(c.name))
		if ok != (c.n > 0) || string(got.Space) != c.space || got.N != c.n {
			t.Errorf("ParseSlot(%q) = %q %d %v, want %q %d", c.name, got.Space, got.N, ok, c.space, c.n)
		}
	}
}

// A space's name followed by an ordinal is read back as both.
func TestParseSlotReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.StringMatching(`[A-Za-z0-9_.-]{1,60}`).Draw(t, "space")
		n := rapid.IntRange(1, 100).Draw(t, "n")
		got, ok := inject.ParseSlot([]byte(space + "_" + strconv.Itoa(n)))
		if !ok || string(got.Space) != space || got.N != n {
			t.Fatalf("%q %d: got %q %d %v", space, n, got.Space, got.N, ok)
		}
	})
}

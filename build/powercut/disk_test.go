package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// some is a page of one letter.
func some(letter string, n int) []byte { return []byte(strings.Repeat(letter, n)) }

// TestDisk holds the model of a disk to what it says that a power cut takes.
func TestDisk(t *testing.T) {
	named := trace{
		{action: create, file: 1, name: "a"}, {action: flushDir, name: "."},
		{action: write, file: 1, data: some("x", 1024)}, {action: flush, file: 1},
	}
	for name, c := range map[string]struct {
		more        trace
		lost, lucky string // what a and b hold
	}{
		"flushed":           {nil, "a=1024x", "a=1024x"},
		"written":           {trace{{action: write, file: 1, offset: 512, data: some("y", 512)}}, "a=1024x", "a=512x512y"},
		"cut short":         {trace{{action: resize, file: 1, offset: 10}}, "a=1024x", "a=10x"},
		"made longer":       {trace{{action: resize, file: 1, offset: 1034}, {action: flush, file: 1}}, "a=1024x10.", "a=1024x10."},
		"flush failed":      {trace{{action: write, file: 1, data: some("y", 512)}, {action: flush, file: 1, failed: true}, {action: flush, file: 1}}, "a=1024x", "a=1024x"},
		"renamed":           {trace{{action: rename, name: "a", to: "b"}}, "a=1024x", "b=1024x"},
		"rename flushed":    {trace{{action: rename, name: "a", to: "b"}, {action: flushDir, name: "."}}, "b=1024x", "b=1024x"},
		"rename failed":     {trace{{action: rename, name: "a", to: "b", failed: true}}, "a=1024x", "a=1024x"},
		"removed":           {trace{{action: remove, name: "a"}}, "a=1024x", ""},
		"new":               {trace{{action: create, file: 2, name: "b"}, {action: write, file: 2, data: some("y", 3)}, {action: flush, file: 2}}, "a=1024x", "a=1024x b=3y"},
		"elsewhere flushed": {trace{{action: remove, name: "a"}, {action: flushDir, name: "d"}}, "a=1024x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisk()
			for _, o := range append(slices.Clone(named), c.more...) {
				d.take(&o)
			}
			if got := describe(d.cut(lost)); got != c.lost {
				t.Errorf("unlucky: %q, want %q", got, c.lost)
			}
			if got := describe(d.cut(lucky)); got != c.lucky {
				t.Errorf("lucky: %q, want %q", got, c.lucky)
			}
		})
	}
}

// describe counts the letters of each file.
func describe(i image) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(i)) {
		b := make([]byte, i[name].size)
		i[name].read(b, 0)
		out = append(out, name+"="+runs(strings.ReplaceAll(string(b), "\x00", ".")))
	}
	return strings.Join(out, " ")
}

func runs(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		rest := strings.TrimLeft(s, s[:1])
		fmt.Fprintf(&out, "%d%s", len(s)-len(rest), s[:1])
		s = rest
	}
	return out.String()
}

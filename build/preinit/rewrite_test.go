package preinit

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/build"
)

// What stands around the data section: an import of fd_read, and a memory.
const (
	before = head + "\x01\x09\x01\x60\x04\x7f\x7f\x7f\x7f\x01\x7f" + "\x02\x0d\x01" + "\x01w" + readName + "\x00\x00" + "\x05\x03\x01\x00\x01"
	after  = head + "\x01\x09\x01\x60\x04\x7f\x7f\x7f\x7f\x01\x7f" + "\x02\x0e\x01" + "\x01w" + writeName + "\x00\x00" + "\x05\x03\x01\x00\x01"
)

// data is a data section of so many segments.
func data(n byte, segments ...string) string {
	body := string([]byte{n}) + strings.Join(segments, "")
	return string([]byte{sectionData, byte(len(body))}) + body
}

func TestRewritten(t *testing.T) {
	const far = "\x00\x41\x80\x04\x0b\x01z" // at 512
	for name, c := range map[string]struct{ wasm, want string }{
		"one":            {before + data(1, "\x00\x41\x01\x0b\x02ab"), after + data(1, "\x00\x41\x01\x0b\x02ab")},
		"near":           {before + data(2, "\x00\x41\x01\x0b\x01a", "\x00\x41\x04\x0b\x01b"), after + data(1, "\x00\x41\x01\x0b\x04a\x00\x00b")},
		"far":            {before + data(2, "\x00\x41\x01\x0b\x01a", far), after + data(2, "\x00\x41\x01\x0b\x01a", far)},
		"zeros":          {before + data(1, "\x00\x41\x3f\x0b\x03\x00a\x00"), after + data(1, "\x00\x41\xc0\x00\x0b\x01a")},
		"empty":          {before + data(2, "\x01\x00", far), after + data(1, far)},
		"again":          {after + data(1, far), ""},
		"no module":      {"GIF89a", ""},
		"nothing":        {"", ""},
		"below zero":     {before + data(1, "\x00\x41\x7f\x0b\x01a"), ""},
		"too far":        {before + data(1, "\x00\x41\xff\xff\xff\xff\x07\x0b\x01a"), ""},
		"long address":   {before + data(1, "\x00\x41\x80\x80\x80\x80\x80\x00\x0b\x01a"), ""},
		"another memory": {before + data(1, "\x02\x01\x41\x00\x0b\x01a"), ""},
		"a global":       {before + data(1, "\x00\x23\x00\x0b\x01a"), ""},
		"too many":       {before + data(2, "\x00\x41\x01\x0b\x01a"), ""},
		"too few":        {before + data(0, "\x00\x41\x01\x0b\x01a"), ""},
		"cut":            {before + "\x0b\x7f\x01", ""},
		"only an id":     {before + "\x0b", ""},
		"counted":        {before + "\x0c\x01\x01" + data(1, far), ""},
	} {
		got, err := rewritten([]byte(c.wasm))
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, c.want)
		}
	}
}

// TestSegmentsHoldTheMemory holds that no byte is lost, whatever runs of zeros
// there are.
func TestSegmentsHoldTheMemory(t *testing.T) {
	memory := make([]byte, 5000)
	for i := 1; i < len(memory); i += i/3 + 1 {
		memory[i] = byte(i | 1)
	}
	want := bytes.TrimRight(memory, "\x00")
	if got := laidOut(&reader{b: segments(memory)}); !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d, or they differ", len(got), len(want))
	}
}

// TestImports holds that an image asks for what the reactor asks for.
func TestImports(t *testing.T) {
	wasm, err := rewritten([]byte(before + data(1, "\x00\x41\x01\x0b\x01a")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := build.Parse(wasm)
	if err != nil || len(m.Imports) != 1 || m.Imports[0] != (build.Import{Module: "w", Name: "fd_write", Type: "(i32 i32 i32 i32) (i32)"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

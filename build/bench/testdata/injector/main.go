//go:build wasip1

// Command injector is a Go guest that passes over a page with the injector or
// with golang.org/x/net/html's tokenizer, to compare the two in Wasm.
package main

import (
	"bytes"
	"io"
	"unsafe"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/plugin/inject"
)

func main() {}

var (
	page     []byte
	out      []byte
	fills    []inject.Fill
	injector inject.Injector
)

// The html that is written into every slot.
var offer = []byte(`<a href="/c/1a2b"><img src="/i/beach.jpg" alt="Beach"><p>A week at the beach, from 399 euros a person.</p></a>`)

// buffer makes room for a page of n bytes and gives its address.
//
//go:wasmexport buffer
func buffer(n int32) int32 {
	page, out = make([]byte, n), make([]byte, 0, n+4096)
	for _, name := range [...]string{"hero", "side", "foot"} {
		fills = append(fills, inject.Fill{Slot: inject.Slot{Space: []byte(name), N: 1}, HTML: offer})
	}
	return int32(uintptr(unsafe.Pointer(unsafe.SliceData(page))))
}

// tokenizer passes over the page so many times and gives the bytes that came out.
//
//go:wasmexport tokenizer
func tokenizer(times int32) (n int32) {
	for range times {
		z := html.NewTokenizer(bytes.NewReader(page))
		for n = 0; z.Next() != html.ErrorToken; {
			n += int32(len(z.Raw()))
		}
		if z.Err() != io.EOF {
			return -1
		}
	}
	return n
}

// write passes the page through the injector so many times, in chunks of size,
// and gives how many slots were filled.
//
//go:wasmexport write
func write(times, size int32) (filled int32) {
	for range times {
		injector.Reset(fills)
		out = out[:0]
		for rest := page; len(rest) > 0; {
			n := min(int(size), len(rest))
			out = injector.Write(out, rest[:n])
			rest = rest[n:]
		}
		out = injector.Close(out)
	}
	return count()
}

// rewrite does the same with the whole page.
//
//go:wasmexport rewrite
func rewrite(times int32) (filled int32) {
	for range times {
		injector.Reset(fills)
		out = injector.Rewrite(out[:0], page)
	}
	return count()
}

func count() (filled int32) {
	for i := range fills {
		if injector.Filled(i) {
			filled++
		}
	}
	return filled
}

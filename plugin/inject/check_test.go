package inject_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/profferhq/proffer/plugin/inject"
)

// fill makes one fill for each name, all with the same HTML.
func fill(html string, names ...string) []inject.Fill {
	var fills []inject.Fill
	for _, name := range names {
		slot, ok := inject.ParseSlot([]byte(name))
		if !ok {
			panic("no slot: " + name)
		}
		fills = append(fills, inject.Fill{Slot: slot, HTML: []byte(html)})
	}
	return fills
}

// result is what became of a body.
type result struct {
	body   string
	filled uint64
}

func resultOf(in *inject.Injector, body []byte) result {
	r := result{body: string(body)}
	for i := range 64 {
		if in.Filled(i) {
			r.filled |= 1 << i
		}
	}
	return r
}

// whole rewrites body at once.
func whole(fills []inject.Fill, body []byte) result {
	var in inject.Injector
	in.Reset(fills)
	return resultOf(&in, in.Rewrite(nil, body))
}

// chunked writes body in the chunks whose lengths next gives.
func chunked(fills []inject.Fill, body []byte, next func(left int) int) result {
	var in inject.Injector
	in.Reset(fills)
	var dst []byte
	for len(body) > 0 {
		n := next(len(body))
		// The chunk is a copy that goes bad: nothing may be kept of it.
		chunk := bytes.Clone(body[:n])
		dst = in.Write(dst, chunk)
		clear(chunk)
		body = body[n:]
	}
	return resultOf(&in, in.Close(dst))
}

// spliced rewrites body by the places found in it.
func spliced(fills []inject.Fill, body []byte) result {
	var places [64]inject.Place
	var in inject.Injector
	in.Reset(fills)
	return resultOf(&in, in.Splice(nil, body, inject.Find(places[:0], body)))
}

// agree checks that every way through body gives the same and that Scan tells
// beforehand which fills are written. It returns the common result.
func agree(tb testing.TB, fills []inject.Fill, body []byte, seed uint64) result {
	tb.Helper()
	want := whole(fills, body)
	r := rand.New(rand.NewPCG(seed, 0))
	for name, got := range map[string]result{
		"in one chunk":     chunked(fills, body, func(left int) int { return left }),
		"byte by byte":     chunked(fills, body, func(int) int { return 1 }),
		"in two chunks":    chunked(fills, body, func(left int) int { return 1 + r.IntN(left) }),
		"in random chunks": chunked(fills, body, func(left int) int { return min(left, 1+r.IntN(1+r.IntN(64))) }),
		"spliced":          spliced(fills, body),
	} {
		if got != want {
			tb.Fatalf("%s:\n got %q filled %b\nwant %q filled %b", name, got.body, got.filled, want.body, want.filled)
		}
	}
	var slots [64]inject.Slot
	found := inject.Scan(slots[:0], body)
	for i, f := range fills {
		held := false
		for _, s := range found {
			held = held || s.Same(f.Slot)
		}
		if filled := want.filled>>i&1 != 0; filled != held {
			tb.Fatalf("%q\nfill %d (%s %d): filled %v, but Scan says %v", body, i, f.Space, f.N, filled, held)
		}
		if alone := whole(fills[i:i+1], body); alone.filled != want.filled>>i&1 {
			tb.Fatalf("%q\nfill %d (%s %d) is written alone or with the others, not both", body, i, f.Space, f.N)
		}
	}
	return want
}

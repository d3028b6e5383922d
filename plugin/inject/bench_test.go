package inject_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/profferhq/proffer/plugin/inject"
)

const offer = `<a href="/c/1a2b"><img src="/i/beach.jpg" alt="Beach"><p>A week at the beach, from 399 euros a person, breakfast included.</p></a>`

// way is one way through a page.
type way struct {
	name string
	body []byte
	run  func()
}

// BenchmarkRatios times every way through a page in turns, takes the fastest
// round of each, which other work on the machine disturbs least, and reports how
// many times faster than golang.org/x/net/html's tokenizer it is, passing over
// the same page without slots. The digit says how many slots the page has.
func BenchmarkRatios(b *testing.B) {
	kinds := []struct {
		name string
		make func(int, ...string) []byte
	}{{"shop", shopPage}, {"docs", docsPage}}
	for _, k := range kinds {
		for _, size := range []int{20 << 10, 100 << 10, 1000 << 10} {
			b.Run(fmt.Sprintf("%s%d", k.name, size>>10), func(b *testing.B) {
				benchRatios(b, ways(b, k.make(size), k.make(size, "hero", "hero_2", "side")))
			})
		}
	}
}

func ways(b *testing.B, bare, full []byte) []way {
	var in inject.Injector
	var slots [64]inject.Slot
	var places [64]inject.Place
	fills := fill(offer, "hero", "hero_2", "side")
	dst := make([]byte, 0, len(full)+4096)
	return []way{
		{"tokenizer", bare, func() { tokenize(b, bare) }},
		{"stream0", bare, func() { dst = stream(&in, fills, dst[:0], bare, 32<<10) }},
		{"stream0-4KiB", bare, func() { dst = stream(&in, fills, dst[:0], bare, 4<<10) }},
		{"stream3", full, func() { dst = stream(&in, fills, dst[:0], full, 32<<10) }},
		{"rewrite0", bare, func() { in.Reset(fills); dst = in.Rewrite(dst[:0], bare) }},
		{"rewrite3", full, func() { in.Reset(fills); dst = in.Rewrite(dst[:0], full) }},
		{"scan0", bare, func() { inject.Scan(slots[:0], bare) }},
		{"scan3", full, func() { inject.Scan(slots[:0], full) }},
		{"splice3", full, func() {
			found := inject.Find(places[:0], full)
			in.Reset(fills)
			dst = in.Splice(dst[:0], full, found)
		}},
		{"copy", bare, func() { dst = append(dst[:0], bare...) }},
	}
}

func benchRatios(b *testing.B, ways []way) {
	best := make([]float64, len(ways))
	for b.Loop() {
		for i, w := range ways {
			start := time.Now()
			w.run()
			if d := float64(time.Since(start)) / float64(len(w.body)); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	b.ReportMetric(1e3/best[0], "tokenizer-MB/s")
	for i, w := range ways[1:] {
		b.ReportMetric(best[0]/best[i+1], w.name)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStream is the streaming scan alone, for profiles.
func BenchmarkStream(b *testing.B) {
	for name, body := range map[string][]byte{"shop": shopPage(100 << 10), "docs": docsPage(100 << 10)} {
		b.Run(name, func(b *testing.B) {
			var in inject.Injector
			fills := fill(offer, "hero", "hero_2", "side")
			dst := make([]byte, 0, len(body)+4096)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				dst = stream(&in, fills, dst[:0], body, 32<<10)
			}
		})
	}
}

// tokenize passes over body as one that changes nothing would.
func tokenize(tb testing.TB, body []byte) {
	z := html.NewTokenizer(bytes.NewReader(body))
	n := 0
	for z.Next() != html.ErrorToken {
		n += len(z.Raw())
	}
	if z.Err() != io.EOF || n != len(body) {
		tb.Fatal("the tokenizer lost bytes")
	}
}

// stream writes body in chunks of size.
func stream(in *inject.Injector, fills []inject.Fill, dst, body []byte, size int) []byte {
	in.Reset(fills)
	for len(body) > 0 {
		n := min(size, len(body))
		dst = in.Write(dst, body[:n])
		body = body[n:]
	}
	return in.Close(dst)
}

package wire_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
)

// envelope has the shape of a request: ten numbers, six pairs of header texts
// and a cookie of 300 bytes, 47 values in all.
func envelope() (b []byte) {
	b = wire.AppendMap(b, 12)
	for i := range uint64(10) {
		b = wire.AppendStr(b, "field")
		b = wire.AppendUint(b, i*i*i*1000)
	}
	b = wire.AppendStr(b, "cookie")
	b = wire.AppendStr(b, strings.Repeat("c", 300))
	b = wire.AppendStr(b, "headers")
	b = wire.AppendArray(b, 12)
	for range 12 {
		b = wire.AppendStr(b, "accept-language")
	}
	return b
}

func BenchmarkReadEnvelope(b *testing.B) {
	in := envelope()
	for b.Loop() {
		c := wire.NewCursor(in)
		for range c.Map() {
			c.Str()
			switch c.Kind() {
			case wire.Int:
				c.Uint()
			case wire.Str:
				c.Str()
			case wire.Array:
				for range c.Array() {
					c.Str()
				}
			}
		}
		if !c.Done() {
			b.Fatal("the envelope does not end where it should")
		}
	}
}

func BenchmarkCheckEnvelope(b *testing.B) {
	in := envelope()
	for b.Loop() {
		if err := wire.Check(in, wire.MaxDepth); err != nil {
			b.Fatal(err)
		}
	}
}

package call_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
)

// BenchmarkRead reads a call for two slots, and the bodies that take the longest
// among those of 64 KiB that are known.
func BenchmarkRead(b *testing.B) {
	const size = 64 << 10
	for name, body := range map[string]string{
		"two slots": `{"path":"/travel/canada","query":"month=7","slots":[{"space":"hero","n":1},{"space":"side","n":2}],"attributes":{"basket":12.5}}`,
		"escapes":   `{"path":"/` + strings.Repeat(`\u0000`, size/6-20) + `","slots":[{"space":"a"}]}`,
		"entries":   `{"attributes":{"a":[1` + strings.Repeat(",1", size/2-20) + `]}}`,
		"digits":    `{"attributes":{"a":0.` + strings.Repeat("9", size-40) + `}}`,
	} {
		b.Run(name, func(b *testing.B) {
			var r call.Reader
			var q abi.Request
			b.ReportAllocs()
			for b.Loop() {
				r.Read(&q, []byte(body))
			}
		})
	}
}

// BenchmarkAnswer writes an answer of three slots, and has encoding/json do it.
func BenchmarkAnswer(b *testing.B) {
	a := &abi.Answer{Snapshot: make([]byte, abi.HashSize), Interaction: make([]byte, abi.InteractionSize)}
	content := wire.AppendStr(wire.AppendStr(wire.AppendMap(nil, 2), "title"), "Beach & sun")
	content = wire.AppendFloat(wire.AppendStr(content, "price"), 3.5)
	for i := range 3 {
		a.Slots = append(a.Slots, abi.SlotAnswer{
			Space: []byte("hero"), N: i + 1, Environment: []byte("visitors"), Mode: abi.Anonymous, Offer: fmt.Appendf(nil, "offer%d", i), Rank: i + 1, Weight: 9,
			HTML: []byte(strings.Repeat(`<a href="/.proffer/click?t=AQABAAAAAAAAAPSt9LS3">A week at the beach</a>`, 3)), Content: content,
		})
	}
	b.Run("writer", func(b *testing.B) {
		var w call.Writer
		for b.Loop() {
			w.Bytes = w.Bytes[:0]
			w.Answer(a)
		}
	})
	b.Run("encoding json", func(b *testing.B) {
		for b.Loop() {
			if _, err := document.JSON(a); err != nil {
				b.Fatal(err)
			}
		}
	})
}

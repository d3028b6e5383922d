package record_test

import (
	"testing"

	"github.com/profferhq/proffer/host/record"
)

// BenchmarkRecord is what a page waits for: an interaction that the sample has
// not, and one that it has, of which most are dropped here.
func BenchmarkRecord(b *testing.B) {
	for name, sample := range map[string]float64{"left out": 1e-12, "taken": 1} {
		b.Run(name, func(b *testing.B) {
			w := writer(b, record.Config{Dir: b.TempDir(), Sample: sample})
			d := decide(b, engine(b, "shop"), 1, nil)
			b.ReportAllocs()
			for b.Loop() {
				put(w, d)
			}
		})
	}
}

// BenchmarkWrite is the whole work for a record, on the writer's goroutine.
func BenchmarkWrite(b *testing.B) {
	w := writer(b, record.Config{Dir: b.TempDir()})
	d := decide(b, engine(b, "shop"), 1, nil)
	b.SetBytes(int64(len(d.request)))
	for b.Loop() {
		put(w, d)
		w.Flush()
	}
}

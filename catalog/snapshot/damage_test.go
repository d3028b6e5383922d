package snapshot_test

import (
	"os"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// small is the snapshot of testdata/small.yaml.
func small(t testing.TB) []byte {
	b, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(b))
}

// parsed is the snapshot of a catalog's text.
func parsed(t testing.TB, text string) []byte {
	c, diags := author.Parse([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return compiled(t, c)
}

// believe is a hash function that finds the snapshot's own hash whatever the
// content is: what a damaged snapshot is under if its hash was made anew.
func believe(v *snapshot.View) func([]byte) [snapshot.HashSize]byte {
	return func([]byte) [snapshot.HashSize]byte { return [snapshot.HashSize]byte(v.Hash()) }
}

func TestSmallHasEverySection(t *testing.T) {
	v := open(t, small(t))
	for section := 1; section < snapshot.NumSections; section++ {
		if v.Count(section) == 0 {
			t.Errorf("section %d has no entry", section)
		}
	}
}

// TestEveryBitIsHeldByTheHash flips each bit: the snapshot is refused.
func TestEveryBitIsHeldByTheHash(t *testing.T) {
	b := small(t)
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if v, err := snapshot.Open(b); err == nil && v.Verify(seal.Sum256) == nil {
				t.Errorf("byte %d, bit %d: accepted", i, bit)
			}
			b[i] ^= 1 << bit
		}
	}
}

// TestEveryLengthButTheRightOneIsRefused cuts the snapshot everywhere, and adds
// to it.
func TestEveryLengthButTheRightOneIsRefused(t *testing.T) {
	b := small(t)
	long := append(b[:len(b):len(b)], make([]byte, 16)...)
	for n := range long {
		if _, err := snapshot.Open(long[:n]); (err == nil) != (n == len(b)) {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
}

// TestDamageThatTheHashMisses writes every byte and every number of a snapshot
// with values that often hurt, and makes the hash anew: Verify refuses it, or
// it can be read to the last record and decided on. A great number that
// it refuses is decided on all the same, by a guest that nobody asked to verify it.
func TestDamageThatTheHashMisses(t *testing.T) {
	b := small(t)
	c := newCaller(t, b)
	v := open(t, b)
	refused, accepted := 0, 0
	try := func(at, size int, value uint32) {
		var before [4]byte
		copy(before[:], b[at:at+size])
		for i := range size {
			b[at+i] = byte(value >> (8 * i))
		}
		if c.survives(t, b) {
			accepted++
		} else {
			if refused++; size == 4 && value >= 1<<16 {
				c.endures(t, b)
			}
		}
		copy(b[at:], before[:size])
	}
	first := len(b) - len(v.Hashed())
	for at := first; at < len(b); at++ {
		old := uint32(b[at])
		for _, value := range [...]uint32{0, 1, 0x7f, 0xff, old + 1, old - 1, old ^ 2, old ^ 4, old ^ 8, old ^ 0x10, old ^ 0x20, old ^ 0x80} {
			if byte(value) != byte(old) {
				try(at, 1, value)
			}
		}
	}
	for at := (first + 3) &^ 3; at+4 <= len(b); at += 4 {
		for _, value := range [...]uint32{0, 1, 2, 7, 64, 1 << 16, 1<<31 - 1, 1 << 31, snapshot.None - 1, snapshot.None, uint32(len(b))} {
			try(at, 4, value)
		}
	}
	t.Logf("%d bytes: %d damaged snapshots refused, %d accepted and used", len(b), refused, accepted)
	if refused == 0 || accepted == 0 {
		t.Error("one of the two never happened")
	}
}

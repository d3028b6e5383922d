package snapshot_test

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// FuzzOpen opens any bytes. What Verify accepts is decided on; what it refuses
// too, by a guest that nobody asked to verify it, and with the hash taken for
// right.
func FuzzOpen(f *testing.F) {
	b := small(f)
	c := newCaller(f, b)
	f.Add(b)
	f.Add(b[:len(b)-len(open(f, b).Hashed())])
	for n, parts := 1, partsOf(open(f, b)); n < len(parts); n++ {
		f.Add(framed(parts[:n]))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		v, err := snapshot.Open(b)
		if err != nil {
			return
		}
		_ = v.Verify(seal.Sum256)
		if n := allocated() - before; n > uint64(len(b))+1<<20 {
			t.Fatalf("%d bytes allocated to check %d", n, len(b))
		}
		if !c.survives(t, b) {
			c.endures(t, b)
		}
	})
}

// FuzzVerify damages a snapshot in several places at once: each edit is three
// bytes of offset, one that says how many to write, and four to write.
func FuzzVerify(f *testing.F) {
	b := small(f)
	c := newCaller(f, b)
	v := open(f, b)
	for section := 1; section < snapshot.NumSections; section++ {
		if s := v.Section(section); len(s) > 0 {
			at := bytes.Index(b, s)
			f.Add([]byte{byte(at), byte(at >> 8), byte(at >> 16), 4, 1, 0, 0, 0})
			f.Add([]byte{byte(at), byte(at >> 8), byte(at >> 16), 1, 2, 0, 0, 0, byte(at + 4), byte(at >> 8), byte(at >> 16), 4, 255, 255, 255, 255})
		}
	}
	damaged := make([]byte, len(b))
	f.Fuzz(func(t *testing.T, edits []byte) {
		copy(damaged, b)
		for ; len(edits) >= 8; edits = edits[8:] {
			at := (int(edits[0]) | int(edits[1])<<8 | int(edits[2])<<16) % len(b)
			copy(damaged[at:], edits[4:4+edits[3]%5])
		}
		if !c.survives(t, damaged) {
			c.endures(t, damaged)
		}
	})
}

package seal

import "testing"

// The sizes are those of a request: a visitor cookie of 300 digits.

func BenchmarkOwnBlock(b *testing.B) {
	var p [blockSize]byte
	s := initial
	b.SetBytes(blockSize)
	for b.Loop() {
		block(&s, &p)
	}
}

func BenchmarkOwnMAC(b *testing.B) {
	m := newOwnMAC(make([]byte, 32))
	message := make([]byte, 209)
	for b.Loop() {
		h := m.begin()
		h.write(message)
		h.end()
	}
}

func BenchmarkMAC(b *testing.B) {
	m := NewMAC(make([]byte, 32))
	message := make([]byte, 209)
	for b.Loop() {
		h := m.Begin()
		h.Write(message)
		h.End()
	}
}

func BenchmarkExpand(b *testing.B) {
	entropy := [32]byte{1}
	for b.Loop() {
		Expand(&entropy, "visitor", 1)
	}
}

func BenchmarkAppendBase64(b *testing.B) {
	src, dst := make([]byte, 225), make([]byte, 0, 300)
	for b.Loop() {
		AppendBase64(dst, src)
	}
}

func BenchmarkDecodeBase64(b *testing.B) {
	dst := make([]byte, 225)
	src := AppendBase64(nil, dst)
	for b.Loop() {
		DecodeBase64(dst, src)
	}
}

func BenchmarkSeal(b *testing.B) {
	k, dst, body := TestKeyring(), make([]byte, 0, MaxValue), make([]byte, 207)
	for b.Loop() {
		Seal(dst, k, UseCookie, "proffer", body)
	}
}

func BenchmarkOpen(b *testing.B) {
	k, dst := TestKeyring(), make([]byte, 0, OpenSize)
	value := Seal(nil, k, UseCookie, "proffer", make([]byte, 207))
	for b.Loop() {
		Open(dst, k, UseCookie, "proffer", value)
	}
}

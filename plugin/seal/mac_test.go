package seal_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

func TestMACIsHMAC(t *testing.T) {
	for _, n := range []int{0, 1, 55, 56, 63, 64, 65, 511, 512, 513, 5000} {
		key, message := []byte("a key"), bytes.Repeat([]byte("m"), n)
		m := seal.NewMAC(key)
		key[0] = 'X'
		h := m.Begin()
		h.Write(message)
		got := h.End()
		want := hmac.New(sha256.New, []byte("a key"))
		want.Write(message)
		if !bytes.Equal(got[:], want.Sum(nil)) {
			t.Errorf("MAC of %d bytes differs from crypto/hmac", n)
		}
	}
}

func TestMACFromManyGoroutines(t *testing.T) {
	m := seal.NewMAC([]byte("key"))
	single := func(text string) [32]byte {
		h := m.Begin()
		h.WriteString(text)
		return h.End()
	}
	texts := []string{"", "one", strings.Repeat("two", 100), strings.Repeat("three", 300)}
	var want [][32]byte
	for _, text := range texts {
		want = append(want, single(text))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 400 {
				if got := single(texts[i%4]); got != want[i%4] {
					t.Errorf("MAC of text %d differs between goroutines", i%4)
				}
			}
		})
	}
	all.Wait()
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"abc", "abc", true}, {"abc", "abd", false}, {"abc", "\xe1bc", false},
		{"abc", "ab", false}, {"ab", "abc", false}, {"", "a", false},
	} {
		if got := seal.Equal([]byte(tt.a), []byte(tt.b)); got != tt.want {
			t.Errorf("Equal(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}

// The vectors come from another implementation (Python's hashlib).
func TestExpandVectors(t *testing.T) {
	var entropy [32]byte
	for i := range entropy {
		entropy[i] = byte(0x40 + i)
	}
	for _, tt := range []struct {
		label string
		n     uint32
		want  string
	}{
		{"visitor", 0, "b74af53fd2f7411932490e573d4aaa3de4abb5fa1bcf478dd059e3438f430b95"},
		{"visitor", 1, "456e4c10c0d358325b14d446861b4bfa05a2c6f6e101765b734b89caa736d008"},
		{"interaction", 0x01020304, "264685a09b6e58a357f1642ed9935c6c39a03c490598b76bf9e96a522fa483c5"},
		{"proposition of more than nineteen bytes", 7, "d1584fd6ae28eccb444b9989d4b302a3b62accac0816525d07fa1759031f833a"},
	} {
		got := seal.Expand(&entropy, tt.label, tt.n)
		if hex.EncodeToString(got[:]) != tt.want {
			t.Errorf("Expand(%q, %d) = %x, want %s", tt.label, tt.n, got, tt.want)
		}
	}
}

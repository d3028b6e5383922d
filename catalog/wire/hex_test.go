package wire_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
)

func TestDecodeHex(t *testing.T) {
	tests := []struct {
		name, in string
		room     int
		want     string
		ok       bool
	}{
		{"empty", "", 0, "", true},
		{"all digits", "0123456789abcdef", 8, "\x01\x23\x45\x67\x89\xab\xcd\xef", true},
		{"more room than needed", "ff", 9, "\xff", true},
		{"upper case", "FF", 1, "", false},
		{"odd", "fff", 2, "", false},
		{"no room", "ffff", 1, "", false},
		{"before 0", "/0", 1, "", false},
		{"after 9", "0:", 1, "", false},
		{"before a", "`0", 1, "", false},
		{"after f", "0g", 1, "", false},
		{"not ASCII", "\xe0\x80", 1, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dst := make([]byte, tt.room)
			n, ok := wire.DecodeHex(dst, []byte(tt.in))
			if ok != tt.ok || string(dst[:n]) != tt.want {
				t.Errorf("DecodeHex(%q) = %q, %v, want %q, %v", tt.in, dst[:n], ok, tt.want, tt.ok)
			}
		})
	}
}

func TestHexAgreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "b")
		text := wire.AppendHex([]byte("x"), b)
		if string(text) != "x"+hex.EncodeToString(b) {
			t.Fatalf("AppendHex(%x) = %q", b, text)
		}
		back := make([]byte, len(b))
		if n, ok := wire.DecodeHex(back, text[1:]); !ok || n != len(b) || !bytes.Equal(back, b) {
			t.Fatalf("DecodeHex(%q) = %x, %v", text[1:], back[:n], ok)
		}
	})
}
